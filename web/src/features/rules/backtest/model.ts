/** The time line of a backtest: days with hits made into bars without gaps, weeks where there are many days. */
import type { Side } from './api'

const DAY = 86_400_000
/** Days beyond which the bars stand for weeks. */
const MOST_DAYS = 100

export interface Step {
  /** First day of the bar. */
  day: string
  values: number[]
}

export interface TimeLine {
  weeks: boolean
  steps: Step[]
}

const iso = (at: number) => new Date(at).toISOString().slice(0, 10)

/** Weeks start on Monday. */
function monday(at: number): number {
  return at - ((new Date(at).getUTCDay() + 6) % 7) * DAY
}

/** One bar for each day (or week) from the first local day to the last, with a value for each side. */
export function timeLine(first: string, last: string, sides: Pick<Side, 'days'>[]): TimeLine {
  const [begin, end] = [Date.parse(first), Date.parse(last)]
  const weeks = (end - begin) / DAY > MOST_DAYS
  const start = weeks ? monday(begin) : begin
  const length = weeks ? 7 * DAY : DAY
  const count = Math.max(Math.floor((end - start) / length) + 1, 1)
  const steps = Array.from({ length: count }, (_, at) => ({
    day: iso(start + at * length),
    values: sides.map(() => 0),
  }))
  sides.forEach((side, at) => {
    for (const one of side.days) {
      const step = steps[Math.floor((Date.parse(one.day) - start) / length)]
      if (step) step.values[at] = (step.values[at] ?? 0) + one.hits
    }
  })
  return { weeks, steps }
}

/** Messages and tasks of all effects, and what else would have been done. */
export function messagesOf(side: Pick<Side, 'effects'>): number {
  return side.effects.filter((one) => one.kind === 'notify').reduce((sum, one) => sum + one.count, 0)
}
