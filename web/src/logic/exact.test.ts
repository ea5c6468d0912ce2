import { describe, expect, it } from 'vitest'
import { Exact, exact, read } from './exact'

const of = (text: string | number) => read(text) ?? new Exact(-999n)
const said = (value: Exact | null) => value && String(value)

describe('exact numbers', () => {
  it.each([
    ['0.10', '0.1'],
    ['-5.', '-5'],
    ['.5', '0.5'],
    ['+7', '7'],
    ['-0.0', '0'],
    ['1200', '1200'],
    [1e-7, '0.0000001'],
    [1.5e21, '1500000000000000000000'],
    ['999999999999.999999', '999999999999.999999'],
  ])('%s is read as %s', (given, expected) => {
    expect(String(of(given))).toBe(expected)
  })

  it.each(['', '-', '.', '1,5', '0x10', 'NaN', 'Infinity', Number.NaN, '1e'])('%s is no number', (given) => {
    expect(read(given)).toBeNull()
  })

  it.each([
    ['2', '4000000', '0'],
    ['6', '4000000', '0.000002'],
    ['-2', '3', '-0.666667'],
    ['-6', '4000000', '-0.000002'],
    ['1', '-3', '-0.333333'],
    ['1', '0', null],
  ])('%s / %s is %s', (a, b, expected) => {
    expect(said(exact.quotient(of(a), of(b)))).toBe(expected)
  })

  it.each([
    ['2.5', '0', '2'],
    ['3.5', '0', '4'],
    ['-2.5', '0', '-2'],
    ['0.125', '2', '0.12'],
    ['250', '-2', '200'],
    ['350', '-2', '400'],
    ['1.5', '2.9', '1.5'],
  ])('%s rounded to %s decimals is %s', (a, places, expected) => {
    expect(said(exact.rounded(of(a), of(places)))).toBe(expected)
  })

  it('floors and ceils below zero', () => {
    expect([said(exact.floor(of('-2.5'))), said(exact.ceiling(of('-2.5')))]).toEqual(['-3', '-2'])
  })

  it('multiplies beyond any double', () => {
    expect(said(exact.product(of('999999999999.999999'), of('999999999999.999999')))).toBe(
      '999999999999999998000000.000000000001',
    )
  })
})
