import { expect, it } from 'vitest'
import { arrow, places } from './circle'

it('stands the rules on a ring, the first at the top, all inside the picture', () => {
  for (const count of [1, 2, 3, 8, 16]) {
    const found = places(count)
    expect(found).toHaveLength(count)
    for (const { x, y } of found) {
      expect(x).toBeGreaterThan(16)
      expect(x).toBeLessThan(184)
      expect(y).toBeGreaterThan(16)
      expect(y).toBeLessThan(144)
    }
  }
  const [first, second] = places(2)
  expect(first?.y).toBeLessThan(second?.y ?? 0)
})

it('draws arrows of numbers only, and a loop for a rule by itself', () => {
  const [a, b] = places(2)
  const [alone] = places(1)
  if (!a || !b || !alone) throw new Error('no places')
  expect(arrow(a, b)).toMatch(/^M [\d.]+ [\d.]+ Q [\d.]+ [\d.]+ [\d.]+ [\d.]+$/)
  expect(arrow(a, b)).not.toBe(arrow(b, a))
  expect(arrow(alone, alone)).toContain('C')
})
