import type { Feature } from '@/app/feature'

export const feature: Feature = {
  name: 'admin',
  routes: [
    { path: '/people', page: () => import('./PeoplePage') },
    { path: '/calendar', page: () => import('./CalendarPage') },
    { path: '/account', page: () => import('./AccountPage') },
  ],
  accountEntries: [
    { to: '/account', text: 'admin:accountRail', icon: 'user', order: 0 },
    { to: '/people', text: 'admin:peopleRail', icon: 'users', order: 10, roles: ['administrator'] },
    { to: '/calendar', text: 'admin:calendarRail', icon: 'clock', order: 20, roles: ['administrator'] },
  ],
}
