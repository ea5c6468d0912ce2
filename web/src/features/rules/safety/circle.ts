/** Where the rules of a circle stand when it is drawn, and the arrows between them. */

export interface Point {
  x: number
  y: number
}

const WIDTH = 200
const HEIGHT = 160
const RADIUS = 56
export const DOT = 16

/** Places on a ring, the first at the top, clockwise; one rule stands in the middle. */
export function places(count: number): Point[] {
  if (count === 1) return [{ x: WIDTH / 2, y: HEIGHT / 2 + 14 }]
  return Array.from({ length: count }, (_, at) => {
    const angle = (2 * Math.PI * at) / count - Math.PI / 2
    return { x: WIDTH / 2 + RADIUS * 1.2 * Math.cos(angle), y: HEIGHT / 2 + RADIUS * Math.sin(angle) }
  })
}

const round = (value: number) => Math.round(value * 10) / 10

/** The arrow from one place to the next: bent outwards, and a loop where a rule sets itself off. */
export function arrow(from: Point, to: Point): string {
  if (from === to) {
    const { x, y } = from
    return `M ${x - 10} ${y - DOT + 2} C ${x - 46} ${y - 70} ${x + 46} ${y - 70} ${round(x + 11)} ${y - DOT - 3}`
  }
  const away = { x: to.x - from.x, y: to.y - from.y }
  const length = Math.hypot(away.x, away.y)
  const unit = { x: away.x / length, y: away.y / length }
  const begin = { x: from.x + unit.x * DOT, y: from.y + unit.y * DOT }
  const end = { x: to.x - unit.x * (DOT + 5), y: to.y - unit.y * (DOT + 5) }
  const bend = { x: (begin.x + end.x) / 2 + unit.y * 14, y: (begin.y + end.y) / 2 - unit.x * 14 }
  return `M ${round(begin.x)} ${round(begin.y)} Q ${round(bend.x)} ${round(bend.y)} ${round(end.x)} ${round(end.y)}`
}
