import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'records',
  routes: [
    { path: '/records/$entity/new', page: () => import('./NewRecordPage') },
    { path: '/records/$entity/$id', page: () => import('./RecordPage') },
  ],
  recordPanels: [
    { key: 'related', text: 'records:tabs.related', order: 10, panel: () => import('./RelatedPanel') },
    { key: 'history', text: 'records:tabs.history', order: 20, panel: () => import('./HistoryPanel') },
    { key: 'firings', text: 'records:tabs.firings', order: 30, panel: () => import('./FiringsPanel') },
  ],
}
