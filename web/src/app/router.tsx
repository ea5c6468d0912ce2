import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { sessionQuery } from '@/api/session'
import type { FeatureRoute } from './feature'
import { features } from './features'
import { queryClient } from './queryClient'
import { RouteCrash } from './RouteCrash'

const root = createRootRoute({ component: Outlet, errorComponent: RouteCrash })

/** Everything that needs a session is drawn inside the shell. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: lazyRouteComponent(() => import('./Desktop')),
  errorComponent: RouteCrash,
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery)
    if (!session) throw redirect({ to: '/sign-in', search: { next: location.href } as never })
  },
})

function routeOf(parent: AnyRoute, { path, page }: FeatureRoute): AnyRoute {
  return createRoute({
    getParentRoute: () => parent,
    path,
    component: lazyRouteComponent(page),
    errorComponent: RouteCrash,
  })
}

const routes = features.flatMap((feature) => feature.routes)
const inside = routes.filter((route) => !route.bare).map((route) => routeOf(shell, route))
const outside = routes.filter((route) => route.bare).map((route) => routeOf(root, route))

/** Everything else: said inside the shell, so that the way on is there. */
const lost = createRoute({
  getParentRoute: () => shell,
  path: '$',
  component: lazyRouteComponent(() => import('./LostPage')),
})

/** Search parameters are plain texts: a token of digits stays a token. */
export const router = createRouter({
  routeTree: root.addChildren([...outside, shell.addChildren([...inside, lost])]),
  defaultPreload: 'intent',
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== null && value !== '')
    const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()
    return text && `?${text}`
  },
})
