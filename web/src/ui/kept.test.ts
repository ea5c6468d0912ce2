import { renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { keep, kept, useKept } from './kept'

test('what is half typed outlives the page, and goes when it is stored', () => {
  const page = renderHook(({ typed }) => useKept('record/5', typed), {
    initialProps: { typed: { name: 'A' } as unknown },
  })
  page.unmount()
  expect(kept('record/5')).toEqual({ name: 'A' })
  expect(kept('record/6')).toBeNull()
  renderHook(() => useKept('record/5', null))
  expect(kept('record/5')).toBeNull()
})

test('what cannot be read is nothing', () => {
  sessionStorage.setItem('ruleloom.half.broken', '{')
  expect(kept('broken')).toBeNull()
  keep('broken', null)
})
