/** What travels between server and browser: the shapes of `docs/api.md`. Numbers of fields are strings. */

export type LanguageCode = 'zh' | 'en'
export type Labels = Partial<Record<LanguageCode, string>>

/** A text of the rule language with the surface it is written in. */
export interface LanguageText {
  text: string
  language: LanguageCode
}

export type Role = 'administrator' | 'manager' | 'member'

export interface User {
  id: string
  name: string
  email: string
  roles: Role[]
  language: LanguageCode | null
}

export interface Workspace {
  name: string
  timezone: string
  demo: boolean
  now: string
}

export interface Session {
  user: User
  csrf: string
  workspace: Workspace
}

export interface Option {
  value: string
  labels: Labels
  color: string | null
}

export interface Field {
  id: string
  key: string
  name: string
  labels: Labels
  type: string
  value_kind: string
  required: boolean
  unique: boolean
  system: boolean
  decimals: number
  options: Option[]
  /** Key of the entity that a reference points to. */
  to: string | null
  /** The value of a new record that does not name the field. */
  default?: Value
  settings: Record<string, unknown>
}

/** The other side of a reference field. */
export interface Collection {
  name: string
  labels: Labels
  entity: string
  via: string
}

export interface Entity {
  id: string
  key: string
  name: string
  labels: Labels
  /** How several of its records are called, where a language says that differently. */
  plural_labels: Labels
  time_field: string | null
  title_field: string | null
  fields: Field[]
  collections: Collection[]
}

/** A value as it travels: numbers as decimal strings, references as ids, empty as null. */
export type Value = string | boolean | string[] | null
export type Values = Record<string, Value>

