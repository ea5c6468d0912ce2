import { defineField } from '../field'

export default defineField({
  type: 'id',
  icon: 'hash',
  width: 90,
  Cell: ({ value }) => (value ? <span className="num mut">{String(value)}</span> : null),
})
