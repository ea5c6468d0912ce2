/** What can be asked of a field, by the kind of its value: how it is written in the language and read back. */
import type { Field } from '@/api/types'
import { quote, type Token } from './tokens'

export type OperatorName =
  | 'is'
  | 'isNot'
  | 'anyOf'
  | 'noneOf'
  | 'contains'
  | 'startsWith'
  | 'atLeast'
  | 'atMost'
  | 'above'
  | 'below'
  | 'between'
  | 'inLast'
  | 'inNext'
  | 'olderThan'
  | 'inThis'
  | 'inPrevious'
  | 'inToday'
  | 'isMe'
  | 'yes'
  | 'no'
  | 'hasAny'
  | 'hasAll'
  | 'empty'
  | 'notEmpty'

export interface Read {
  values: string[]
  used: number
}

export interface Operator {
  name: OperatorName
  /** How many values it takes at least. */
  least: number
  /** How its values are chosen. */
  input: 'none' | 'one' | 'two' | 'many' | 'duration' | 'period'
  write: (values: string[], field: Field) => string
  /** Reads what stands after the path; null when it is not this operator. */
  read: (tokens: Token[], field: Field) => Read | null
}

export const DURATIONS = ['days', 'weeks', 'months', 'hours'] as const
export const PERIODS = ['week', 'month', 'quarter', 'year'] as const

/** A literal of the field's kind: numbers stand bare, everything else (days too) in quotes. */
function literal(value: string, field: Field): string {
  return field.value_kind === 'number' ? value : quote(value)
}

function optionValue(text: string, field: Field): string {
  const labelled = field.options.find((option) => option.labels.en === text || option.labels.zh === text)
  return field.options.some((option) => option.value === text) ? text : (labelled?.value ?? text)
}

function valueAt(token: Token | undefined, field: Field): string | null {
  if (!token || token.kind === 'symbol' || token.kind === 'name') return null
  return optionValue(token.text, field)
}

const words = (tokens: Token[], ...expected: string[]) =>
  expected.every((word, index) => tokens[index]?.kind !== 'string' && tokens[index]?.text === word)

const list = (values: string[], field: Field) => `(${values.map((value) => literal(value, field)).join(', ')})`

function readList(tokens: Token[], start: number, field: Field): Read | null {
  if (tokens[start]?.text !== '(') return null
  const values: string[] = []
  for (let at = start + 1; ; at += 2) {
    const value = valueAt(tokens[at], field)
    if (value === null) return null
    values.push(value)
    const end = tokens[at + 1]?.text
    if (end === ')') return { values, used: at + 2 }
    if (end !== ',') return null
  }
}

function comparing(name: OperatorName, symbols: string[]): Operator {
  const [symbol = ''] = symbols
  return {
    name,
    least: 1,
    input: 'one',
    write: ([value = ''], field) => `${symbol} ${literal(value, field)}`,
    read: (tokens, field) => {
      for (const form of symbols) {
        const parts = form.split(' ')
        const value = words(tokens, ...parts) ? valueAt(tokens[parts.length], field) : null
        if (value !== null) return { values: [value], used: parts.length + 1 }
      }
      return null
    },
  }
}

function choosing(name: OperatorName, phrase: string): Operator {
  const parts = phrase.split(' ')
  return {
    name,
    least: 1,
    input: 'many',
    write: (values, field) => `${phrase} ${list(values, field)}`,
    read: (tokens, field) => (words(tokens, ...parts) ? readList(tokens, parts.length, field) : null),
  }
}

function fixed(name: OperatorName, ...phrases: string[]): Operator {
  const [phrase = ''] = phrases
  return {
    name,
    least: 0,
    input: 'none',
    write: () => phrase,
    read: (tokens) => {
      const found = phrases.find((one) => words(tokens, ...one.split(' ')))
      return found === undefined ? null : { values: [], used: found.split(' ').length }
    },
  }
}

