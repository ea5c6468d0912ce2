import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'connections',
  routes: [
    { path: '/connections', page: () => import('./ConnectionsPage') },
    { path: '/connections/$connection', page: () => import('./ConnectionPage') },
  ],
  rail: [{ to: '/connections', text: 'connections:short', icon: 'plug', order: 42, roles: ['administrator'] }],
}
