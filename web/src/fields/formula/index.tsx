import { type CellProps, defineField } from '../field'
import { fieldType } from '../registry'

/** Worked out by the server: shown as a field of the kind of its result, and never typed. */
function Cell(shown: CellProps) {
  const { Cell: AsStored } = fieldType(shown.field.value_kind)
  return <AsStored {...shown} />
}

export default defineField({ type: 'formula', icon: 'hash', width: 140, Cell, workedOut: true })
