/** What the text editor of the language is made of. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { lintGutter } from '@codemirror/lint'
import { Annotation, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from '@codemirror/view'
import { complete, type Hovered, hovered, type TextKind } from '@/api/language'
import type { LanguageCode } from '@/api/types'
import { colours } from './highlight'
import { element, signatureHelp } from './signature'

/** Marks a change that comes from outside the editor: it is shown, never parsed again. */
export const echo = Annotation.define<boolean>()

const KINDS: Record<string, string> = {
  field: 'property',
  keyword: 'keyword',
  function: 'function',
  entity: 'type',
  collection: 'variable',
  option: 'constant',
  unit: 'constant',
  action: 'method',
  snippet: 'text',
}

/** What is asked with a text: its language, and what it is. */
export interface Asking {
  language: LanguageCode
  of: TextKind
}

/** Asks the server what may stand at the cursor; a failure offers nothing and disturbs nobody. */
export function completionSource(asking: () => Asking) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos)
    if (!context.explicit && !/[\p{L}\p{N}_` .=(]/u.test(before)) return null
    const abort = new AbortController()
    context.addEventListener('abort', () => abort.abort())
    const { language, of } = asking()
    const text = { text: context.state.doc.toString(), language }
    const found = await complete(text, context.pos, of, abort.signal).catch(() => null)
    if (!found?.items.length) return null
    return {
      from: found.from,
      options: found.items.map((item, at) => ({
        label: item.label,
        // The kind of a keyword says nothing to a person who writes.
        detail: item.kind === 'keyword' || item.detail === item.label ? '' : item.detail,
        apply: item.insert,
        type: KINDS[item.kind] ?? 'text',
        boost: -at,
      })),
      filter: false,
    }
  }
}

const looks = EditorView.theme({
  '&': { fontSize: '14px', backgroundColor: 'transparent', color: 'var(--ink)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: '"JetBrains Mono","Sarasa Mono SC","Noto Sans Mono CJK SC",ui-monospace,Menlo,Consolas,monospace',
    lineHeight: '1.85',
  },
  '.cm-content': { padding: '12px 0', caretColor: 'var(--pri)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--mut)', border: 'none', paddingLeft: '6px' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--pri) 6%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--pri)', borderLeftWidth: '2px' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--pri) 22%, transparent)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'color-mix(in srgb, var(--pri) 20%, transparent)',
    color: 'inherit',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line2)',
    borderRadius: '9px',
    boxShadow: 'var(--float)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'inherit', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px', lineHeight: '1.6' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--pri)', color: 'var(--on-pri)' },
  '.cm-completionDetail': { color: 'inherit', opacity: '0.8', fontStyle: 'normal', marginLeft: '1em' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '650' },
  '.cm-diagnostic': { padding: '6px 12px', borderLeftWidth: '3px' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--pri)',
    color: 'var(--on-pri)',
    borderRadius: '6px',
    padding: '2px 9px',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--red) 1.2px',
    textUnderlineOffset: '4px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--amb) 1.2px',
    textUnderlineOffset: '4px',
  },
  '.cm-told': { padding: '6px 12px', maxWidth: '34em', fontSize: '13px', lineHeight: '1.6' },
  '.cm-told b': { fontWeight: '650' },
  '.cm-told p': { color: 'var(--mut)' },
  '.cm-signature': { fontFamily: 'inherit' },
  '.cm-signature mark': { background: 'none', color: 'var(--pri-ink)', fontWeight: '650' },
  '.cm-placeholder': { color: 'var(--mut)' },
})

/** What stands under the pointer, in words; nothing at marks, texts and unknown names. */
function hovers(asking: () => Asking): Extension {
  return hoverTooltip(
    async (view, pos) => {
      const { language, of } = asking()
      const text = { text: view.state.doc.toString(), language }
      const found = await hovered(text, pos, of).catch(() => null)
      const hover = found?.hover
      if (!hover || text.text !== view.state.doc.toString()) return null
      return { pos: hover.from, end: hover.to, above: true, create: () => ({ dom: hoverCard(hover) }) }
    },
    { hoverTime: 400 },
  )
}

function hoverCard({ title, detail, lines }: Hovered): HTMLElement {
  const card = document.createElement('div')
  card.className = 'cm-told'
  card.append(...[title, detail, ...lines].filter(Boolean).map((line, at) => element(at ? 'p' : 'b', line)))
  return card
}

/** Everything that stays the same while the editor lives; `small`: a few lines inside a form. */
export function fixedExtensions(asking: () => Asking, small: boolean): Extension[] {
  return [
    small ? [] : [lineNumbers(), lintGutter()],
    history(),
    drawSelection(),
    highlightActiveLine(),
    bracketMatching(),
    autocompletion({ override: [completionSource(asking)], activateOnTypingDelay: 120, icons: false }),
    signatureHelp(asking),
    hovers(asking),
    EditorView.lineWrapping,
    colours,
    looks,
    keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
  ]
}
