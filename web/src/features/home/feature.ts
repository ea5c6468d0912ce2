import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'home',
  routes: [{ path: '/', page: () => import('./HomePage') }],
  rail: [{ to: '/', text: 'home:rail', icon: 'home', order: 0 }],
}
