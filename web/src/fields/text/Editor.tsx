import type { EditorProps } from '../field'
import { LineEditor } from '../LineEditor'

export default function Editor(props: EditorProps) {
  return <LineEditor {...props} inputType="text" />
}
