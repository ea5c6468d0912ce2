/** json-logic-engine with exact numbers and with our operators; an operator that the server does not know throws. */
import { defaultMethods, LogicEngine } from 'json-logic-engine'
import { Calendar } from './calendar'
import { Exact } from './exact'
import { Moment } from './moment'
import { OURS, TIMELY } from './ours'
import { type Method, type Operand, STANDARD, truthy } from './standard'

/** Operators that the engine does as the standard says, whatever the numbers are. */
const LISTS = ['map', 'filter', 'reduce', 'all', 'none', 'some', 'merge']
const KEPT = ['var', 'missing', 'missing_some', 'if', '?:', 'and', 'or', ...LISTS]
const MORE: Record<string, Method> = { log: ([value]) => value }

/** Every operator that means the same here as on the server. */
export const OPERATORS: ReadonlySet<string> = new Set([
  ...KEPT,
  ...Object.keys({ ...MORE, ...STANDARD, ...OURS, ...TIMELY }),
])

const engines = new WeakMap<Moment, LogicEngine>()

function engineAt(moment: Moment): LogicEngine {
  const made = engines.get(moment)
  if (made) return made
  const known: Record<string, unknown> = defaultMethods
  const kept = Object.fromEntries(KEPT.map((name) => [name, known[name]]))
  const timely = Object.fromEntries(
    Object.entries(TIMELY).map(([name, method]) => [name, (operands: Operand[]) => method(moment, operands)]),
  )
  // Plain interpretation: nothing is compiled (the page forbids `eval`) or remembered between values.
  const engine = new LogicEngine(
    { ...kept, ...MORE, ...STANDARD, ...OURS, ...timely },
    { disableInline: true, disableInterpretedOptimization: true, maxDepth: Number.POSITIVE_INFINITY },
  )
  engine.truthy = truthy
  // Else `{"constructor": …}` would find what every object inherits.
  Object.setPrototypeOf(engine.methods, null)
  engines.set(moment, engine)
  return engine
}

/** A result for code outside: exact numbers become ordinary ones. */
function plain(value: Operand): unknown {
  if (value instanceof Exact) return value.toNumber()
  return Array.isArray(value) ? value.map(plain) : value
}

const WITHOUT_CLOCK = new Moment(0n, new Calendar('UTC'), null)

/** The value of a rule about data. Throws for unknown operators and for arguments that an operator cannot take. */
export function evaluate(rule: unknown, data: unknown, moment: Moment = WITHOUT_CLOCK): unknown {
  return plain(engineAt(moment).run(rule, data))
}
