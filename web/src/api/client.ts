/**
 * The one way to the server: JSON in and out, CSRF on unsafe methods, `If-Match`, problem documents as `ApiProblem`.
 *
 * When the session has ended, a request waits until the person has signed in again and is then repeated: what was half
 * typed stays where it is.
 */
import { ApiProblem, problemOf } from './problem'

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
  return ROOT + path + (search ? `?${search}` : '')
}

function headersOf(method: Method, options: RequestOptions): Headers {
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': state.language })
  if (options.body !== undefined) headers.set('Content-Type', 'application/json')
  if (method !== 'GET' && state.csrf) headers.set('X-CSRF-Token', state.csrf)
  if (options.ifMatch) headers.set('If-Match', options.ifMatch)
  if (options.ifNoneMatch) headers.set('If-None-Match', options.ifNoneMatch)
  if (options.idempotencyKey) headers.set('Idempotency-Key', options.idempotencyKey)
  return headers
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  try {
    return await fetch(address(path, options.query), {
      method,
      headers: headersOf(method, options),
      body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: options.signal,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiProblem(0, 'offline', 'offline')
  }
}

/** Sends a request; throws `ApiProblem` for every answer that is not a success (304 counts as one). */
export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  let response = await send(method, path, options)
  while (response.status === 401 && !options.anonymous) {
    await waitForSignIn()
    response = await send(method, path, options)
  }
  if (!response.ok && response.status !== 304) throw await problemOf(response)
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
