/** The server's own cases: what it sends of a condition and a record, and what it decides (`tests/conformance/`). */
import { describe, expect, it } from 'vitest'
import type { Values } from '@/api/types'
import { field } from '@/test/model'
import vectors from '../../../tests/engine/jsonlogic_vectors/tests.json?raw'
import { Calendar, type WorkingDays } from './calendar'
import { readInstant } from './days'
import { evaluate } from './engine'
import { decide } from './logic'
import { Moment } from './moment'

interface Case {
  name: string
  on: string
  logic: unknown
  values: Values
  now: string
  me: string | null
  timezone: string
  calendar: WorkingDays
  holds: boolean
}

interface CaseFile {
  kinds: Record<string, Record<string, string>>
  cases: Case[]
}

const files = import.meta.glob<string>('../../../tests/conformance/record_local*.json', {
  query: '?raw',
  import: 'default',
  eager: true,
})

function answer(one: Case, kinds: CaseFile['kinds']): boolean | null {
  const fields = Object.entries(kinds[one.on] ?? {}).map(([key, kind]) => field(key, kind, kind))
  const moment = new Moment(readInstant(one.now) ?? 0n, new Calendar(one.timezone, one.calendar), one.me)
  return decide(one.logic, one.values, fields, moment)
}

describe.each(Object.entries(files))('%s', (_, text) => {
  const { kinds, cases } = JSON.parse(text) as CaseFile

  it('has cases that hold and cases that do not', () => {
    expect(cases.filter((one) => one.holds).length).toBeGreaterThan(80)
    expect(cases.filter((one) => !one.holds).length).toBeGreaterThan(80)
  })

  it('is decided as the server decides', () => {
    expect(cases.filter((one) => answer(one, kinds) !== one.holds)).toEqual([])
  }, 120_000)
})

describe('the shared JsonLogic vectors', () => {
  const all = (JSON.parse(vectors) as unknown[]).filter((one) => Array.isArray(one)) as [unknown, unknown, unknown][]

  it('are there', () => {
    expect(Object.keys(files).length).toBeGreaterThanOrEqual(2)
    expect(all).toHaveLength(277)
  })

  it.each(all)('%j about %j is %j', (rule, data, expected) => {
    expect(evaluate(rule, data)).toEqual(expected)
  })
})
