import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'session',
  routes: [{ path: '/sign-in', page: () => import('./SignInPage'), bare: true }],
}
