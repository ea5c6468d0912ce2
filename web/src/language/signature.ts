/** What the function or action at the cursor takes, in a small line above it; Escape hides it, Ctrl-Shift-Space shows it. */
import { type EditorState, type Extension, Prec, StateEffect, StateField } from '@codemirror/state'
import { type EditorView, keymap, showTooltip, type Tooltip, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import { type Called, called } from '@/api/language'
import type { Asking } from './extensions'

interface Shown {
  at: number
  called: Called
}

const tell = StateEffect.define<Shown | null>()

const shown = StateField.define<Shown | null>({
  create: () => null,
  update(now, change) {
    for (const effect of change.effects) if (effect.is(tell)) return effect.value
    return now && change.docChanged ? { ...now, at: change.changes.mapPos(now.at) } : now
  },
  provide: (field) => showTooltip.from(field, (now) => (now ? tooltipOf(now) : null)),
})

function tooltipOf(now: Shown): Tooltip {
  return { pos: now.at, above: true, create: () => ({ dom: cardOf(now.called) }) }
}

export function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

function cardOf({ label, parameters, active, detail }: Called): HTMLElement {
  const card = document.createElement('div')
  card.className = 'cm-told cm-signature'
  card.setAttribute('role', 'status')
  const line = document.createElement('div')
  const [before, marked, after] = parts(label, parameters, active)
  line.append(before, ...(marked ? [element('mark', marked)] : []), after)
  card.append(line, element('p', detail))
  return card
}

/** The label cut around the parameter that is being written; parameters stand in it in their order. */
export function parts(label: string, parameters: string[], active: number): [string, string, string] {
  const wanted = parameters[active]
  if (wanted === undefined) return [label, '', '']
  let from = label.indexOf('(') + 1
  for (const parameter of parameters.slice(0, active)) from = label.indexOf(parameter, from) + parameter.length
  const at = label.indexOf(wanted, from)
  return at < 0 ? [label, '', ''] : [label.slice(0, at), wanted, label.slice(at + wanted.length)]
}

/** Asks after each pause in typing, so that nothing flickers; an older answer never covers a newer one. */
class Asker {
  private timer: ReturnType<typeof setTimeout> | undefined
  private abort: AbortController | undefined

  constructor(
    private readonly view: EditorView,
    private readonly asking: () => Asking,
  ) {}

  update(update: ViewUpdate) {
    const typed = update.docChanged && update.transactions.some((one) => one.isUserEvent('input'))
    const moved = update.selectionSet && update.state.field(shown) !== null
    if (typed || moved || update.docChanged) this.later(typed || moved)
  }

  private later(wanted: boolean) {
    clearTimeout(this.timer)
    this.abort?.abort()
    if (wanted) this.timer = setTimeout(() => void this.ask(), 150)
    else if (this.view.state.field(shown)) this.timer = setTimeout(() => this.tell(null), 0)
  }

  async ask() {
    const { state } = this.view
    const at = state.selection.main.head
    this.abort = new AbortController()
    const { language, of } = this.asking()
    const text = { text: state.doc.toString(), language }
    const found = await called(text, at, of, this.abort.signal).catch(() => null)
    if (found && this.view.state.doc.eq(state.doc)) {
      this.tell(found.signature && { at: lineStart(state, at), called: found.signature })
    }
  }

  private tell(next: Shown | null) {
    if (next !== null || this.view.state.field(shown) !== null) this.view.dispatch({ effects: tell.of(next) })
  }

  destroy() {
    clearTimeout(this.timer)
    this.abort?.abort()
  }
}

/** Where the line of the cursor begins, behind its indent: a tooltip there stays still while one types. */
function lineStart(state: EditorState, at: number): number {
  const line = state.doc.lineAt(at)
  return line.from + (/\S/.exec(line.text)?.index ?? 0)
}

export function signatureHelp(asking: () => Asking): Extension {
  const asker = ViewPlugin.define((view) => new Asker(view, asking))
  const hide = (view: EditorView) => {
    if (view.state.field(shown) === null) return false
    view.dispatch({ effects: tell.of(null) })
    return true
  }
  const show = (view: EditorView) => {
    void view.plugin(asker)?.ask()
    return true
  }
  const keys = [
    { key: 'Escape', run: hide },
    { key: 'Mod-Shift-Space', run: show },
  ]
  return [shown, asker, Prec.low(keymap.of(keys))]
}
