import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'views',
  routes: [
    { path: '/views', page: () => import('./ViewsPage') },
    { path: '/views/$entity', page: () => import('./ViewPage') },
    { path: '/views/$entity/$view', page: () => import('./ViewPage') },
  ],
  rail: [{ to: '/views', text: 'views:rail', icon: 'table', order: 10 }],
}
