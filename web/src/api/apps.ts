/** Template apps that ship with the product. */
import { queryOptions } from '@tanstack/react-query'
import { get, post } from './client'
import type { Labels } from './types'

export const PARTS = ['entities', 'views', 'forms', 'pipelines', 'rules'] as const

export interface App {
  name: string
  version: string
  labels: Labels
  description: Labels
  contains: Record<(typeof PARTS)[number], number>
  installed_version: string | null
  home: Record<string, string>
}

export interface Installed {
  app: string
  version: string
  definitions: Record<string, number>
  records: Record<string, number>
}

export const appsQuery = queryOptions({
  queryKey: ['apps'],
  queryFn: async ({ signal }) => (await get<{ items: App[] }>('/apps', { signal })).items,
})

export const installApp = (name: string, sample: boolean) => post<Installed>(`/apps/${name}/install`, { sample })
