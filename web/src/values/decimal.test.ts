import { describe, expect, it } from 'vitest'
import { compare, formatDecimal, parseDecimal, parseTyped, sumTexts } from './decimal'

describe('decimals stay exact', () => {
  it('adds what floats cannot', () => {
    expect(sumTexts(['0.1', '0.2'])).toBe('0.3')
    expect(sumTexts(['999999999999.999999', '0.000001', null])).toBe('1000000000000.000000')
    expect(sumTexts(['-5', '2.50'])).toBe('-2.50')
  })

  it('compares across scales', () => {
    const of = (text: string) => parseDecimal(text) ?? { digits: 0n, scale: 0 }
    expect(compare(of('1.10'), of('1.1'))).toBe(0)
    expect(compare(of('-2'), of('1'))).toBe(-1)
    expect(compare(of('10'), of('9.99'))).toBe(1)
  })

  it('formats without rounding', () => {
    expect(formatDecimal('1234567.5', 'zh-CN', 2)).toBe('1,234,567.50')
    expect(formatDecimal('999999999999.999999', 'en')).toBe('999,999,999,999.999999')
    expect(formatDecimal('12.00', 'en', 0)).toBe('12')
    expect(formatDecimal('n/a', 'en')).toBe('n/a')
  })
})

describe('typed numbers', () => {
  it.each([
    ['1,234.5', 2, '1234.50'],
    ['１２．５', 1, '12.5'],
    ['1.5万', 0, '15000'],
    ['2亿', 0, '200000000'],
    ['-3', 0, '-3'],
    ['0.10', 1, '0.1'],
  ])('%s with %i places is %s', (typed, decimals, expected) => {
    expect(parseTyped(typed, decimals)).toBe(expected)
  })

  it.each([
    ['1.25', 1],
    ['abc', 2],
    ['', 0],
    ['1e5', 0],
    ['.', 2],
  ])('%s with %i places is refused', (typed, decimals) => {
    expect(parseTyped(typed, decimals)).toBeNull()
  })
})
