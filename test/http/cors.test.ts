/** What pages of other origins are allowed, by the headers of the Fetch Standard. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HttpRequest } from '../../src/http/wire/message.ts'
import { startWorld, type World } from '../contract/world.ts'

const APP = 'https://app.example.com'
const OTHERS = [
  'https://app.example.com.evil.example',
  'http://app.example.com',
  'https://app.example.com:444',
  'https://APP.example.com',
  'null',
  '*',
]

let closed: World
let open: World
beforeAll(async () => {
  closed = await startWorld()
  open = await startWorld({ server: { corsOrigins: ['https://other.example', APP] } })
})
afterAll(() => Promise.all([closed.close(), open.close()]))

const request = (more: Partial<HttpRequest>): HttpRequest => ({
  method: 'GET',
  path: '/clients/exampleClientId',
  query: '',
  body: undefined,
  deadline: Date.now() + 5_000,
  ...more,
  headers: more.headers ?? {},
})
const from = (origin: string, more: Partial<HttpRequest> = {}) =>
  request({ ...more, headers: { origin: [origin], ...more.headers } })
const preflight = (origin: string, method = 'PATCH', path = '/clients/exampleClientId') => {
  const headers = { 'access-control-request-method': [method] }
  return from(origin, { method: 'OPTIONS', path, headers })
}
const corsOf = (headers: Readonly<Record<string, string>>) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'))

describe('without configured origins', () => {
  it('says nothing about other origins, and varies by none', async () => {
    for (const one of [from(APP), preflight(APP), request({})]) {
      const { headers } = await closed.clientry.app(one)
      expect([corsOf(headers), headers.vary]).toEqual([[], undefined])
    }
  })
})

describe('with configured origins', () => {
  it('lets a page of one read the answer to a request, an error too', async () => {
    const token = await open.token()
    const good = from(APP, { headers: { authorization: [`Bearer ${token}`] } })
    for (const [one, status] of [
      [good, 200],
      [from(APP), 401],
      [from(APP, { path: '/nowhere' }), 404],
    ] as const) {
      const answer = await open.clientry.app(one)
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, APP])
      expect(answer.headers['access-control-expose-headers']?.split(', ')).toEqual(
        expect.arrayContaining(['ETag', 'Location', 'Operation-Id', 'Retry-After', 'X-Request-Id']),
      )
    }
  })

  it('answers the question of a browser with the methods of the path and the headers that may be sent', async () => {
    const { status, headers } = await open.clientry.app(preflight(APP))
    expect([status, headers['access-control-allow-origin']]).toEqual([204, APP])
    expect(headers['access-control-allow-methods']?.split(', ')).toEqual(
      expect.arrayContaining(['GET', 'PATCH', 'DELETE']),
    )
    // The names that docs/http.md gives callers; `Accept` is always allowed.
    const sent = ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Idempotency-Key']
    expect(headers['access-control-allow-headers']?.split(', ')).toEqual(
      expect.arrayContaining([...sent, 'Last-Event-ID', 'X-Request-Id']),
    )
  })

  it.each(OTHERS)('allows nothing to the origin %s', async (origin) => {
    for (const one of [from(origin), preflight(origin)]) {
      const { headers } = await open.clientry.app(one)
      expect(corsOf(headers)).toEqual([])
    }
  })

  it('allows nothing to two origins at once', async () => {
    const { headers } = await open.clientry.app(request({ headers: { origin: [APP, APP] } }))
    expect(corsOf(headers)).toEqual([])
  })

  // A cache that keeps one answer for all would give it to a page of another origin, or keep it from one.
  it('says on every answer that it varies by origin, and never allows credentials', async () => {
    for (const one of [
      from(APP),
      from('null'),
      request({}),
      preflight(APP),
      request({ path: '/x' }),
    ]) {
      const { headers } = await open.clientry.app(one)
      expect(headers.vary).toMatch(/(^|, )Origin$/)
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
      expect(headers['access-control-allow-origin']).not.toBe('*')
    }
  })
})
