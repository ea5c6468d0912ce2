import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { field } from '@/test/model'
import { drawableTypes, fieldType } from '../registry'

it('shows a worked-out value as its kind is shown, and lets nobody type it', () => {
  const { Cell, Editor } = fieldType('formula')
  render(<Cell field={{ ...field('total', 'formula', 'number'), decimals: 2 }} value="1234.50" />)
  expect(screen.getByText('1,234.50')).toBeTruthy()
  expect(Editor).toBeUndefined()
  expect(drawableTypes).toContain('formula')
  expect(drawableTypes).not.toContain('id')
})
