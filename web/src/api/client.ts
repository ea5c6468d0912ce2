/**
 * The one way to the server: JSON in and out, CSRF on unsafe methods, `If-Match`, problem documents as `ApiProblem`.
 *
 * When the session has ended, a request waits until the person has signed in again and is then repeated: what was half
 * typed stays where it is.
 */
import createClient from 'openapi-fetch'
import { ApiProblem, problemOf } from './problem'
import type { paths } from './schema'

export const ROOT = '/api/v1'

export interface Answer<T> {
  data: T
  etag: string | null
  status: number
}

export interface RequestOptions {
  query?: Record<string, string | number | boolean | null | undefined>
  body?: unknown
  form?: FormData
  ifMatch?: string | null
  ifNoneMatch?: string | null
  idempotencyKey?: string
  signal?: AbortSignal
  /** Sign-in itself must not wait for a sign-in. */
  anonymous?: boolean
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const state = { csrf: '', language: 'en' }
let signedInAgain: { promise: Promise<void>; done: () => void } | null = null
const expiryListeners = new Set<(expired: boolean) => void>()

export function setCsrf(token: string): void {
  state.csrf = token
}

/** The language of messages, as a BCP 47 tag. */
export function setMessageLanguage(tag: string): void {
  state.language = tag
}

/** Calls `listener(true)` when the session has ended and `listener(false)` when it is back; returns the way to stop. */
export function onExpiry(listener: (expired: boolean) => void): () => void {
  expiryListeners.add(listener)
  return () => expiryListeners.delete(listener)
}

/** Lets the requests that met an ended session go on. */
export function resume(): void {
  signedInAgain?.done()
  signedInAgain = null
  for (const listener of expiryListeners) listener(false)
}

function waitForSignIn(): Promise<void> {
  if (!signedInAgain) {
    let done = () => {}
    const promise = new Promise<void>((resolve) => {
      done = resolve
    })
    signedInAgain = { promise, done }
    for (const listener of expiryListeners) listener(true)
  }
  return signedInAgain.promise
}

function address(path: string, query: RequestOptions['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()
  return location.origin + ROOT + path + (search ? `?${search}` : '')
}

/** What every request of ours carries. */
function withHeaders(plain: Request): Request {
  plain.headers.set('Accept', 'application/json')
  plain.headers.set('Accept-Language', state.language)
  if (plain.method !== 'GET' && state.csrf) plain.headers.set('X-CSRF-Token', state.csrf)
  return plain
}

async function reach(plain: Request): Promise<Response> {
  try {
    return await fetch(withHeaders(plain.clone()))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiProblem(0, 'offline', 'offline')
  }
}

/** Sends a request; waits for a new sign-in where the session has ended; throws `ApiProblem` for every refusal. */
async function guarded(plain: Request, anonymous = false): Promise<Response> {
  let response = await reach(plain)
  while (response.status === 401 && !anonymous) {
    await waitForSignIn()
    response = await reach(plain)
  }
  if (!response.ok && response.status !== 304) throw await problemOf(response)
  return response
}

/** The server's contract, typed from `openapi.json`. Refusals are thrown, so `data` is there when the call returns. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  cache: 'no-store',
  fetch: (plain: Request) => guarded(plain),
})

/** The answer of a typed call as ours. */
export function answerOf<T>({ data, response }: { data?: unknown; response: Response }): Answer<T> {
  return { data: data as T, etag: response.headers.get('ETag'), status: response.status }
}

function headersOf(options: RequestOptions): Headers {
  const headers = new Headers()
  if (options.body !== undefined) headers.set('Content-Type', 'application/json')
  if (options.ifMatch) headers.set('If-Match', options.ifMatch)
  if (options.ifNoneMatch) headers.set('If-None-Match', options.ifNoneMatch)
  if (options.idempotencyKey) headers.set('Idempotency-Key', options.idempotencyKey)
  return headers
}

/** A request whose path is worked out (drawn things of any kind, files); everything else goes through `api`. */
export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const plain = new Request(address(path, options.query), {
    method,
    headers: headersOf(options),
    body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
    credentials: 'same-origin',
    cache: 'no-store',
    signal: options.signal,
  })
  const response = await guarded(plain, options.anonymous)
  const empty = response.status === 204 || response.status === 304
  const data = (empty ? null : await response.json().catch(() => null)) as T
  return { data, etag: response.headers.get('ETag'), status: response.status }
}

export async function get<T>(path: string, options?: RequestOptions): Promise<T> {
  return (await request<T>('GET', path, options)).data
}

export async function post<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
  return (await request<T>('POST', path, { ...options, body })).data
}
