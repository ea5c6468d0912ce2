/** People who can sign in, and the own API tokens. */
import { queryOptions } from '@tanstack/react-query'
import { get, post, request } from '@/api/client'
import type { LanguageCode, Role, Session, User } from '@/api/types'

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

/** A sign-in for one person, once. */
export interface SignInLink {
  path: string
  expires_at: string
}

export const makeSignInLink = (id: string) => post<SignInLink>(`/users/${id}/sign-in-link`)

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ signal }) => (await get<{ items: Token[] }>('/tokens', { signal })).items,
})

export const makeToken = (name: string) => post<MadeToken>('/tokens', { name })

export const revokeToken = (id: string) => request<null>('DELETE', `/tokens/${id}`)
