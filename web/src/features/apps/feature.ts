import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'apps',
  routes: [{ path: '/apps', page: () => import('./AppsPage') }],
  rail: [{ to: '/apps', text: 'apps:rail', icon: 'squares', order: 50, roles: ['administrator'] }],
}