export interface Row {
  id: string
  version: number
  values: Values
  titles: Record<string, string>
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface Sort {
  field: string
  descending: boolean
}

export type TotalFunction = 'sum' | 'avg' | 'min' | 'max' | 'count'

export interface Total {
  field: string
  function: TotalFunction
}

export interface GroupValue {
  field: string
  value: Value
}

export interface RecordQuery {
  filter?: LanguageText | null
  search?: string
  sort?: Sort[]
  fields?: string[]
  group?: GroupValue[]
  after?: string | null
  limit?: number
}

export interface OutlineQuery {
  /** False: counts, groups and totals at once, and only the first page of each group. */
  anchors?: boolean
  filter?: LanguageText | null
  search?: string
  sort?: Sort[]
  group?: string[]
  totals?: Total[]
}

export interface OutlineGroup {
  values: Value[]
  labels: string[]
  count: number
  totals: (string | null)[]
  anchors: (string | null)[]
}

/** What a grid needs to draw its scroll bar without holding rows. */
export interface Outline {
  count: number
  totals: (string | null)[]
  groups: OutlineGroup[]
  page_size: number
}

export type Both = Record<LanguageCode, string>

/** A value that a condition looked at: in words, as people read it, where it stands, and who changed it last. */
export interface Found {
  words: Both
  value: unknown
  shown: Both
  from?: { entity: string; record: string; field: string } | null
  changed?: { at: string; by: { id: string; title: string | null } | null; cause: string; rule: string | null }
}

/** A related record that a condition looked at. */
export interface FoundRow {
  entity: string
  record: string
  title?: string
  holds?: boolean | null
  values: Found[]
}

/** One thing to change so that a condition turns. */
export interface Step {
  sentence: Both
  place: { entity: string; record: string; field: string } | null
  exact: boolean
  value: unknown
}

/** The explanation tree of a condition: what was asked, what was found, and each part of it. */
export interface Reason {
  holds: boolean
  sentence: string | { en: string; zh: string }
  value?: unknown
  parts?: Reason[]
  next?: string | null
  /** Of `C for D`: since when C holds. */
  since?: string | null
  found?: Found[]
  rows?: FoundRow[]
  /** Of the whole, when asked for: the least that would turn it, and when time alone does. */
  change?: Step[] | null
  becomes_true?: string | null
  becomes_false?: string | null
}

export interface Effect {
  id: string
  kind: string
  status: string
  summary: string | { en: string; zh: string }
  record?: { entity: string; id: string; title?: string } | null
  attempts: number
  /** Why it failed, or is not done yet. */
  why: (string | { en: string; zh: string })[]
  /** When it is tried again. */
  not_before: string | null
}

export interface Firing {
  id: string
  at: string
  recorded_at: string
  rule: { id: string; name: string; version: number; labels?: Labels }
  record: { entity: string; id: string; title: string }
  edge: 'on' | 'off' | 'change' | 'schedule' | 'skipped' | 'blocked'
  reason: Reason | null
  effects: Effect[]
  cause: string
  /** How many rules in a row led to it, itself included. */
  depth: number
  chain: Chain
  skipped: Skipped | null
  undone: { undo: string; at: string; by: { id: string; title: string | null } | null; left: number } | null
}

/** What led to a firing or a change, nearest first, and what began it; `by`: the person. */
export interface Chain {
  links: {
    firing: string
    rule: { id: string; name: string; version: number }
    record: { entity: string; id: string; title: string | null }
    at: string
    depth: number
  }[]
  began: string
  by: { id: string; title: string | null } | null
}

/** Why a firing was skipped; `held`: it may still be performed. */
export interface Skipped {
  why: 'limit' | 'rate' | 'stopped' | 'cap' | 'undo'
  words: Both
  edge: string
  held: boolean
  became: 'performed' | 'left' | null
}

export interface Problem {
  code: string
  message: string
  field?: string | null
  row?: number | null
  line?: number | null
  column?: number | null
  start?: number | null
  end?: number | null
  fix?: { title: string; replacement: string } | string | null
}

/** The answer to a write: the record, the firings that the write caused, and what to watch out for. */
export interface Written {
  record: Row
  firings: Firing[]
  warnings: (Problem | string)[]
  /** Records that it concerns and that are evaluated in a moment because they are so many. */
  queued?: number
}

export interface HistoryEntry {
  id: string
  at: string
  actor: { entity: string; id: string; title: string | null } | null
  cause: string
  /** Of a change that a rule made. */
  chain: Chain | null
  undo: string | null
  before: Values | null
  after: Values | null
  /** What referenced records are called now, by field. */
  before_titles: Record<string, string | null>
  after_titles: Record<string, string | null>
  fields: string[]
}

export interface Notification {
  id: string
  at: string
  text: string
  read: boolean
  record?: { entity: string; id: string; title?: string } | null
}

/** A thing that people draw: view, form, pipeline or rule. */
export interface Drawn<Content> {
  id: string
  key: string
  kind: string
  name: string
  labels: Labels
  entity: string
  content: Content | null
  draft: Content | null
  published_version: number | null
  status: 'draft' | 'published' | 'paused' | 'stopped'
  updated_at: string
  updated_by: string | null
  shared: boolean
  version: number
}

export interface ViewContent {
  columns: { field: string; width?: number }[]
  filter: LanguageText | null
  sort: Sort[]
  group: string[]
  totals: Total[]
}

export interface FormField {
  field: string
  visible_when?: LanguageText | null
  required_when?: LanguageText | null
  visible_logic?: unknown
  required_logic?: unknown
}

export interface FormSection {
  title: Labels
  columns: number
  fields: FormField[]
}

export interface FormContent {
  sections: FormSection[]
}

export interface Diagnostic {
  from: number
  to: number
  severity: 'error' | 'warning' | 'hint'
  code: string
  message: string
  fix?: { title: string; replacement: string } | null
}

export interface Parsed {
  tree: unknown
  sentence: Record<LanguageCode, string> | null
  formatted: Record<LanguageCode, string> | null
  jsonlogic?: unknown
  diagnostics: Diagnostic[]
  /** Circles that the rule closes with those in force. */
  circles: Circle[]
}

/** Rules that set each other off, the one being written first (without an id); step n leads from rule n to the next. */
export interface Circle {
  rules: { id: string | null; name: string }[]
  steps: {
    entity: { key: string; words: Both }
    field: { key: string; words: Both } | null
    way: 'updated' | 'created' | 'deleted'
  }[]
}

export interface StoredFile {
  id: string
  name: string
  size: number
  type: string
}

/** A form as it stands for one record, worked out by the server. */
export interface WorkedForm {
  id: string
  name: string
  sections: { title: Labels; columns: number; fields: { field: string; visible: boolean; required: boolean }[] }[]
}
