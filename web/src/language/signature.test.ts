import { expect, it } from 'vitest'
import { parts } from './signature'

it.each([
  ['round(数字, [数字])', ['数字', '[数字]'], 0, ['round(', '数字', ', [数字])']],
  ['round(数字, [数字])', ['数字', '[数字]'], 1, ['round(数字, ', '[数字]', ')']],
  ['max(a, a)', ['a', 'a'], 1, ['max(a, ', 'a', ')']],
  ['count(x)', ['x'], -1, ['count(x)', '', '']],
])('%s: parameter %# is set off', (label, parameters, active, wanted) => {
  expect(parts(label, parameters, active)).toEqual(wanted)
})