function lasting(name: OperatorName, phrase: string): Operator {
  const parts = phrase.split(' ')
  return {
    name,
    least: 2,
    input: 'duration',
    write: ([amount = '', unit = '']) => `${phrase} ${amount} ${amount === '1' ? unit.slice(0, -1) : unit}`,
    read: (tokens) => {
      const [amount, unit] = tokens.slice(parts.length)
      if (!words(tokens, ...parts) || amount?.kind !== 'number' || unit?.kind !== 'name') return null
      const full = unit.text.endsWith('s') ? unit.text : `${unit.text}s`
      return DURATIONS.some((one) => one === full) ? { values: [amount.text, full], used: parts.length + 2 } : null
    },
  }
}

function within(name: OperatorName, phrase: string): Operator {
  const parts = phrase.split(' ')
  return {
    name,
    least: 1,
    input: 'period',
    write: ([period = '']) => `${phrase} ${period}`,
    read: (tokens) => {
      const period = tokens[parts.length]?.text
      const known = words(tokens, ...parts) && PERIODS.some((one) => one === period)
      return known && period ? { values: [period], used: parts.length + 1 } : null
    },
  }
}

const between: Operator = {
  name: 'between',
  least: 2,
  input: 'two',
  write: ([low = '', high = ''], field) => `between ${literal(low, field)} and ${literal(high, field)}`,
  read: (tokens, field) => {
    const [low, high] = [valueAt(tokens[1], field), valueAt(tokens[3], field)]
    if (!words(tokens, 'between') || tokens[2]?.text !== 'and' || low === null || high === null) return null
    return { values: [low, high], used: 4 }
  },
}

const ALL: Operator[] = [
  fixed('empty', 'is empty', '= empty'),
  fixed('notEmpty', 'is not empty', '!= empty'),
  fixed('isMe', '= me', 'is me'),
  fixed('yes', '= yes', 'is yes', '= true'),
  fixed('no', '= no', 'is no', '= false'),
  comparing('isNot', ['!=', 'is not']),
  comparing('is', ['=', 'is']),
  choosing('noneOf', 'not in'),
  choosing('anyOf', 'in'),
  comparing('contains', ['contains']),
  comparing('startsWith', ['starts with']),
  comparing('atLeast', ['>=']),
  comparing('atMost', ['<=']),
  comparing('above', ['>']),
  comparing('below', ['<']),
  between,
  lasting('inLast', 'in the last'),
  lasting('inNext', 'in the next'),
  lasting('olderThan', 'older than'),
  within('inThis', 'in this'),
  within('inPrevious', 'in the previous'),
  fixed('inToday', 'in today'),
  choosing('hasAny', 'has any of'),
  choosing('hasAll', 'has all of'),
]

const BY_NAME = new Map(ALL.map((operator) => [operator.name, operator]))

export function operatorOf(name: OperatorName): Operator {
  const operator = BY_NAME.get(name)
  if (!operator) throw new Error(`no operator ${name}`)
  return operator
}

const BLANKS: OperatorName[] = ['empty', 'notEmpty']
const TIMES: OperatorName[] = [
  'inLast',
  'inNext',
  'olderThan',
  'inThis',
  'inPrevious',
  'inToday',
  'atLeast',
  'atMost',
  ...BLANKS,
]

const OF_KIND: Record<string, OperatorName[]> = {
  text: ['contains', 'is', 'isNot', 'startsWith', 'anyOf', 'noneOf', ...BLANKS],
  number: ['atLeast', 'atMost', 'above', 'below', 'between', 'is', 'isNot', ...BLANKS],
  boolean: ['yes', 'no', ...BLANKS],
  date: TIMES,
  datetime: TIMES,
  choice: ['is', 'isNot', 'anyOf', 'noneOf', ...BLANKS],
  choices: ['hasAny', 'hasAll', ...BLANKS],
  record: [...BLANKS],
  files: [...BLANKS],
}

/** The operators of a field, the usual one first. */
export function operatorsOf(field: Field): Operator[] {
  const names = OF_KIND[field.value_kind] ?? BLANKS
  const people = field.type === 'user' || field.to === 'user'
  return [...(people ? (['isMe'] as const) : []), ...names].map(operatorOf)
}

/** Negative questions that blank values answer with yes: said aloud beside the condition. */
export function takesBlanks(name: OperatorName): boolean {
  return name === 'isNot' || name === 'noneOf' || name === 'empty'
}
