import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'firings',
  routes: [{ path: '/firings', page: () => import('./FiringsPage') }],
  rail: [{ to: '/firings', text: 'firings:rail', icon: 'list', order: 22 }],
  homeCards: [{ key: 'clock', order: 0, first: true, card: () => import('./ClockCard') }],
  topControls: [{ key: 'clock', order: 0, control: () => import('./ClockControl') }],
}
