import './grid.css'

const LINES = Array.from({ length: 24 }, (_, line) => line)
const CELLS = Array.from({ length: 6 }, (_, cell) => cell)

/** The frame of a grid while nothing of it is known yet: what comes takes exactly its place. */
export function GridGhost({ heads = CELLS.map(() => '') }: { heads?: string[] }) {
  return (
    <div className="grid ghost" aria-busy="true">
      <div className="grid-head">
        {heads.map((head, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no other name
          <div key={at} className="cell head">
            {head || <i className="ghost-line" />}
          </div>
        ))}
      </div>
      {LINES.map((line) => (
        <div key={line} className="ghost-row">
          {heads.map((_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no other name
            <div key={at} className="cell">
              <i className="ghost-line" />
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}
