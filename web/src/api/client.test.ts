import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { get, onExpiry, request, resume, setCsrf, setMessageLanguage } from './client'
import { ApiProblem } from './problem'

const sent: Request[] = []
let answers: (() => Response)[] = []

beforeEach(() => {
  sent.length = 0
  setCsrf('secret')
  setMessageLanguage('zh-CN')
  vi.stubGlobal('fetch', async (plain: Request) => {
    sent.push(plain)
    const answer = answers.shift()
    if (!answer) throw new TypeError('network')
    return answer()
  })
})
afterEach(() => {
  answers = []
  vi.unstubAllGlobals()
})

const json =
  (body: unknown, status = 200, headers = {}) =>
  () =>
    new Response(JSON.stringify(body), { status, headers })

it('sends CSRF on unsafe methods only, and the language always', async () => {
  answers = [json({}), json({})]
  await request('PATCH', '/x', { body: { a: 1 }, ifMatch: '"3"' })
  await get('/x', { query: { after: 'c', limit: 5, empty: '' } })
  expect(sent[0]?.headers.get('X-CSRF-Token')).toBe('secret')
  expect(sent[0]?.headers.get('If-Match')).toBe('"3"')
  expect(sent[0]?.headers.get('Accept-Language')).toBe('zh-CN')
  expect(sent[1]?.headers.get('X-CSRF-Token')).toBeNull()
  expect(sent[1]?.url).toMatch(/\/api\/v1\/x\?after=c&limit=5$/)
})

it('turns a refusal into a problem with the messages of each field', async () => {
  const errors = [
    { code: 'required', message: 'Name is missing', field: 'name' },
    { code: 'x', message: 'Elsewhere' },
  ]
  answers = [json({ title: 'Invalid', code: 'invalid', errors }, 422)]
  const problem = await get<ApiProblem>('/x').catch((error): ApiProblem => error)
  expect(problem).toBeInstanceOf(ApiProblem)
  expect(problem.of('name')).toEqual(['Name is missing'])
  expect(problem.general).toEqual(['Elsewhere'])
})

it('understands an error page that is no problem document', async () => {
  answers = [() => new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' })]
  const problem = await get<ApiProblem>('/x').catch((error): ApiProblem => error)
  expect([problem.status, problem.code]).toEqual([502, 'http-502'])
})

it('says offline when nothing was reached', async () => {
  const problem = await get<ApiProblem>('/x').catch((error): ApiProblem => error)
  expect(problem.offline).toBe(true)
})

it('waits for the new sign-in when the session has ended, and repeats the request with its body', async () => {
  const expired = vi.fn()
  const stop = onExpiry(expired)
  answers = [json({}, 401), json({ id: '1' })]
  const answer = request('POST', '/x', { body: { kept: true } })
  await vi.waitFor(() => expect(expired).toHaveBeenCalledWith(true))
  setCsrf('new')
  resume()
  expect((await answer).data).toEqual({ id: '1' })
  expect(await sent[1]?.json()).toEqual({ kept: true })
  expect(sent[1]?.headers.get('X-CSRF-Token')).toBe('new')
  expect(expired).toHaveBeenLastCalledWith(false)
  stop()
})

it('does not wait for a sign-in while signing in', async () => {
  answers = [json({ title: 'Wrong', errors: [] }, 401)]
  const problem = await request<never>('POST', '/session', { body: {}, anonymous: true }).catch(
    (error): ApiProblem => error,
  )
  expect(problem.status).toBe(401)
})

it('takes 304 as an answer', async () => {
  answers = [() => new Response(null, { status: 304, headers: { ETag: '"5"' } })]
  expect(await request('GET', '/changes', { ifNoneMatch: '"5"' })).toMatchObject({
    status: 304,
    etag: '"5"',
    data: null,
  })
})
