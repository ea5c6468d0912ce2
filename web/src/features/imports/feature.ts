import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'imports',
  routes: [
    { path: '/imports', page: () => import('./ImportsPage') },
    { path: '/imports/into/$entity', page: () => import('./ImportsPage') },
    { path: '/imports/$import', page: () => import('./ImportPage') },
  ],
  rail: [{ to: '/imports', text: 'imports:rail', icon: 'upload', order: 40, roles: ['manager'] }],
  gridActions: [
    {
      key: 'import',
      text: 'imports:intoGrid',
      icon: 'upload',
      to: (entity) => `/imports/into/${entity.key}`,
      roles: ['manager'],
    },
  ],
}
