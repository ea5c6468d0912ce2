import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'entities',
  routes: [
    { path: '/entities', page: () => import('./EntitiesPage') },
    { path: '/entities/new', page: () => import('./EntityPage') },
    { path: '/entities/$entity', page: () => import('./EntityPage') },
  ],
  rail: [{ to: '/entities', text: 'entities:rail', icon: 'shapes', order: 60, roles: ['administrator'] }],
}
