/** People who can sign in, and the own API tokens. */
import { queryOptions } from '@tanstack/react-query'
import { get, post, request } from '@/api/client'
import type { components } from '@/api/schema'
import type { LanguageCode, Role, Session, User } from '@/api/types'
import type { CountryDays } from './calendar'

export const ROLES: readonly Role[] = ['administrator', 'manager', 'member']

export interface Person extends User {
  active: boolean
}

/** What is written of a person; what is absent stays as it is. */
export interface PersonChange {
  name?: string
  email?: string
  password?: string
  roles?: Role[]
  language?: LanguageCode
  active?: boolean
}

export interface Token {
  id: string
  name: string
  created_at: string
  last_used_at: string | null
}

export interface MadeToken extends Token {
  secret: string
}

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: async ({ signal }) => (await get<{ items: Person[] }>('/users', { signal })).items,
})

export const addPerson = (given: PersonChange) => post<Person>('/users', given)

export const changePerson = async (id: string, given: PersonChange) =>
  (await request<Person>('PATCH', `/users/${id}`, { body: given })).data

/** Changes the own language, or the own password (the present one is asked for). */
export const changeOwn = async (given: { language?: LanguageCode; password?: string; current_password?: string }) =>
  (await request<Session>('PATCH', '/session', { body: given })).data

/** What names a person: records by entity and field, rules that they published, tokens. */
export type Missed = components['schemas']['Missed']

export function missedQuery(person: string) {
  return queryOptions({
    queryKey: ['people', 'uses', person],
    queryFn: ({ signal }) => get<Missed>(`/users/${person}/uses`, { signal }),
    staleTime: 0,
  })
}

/** A sign-in for one person, once. */
export interface SignInLink {
  path: string
  expires_at: string
}

export const makeSignInLink = (id: string) => post<SignInLink>(`/users/${id}/sign-in-link`)

/** The calendar as it is set; days are ISO dates, `country` an ISO 3166 code. */
export interface CalendarSettings {
  timezone: string
  weekend: string[]
  country: string | null
  holidays: string[]
  workdays: string[]
}

/** What a change of the calendar led to; `queued`: records whose rules are judged after the answer. */
interface CalendarChanged extends CalendarSettings {
  firings: number
  queued: number
}

export const calendarSettingsQuery = queryOptions({
  queryKey: ['calendar', 'settings'],
  queryFn: ({ signal }) => get<CalendarSettings>('/calendar/settings', { signal }),
})

export const changeCalendar = async ({ timezone, weekend, country, holidays, workdays }: CalendarSettings) =>
  (
    await request<CalendarChanged>('PUT', '/calendar/settings', {
      body: { timezone, weekend, country, holidays, workdays },
    })
  ).data

export const countriesQuery = queryOptions({
  queryKey: ['countries'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }) => (await get<{ items: string[] }>('/calendar/countries', { signal })).items,
})

export function countryDaysQuery(country: string | null) {
  return queryOptions({
    queryKey: ['countries', country],
    enabled: country !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => get<CountryDays>(`/calendar/countries/${country}`, { signal }),
  })
}

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ signal }) => (await get<{ items: Token[] }>('/tokens', { signal })).items,
})

export const makeToken = (name: string) => post<MadeToken>('/tokens', { name })

export const revokeToken = (id: string) => request<null>('DELETE', `/tokens/${id}`)
