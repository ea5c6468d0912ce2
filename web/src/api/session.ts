/** Who is signed in. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { get, post, request, resume, setCsrf } from './client'
import { ApiProblem } from './problem'
import { forgetTyped, typedBy } from './typed'
import type { Role, Session } from './types'

async function readSession(): Promise<Session | null> {
  try {
    const { data } = await request<Session>('GET', '/session', { anonymous: true })
    setCsrf(data.csrf)
    typedBy(data.user.id)
    return data
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null
    throw error
  }
}

export const sessionQuery = queryOptions({ queryKey: ['session'], queryFn: readSession, staleTime: 5 * 60_000 })

/** Whether anybody can sign in yet; asked again while nobody can, because somebody is on the way to change that. */
export const doorQuery = queryOptions({
  queryKey: ['door'],
  queryFn: ({ signal }) => get<{ people: boolean }>('/sign-in', { signal, anonymous: true }),
  refetchInterval: (query) => (query.state.data?.people === false ? 3_000 : false),
})

/** The session, null when nobody is signed in. */
export function useSession(): Session | null {
  return useQuery(sessionQuery).data ?? null
}

/** True when the signed-in person holds one of the roles; administrators hold all. */
export function useMay(...roles: Role[]): boolean {
  const held = useSession()?.user.roles ?? []
  return held.includes('administrator') || roles.some((role) => held.includes(role))
}

export type Credentials = { email: string; password: string } | { token: string }

/** Signs in with a password or a one-time token; an ended session's waiting requests go on. */
export async function signIn(credentials: Credentials): Promise<Session> {
  const answer = await post<Session>('/session', credentials, { anonymous: true })
  setCsrf(answer.csrf)
  typedBy(answer.user.id)
  resume()
  return answer
}

export async function signOut(): Promise<void> {
  forgetTyped()
  await request('DELETE', '/session', { anonymous: true })
  setCsrf('')
}
