/** What a feature folder brings: its `feature.ts` exports one `Feature`; nothing else lists features by hand. */
import type { ComponentType } from 'react'
import type { Entity, Role, Row } from '@/api/types'
import type { IconName } from '@/ui/icons'

type Load<Props = object> = () => Promise<{ default: ComponentType<Props> }>

export interface FeatureRoute {
  /** In the router's notation: `/records/$entity/$id`. Pages read their parameters with `useParams({ strict: false })`. */
  path: string
  page: Load
  /** Drawn without the shell, and without a session (signing in). */
  bare?: boolean
}

/** An entry of the navigation rail, or of the account menu. */
export interface RailEntry {
  to: string
  /** Namespace and key of its text: `home:rail`. */
  text: string
  icon: IconName
  /** Small comes first. */
  order: number
  /** Who sees it; left out: everybody. Administrators see all. */
  roles?: Role[]
}

export interface RecordPanelProps {
  entity: Entity
  row: Row
}

/** A further tab on the page of a record. */
export interface RecordPanel {
  key: string
  text: string
  order: number
  panel: Load<RecordPanelProps>
}

/** A card on the home page. */
export interface HomeCard {
  key: string
  /** Above the entities; left out: at the side. */
  first?: boolean
  order: number
  card: Load
}

/** A button in the bar above every grid of an entity (import). */
export interface GridAction {
  key: string
  text: string
  icon: IconName
  to: (entity: Entity) => string
  roles?: Role[]
}

/** A control in the top bar of every page (the clock of demo workspaces). */
export interface TopControl {
  key: string
  order: number
  control: Load
}

export interface Feature {
  name: string
  routes: FeatureRoute[]
  rail?: RailEntry[]
  recordPanels?: RecordPanel[]
  homeCards?: HomeCard[]
  gridActions?: GridAction[]
  topControls?: TopControl[]
  /** Entries of the menu behind the own picture. */
  accountEntries?: RailEntry[]
}
