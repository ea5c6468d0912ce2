import { expect, it } from 'vitest'
import { type History, STEPS, step } from './history'

const start: History<number> = { past: [], now: 0, future: [] }

it('undoes and redoes', () => {
  const two = [1, 2].reduce((history, value) => step(history, { kind: 'set', value }), start)
  const back = step(step(two, { kind: 'undo' }), { kind: 'undo' })
  expect(back.now).toBe(0)
  expect(step(back, { kind: 'undo' })).toBe(back)
  expect(step(step(back, { kind: 'redo' }), { kind: 'redo' }).now).toBe(2)
})

it('keeps a hundred steps', () => {
  let history = start
  for (let value = 1; value <= 250; value += 1) history = step(history, { kind: 'set', value })
  expect(history.past).toHaveLength(STEPS)
  for (let count = 0; count < STEPS; count += 1) history = step(history, { kind: 'undo' })
  expect(history.now).toBe(150)
  expect(history.past).toHaveLength(0)
})

it('a new step drops the undone ones, and an equal value is no step', () => {
  const undone = step(step(start, { kind: 'set', value: 1 }), { kind: 'undo' })
  expect(step(undone, { kind: 'set', value: 5 }).future).toEqual([])
  expect(step(start, { kind: 'set', value: 0 })).toBe(start)
})
