import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'queues',
  routes: [{ path: '/queues', page: () => import('./QueuesPage') }],
  accountEntries: [{ to: '/queues', text: 'queues:rail', icon: 'gear', order: 20, roles: ['manager'] }],
}
