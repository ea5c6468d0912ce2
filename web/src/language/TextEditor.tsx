import { type Diagnostic as Lint, setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useMemo, useRef } from 'react'
import type { TextKind, Words } from '@/api/language'
import type { Diagnostic, LanguageText } from '@/api/types'
import { echo, fixedExtensions } from './extensions'
import { language as languageOf, lexicon } from './highlight'
import './editor.css'

export interface TextEditorProps {
  value: LanguageText
  /** What a person typed; changes from outside are shown without coming back here. */
  onType: (text: string) => void
  diagnostics: Diagnostic[]
  words: Words | undefined
  entityNames: string[]
  label: string
  readOnly: boolean
  of: TextKind
  /** A few lines inside a form: no line numbers. */
  small?: boolean
}

/** A text of the language: coloured, completed, explained and checked while it is typed. */
export function TextEditor(props: TextEditorProps) {
  const { value, diagnostics, words, entityNames, label, readOnly } = props
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const latest = useRef(props)
  latest.current = props
  const rooms = useMemo(() => ({ language: new Compartment(), named: new Compartment() }), [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is reconfigured below
  useEffect(() => {
    if (!host.current) return
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value.text,
        extensions: [
          fixedExtensions(
            () => ({ language: latest.current.value.language, of: latest.current.of }),
            latest.current.small ?? false,
          ),
          rooms.language.of([]),
          rooms.named.of([]),
          EditorView.updateListener.of((update) => {
            const typed = update.docChanged && !update.transactions.some((one) => one.annotation(echo))
            if (typed) latest.current.onType(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [])

  const names = entityNames.join('\n')
  useEffect(() => {
    const found = lexicon(words, names.split('\n'))
    view.current?.dispatch({ effects: rooms.language.reconfigure(languageOf(found)) })
  }, [words, names, rooms])

  useEffect(() => {
    const attributes = EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' })
    const editable = [EditorView.editable.of(!readOnly), EditorState.readOnly.of(readOnly)]
    view.current?.dispatch({ effects: rooms.named.reconfigure([attributes, editable]) })
  }, [label, readOnly, rooms])

  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.toString() === value.text) return
    const changes = { from: 0, to: editor.state.doc.length, insert: value.text }
    editor.dispatch({ changes, annotations: echo.of(true) })
  }, [value.text])

  useEffect(() => {
    const editor = view.current
    if (editor)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          diagnostics.map((one) => lintOf(one, editor.state.doc.length)),
        ),
      )
  }, [diagnostics])

  return <div ref={host} className={props.small ? 'rule-text small' : 'rule-text'} data-testid="rule-text" />
}

function lintOf(one: Diagnostic, length: number): Lint {
  const from = Math.min(one.from, length)
  const to = Math.min(Math.max(one.to, from), length)
  const { fix } = one
  const apply = (editor: EditorView, a: number, b: number) =>
    editor.dispatch({ changes: { from: a, to: b, insert: fix?.replacement ?? '' } })
  return {
    from,
    to,
    severity: one.severity === 'error' || one.severity === 'warning' ? one.severity : 'info',
    message: one.message,
    actions: fix ? [{ name: fix.title, apply }] : [],
  }
}
