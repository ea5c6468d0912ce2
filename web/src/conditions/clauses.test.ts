import { describe, expect, it } from 'vitest'
import { resolvePath } from '@/api/model'
import { customer, entities } from '@/test/model'
import { type Clause, type ClauseList, isComplete, read, write } from './clauses'
import { operatorOf, operatorsOf } from './operators'

const fieldOf = (path: string) => resolvePath(entities, customer, path)?.field
const text = (list: ClauseList) => write(list, fieldOf)

const SAMPLES: Record<string, string[]> = {
  none: [],
  one: ['5'],
  two: ['1', '9'],
  many: ['5', '7'],
  duration: ['30', 'days'],
  period: ['quarter'],
}

function sampleFor(path: string, name: Clause['operator']): Clause {
  const input = operatorOf(name).input
  const field = fieldOf(path)
  const dated = field?.value_kind === 'date' || field?.value_kind === 'datetime'
  return { path, operator: name, values: dated && input === 'one' ? ['2026-01-31'] : (SAMPLES[input] ?? []) }
}

describe('clauses are a lens on the text', () => {
  const paths = [...customer.fields.map((field) => field.key), 'owner.name']

  it.each(paths)('every operator of %s comes back as it was written', (path) => {
    const field = fieldOf(path)
    const operators = field ? operatorsOf(field) : []
    expect(operators.length).toBeGreaterThan(0)
    for (const { name } of operators) {
      const list: ClauseList = { join: 'and', clauses: [sampleFor(path, name)] }
      expect(read(text(list), entities, customer), text(list)).toEqual(list)
    }
  })

  it('keeps several clauses and their joining word', () => {
    const clauses: Clause[] = [
      { path: 'region', operator: 'is', values: ['east'] },
      { path: 'annual', operator: 'between', values: ['1.5', '20'] },
      { path: 'owner.name', operator: 'contains', values: ['a "quoted" \\ name'] },
    ]
    for (const join of ['and', 'or'] as const) {
      expect(read(text({ join, clauses }), entities, customer)).toEqual({ join, clauses })
    }
  })

  it('writes what the language reads', () => {
    expect(text({ join: 'and', clauses: [{ path: 'before', operator: 'is', values: ['x'] }] })).toBe('`before` = "x"')
    expect(text({ join: 'and', clauses: [{ path: 'since', operator: 'inLast', values: ['1', 'weeks'] }] })).toBe(
      'since in the last 1 week',
    )
    expect(text({ join: 'or', clauses: [{ path: 'region', operator: 'noneOf', values: ['east', 'south'] }] })).toBe(
      'region not in ("east", "south")',
    )
  })

  it('leaves out what is not complete', () => {
    const half: Clause = { path: 'annual', operator: 'between', values: ['1', ''] }
    expect(isComplete(half)).toBe(false)
    expect(text({ join: 'and', clauses: [half, { path: 'active', operator: 'yes', values: [] }] })).toBe('active = yes')
  })

  it('understands labels and the other spellings', () => {
    expect(read('`Sales region` is "East" and Owner = me', entities, customer)).toEqual({
      join: 'and',
      clauses: [
        { path: 'region', operator: 'is', values: ['east'] },
        { path: 'owner', operator: 'isMe', values: [] },
      ],
    })
  })

  it.each([
    'no orders in the last 30 days',
    '(region = "East")',
    'region = "East" and annual > 1 or active = yes',
    'annual * 2 > 5',
    'not active = yes',
    'region =',
    'region = "East" and',
    'unknown = 1',
  ])('shows %s as text', (rich) => {
    expect(read(rich, entities, customer)).toBeNull()
  })
})
