import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'forms',
  routes: [
    { path: '/forms', page: () => import('./FormsPage') },
    { path: '/forms/$id', page: () => import('./FormPage') },
  ],
  rail: [{ to: '/forms', text: 'forms:rail', icon: 'form', order: 50, roles: ['manager'] }],
}
