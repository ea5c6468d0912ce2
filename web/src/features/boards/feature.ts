import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'boards',
  routes: [
    { path: '/boards', page: () => import('./BoardPage') },
    { path: '/boards/$pipeline', page: () => import('./BoardPage') },
  ],
  rail: [{ to: '/boards', text: 'boards:rail', icon: 'board', order: 14 }],
}
