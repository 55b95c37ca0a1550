/** When a request is sent again and when not, judged by what a server on a socket sees. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ERROR_CODES, type ErrorCode } from '../../src/core/errors.ts'
import { apiOf } from '../../src/sdk/connection.ts'
import { ClientryError, connect } from '../../src/sdk/index.ts'
import { type Scripted, type ScriptedServer, startScripted } from './scripted.ts'

let server: ScriptedServer
/** Milliseconds that were to be waited, one after the other. */
let pauses: number[]
/** Moved by the pauses alone. */
let time: number

beforeEach(async () => {
  server = await startScripted()
  pauses = []
  time = 1_900_000_000_000
})
afterEach(() => server.close())

const api = (retryForMs = 60_000, url = server.url) =>
  apiOf({
    url,
    fetch: globalThis.fetch,
    token: async () => undefined,
    retryForMs,
    now: () => time,
    random: () => 1,
    sleep: async (milliseconds) => {
      pauses.push(milliseconds)
      time += milliseconds
    },
    newKey: () => crypto.randomUUID(),
  })

const failed = (code: string, headers: Record<string, string> = {}): Scripted => ({
  status: ERROR_CODES[code as ErrorCode]?.status ?? 418,
  headers,
  body: { error: 'It failed.', code, requestId: 'scripted', field: 'client.name' },
})
const keys = () => server.seen.map(({ headers }) => headers['idempotency-key'])
const again = Object.entries(ERROR_CODES).filter(([, { retry }]) => retry)
const never = Object.entries(ERROR_CODES).filter(([, { retry }]) => !retry)

describe('a write', () => {
  it.each(again)('that is answered %s is sent again with the same key', async (code) => {
    server.answer(failed(code))
    await api().updateClient('x', { name: 'New' })
    expect(server.seen).toHaveLength(2)
    expect(keys()[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(keys()[1]).toBe(keys()[0])
  })

  it.each(never.filter(([code]) => code !== 'outcome_unknown'))(
    'that is answered %s is not sent again',
    async (code, { status }) => {
      server.answer(failed(code))
      const sent = api().updateClient('x', { name: 'New' })
      const facts = { code, status, field: 'client.name', requestId: 'scripted' }
      await expect(sent).rejects.toMatchObject({ ...facts, message: 'It failed.' })
      await expect(sent).rejects.toBeInstanceOf(ClientryError)
      expect(server.seen).toHaveLength(1)
    },
  )

  it('whose outcome is unknown asks for it by its key', async () => {
    server.answer(failed('outcome_unknown'))
    await api().updateClient('x', { name: 'New' })
    expect(keys()[1]).toBe(keys()[0])
  })

  it('has another key each time, and that of its caller where there is one', async () => {
    await api().updateClient('x', { name: 'New' })
    await api().updateClient('x', { name: 'New' })
    await api().updateClient('x', { name: 'New' }, { idempotencyKey: 'mine' })
    expect(new Set(keys()).size).toBe(3)
    expect(keys()[2]).toBe('mine')
  })

  it('has no key where nothing is to happen', async () => {
    await api().updateClient('x', { name: 'New' }, { dryRun: true })
    expect(keys()).toEqual([undefined])
    expect(server.seen[0]?.query).toBe('dryRun=true')
  })
})

describe('Retry-After', () => {
  it('is waited for as long as it says', async () => {
    server.answer(failed('provider_throttled', { 'retry-after': '7' }))
    await api().getClient('x')
    expect(pauses).toEqual([7_000])
  })

  it('may be a date', async () => {
    const date = new Date(Date.now() + 30_000).toUTCString()
    server.answer(failed('provider_throttled', { 'retry-after': date }))
    await api().getClient('x')
    expect(pauses[0]).toBeGreaterThan(10_000)
    expect(pauses[0]).toBeLessThanOrEqual(30_000)
  })

  it('that is longer than the caller has time is reported at once', async () => {
    server.answer(failed('provider_throttled', { 'retry-after': '61' }))
    await expect(api().getClient('x')).rejects.toMatchObject({ retryAfter: 61 })
    expect(pauses).toEqual([])
  })

  it('of a gateway is obeyed too', async () => {
    server.answer({ status: 429, headers: { 'retry-after': '2' }, body: 'slow down' })
    await api().getClient('x')
    expect(pauses).toEqual([2_000])
  })
})

it.each([
  ['conflict', 'change_unresolved'],
  ['unavailable', 'client_busy'],
])('the code %s of an older server is %s', async (former, code) => {
  server.answer(failed(former))
  await expect(api(0).getClient('x')).rejects.toMatchObject({ code })
})

describe('repetition', () => {
  it('waits longer each time and ends with the time that it has', async () => {
    server.answer(...Array.from({ length: 100 }, () => failed('client_busy')))
    await expect(api().getClient('x')).rejects.toMatchObject({ code: 'client_busy' })
    expect(pauses.slice(0, 7)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000])
    expect(pauses.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(60_000)
  })

  it('can be switched off', async () => {
    server.answer(failed('client_busy'))
    await expect(api(0).getClient('x')).rejects.toMatchObject({ code: 'client_busy' })
    expect(server.seen).toHaveLength(1)
  })

  it('ends with the signal, in the middle of a pause', async () => {
    server.answer(failed('client_busy', { 'retry-after': '50' }))
    const controller = new AbortController()
    const sent = connect({ url: server.url }).getClient('x', { signal: controller.signal })
    await expect.poll(() => server.seen.length).toBe(1)
    controller.abort(new Error('enough'))
    await expect(sent).rejects.toThrow('enough')
  })

  it('does not begin when the signal is aborted before', async () => {
    const signal = AbortSignal.abort(new Error('never'))
    await expect(api().getClient('x', { signal })).rejects.toThrow('never')
    expect(server.seen).toEqual([])
  })
})

describe('what is no Clientry server', () => {
  it.each([
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' } }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['an error page', { status: 500, headers: { 'content-type': 'text/html' } }],
  ])('%s is reported as such', async (_, { status, headers, body }: Scripted) => {
    server.answer({ status, headers: { ...headers, 'x-request-id': '' }, body })
    const facts =
      status === 200 ? { code: 'unexpected_answer' } : { code: 'unexpected_answer', status }
    await expect(api().getClient('x')).rejects.toMatchObject(facts)
    expect(server.seen).toHaveLength(1)
  })

  it('a port on which no one listens cannot be reached', async () => {
    const { url } = server
    await server.close()
    await expect(api(60_000, url).getClient('x')).rejects.toMatchObject({ code: 'unreachable' })
    expect(pauses).toEqual([250, 500, 1_000, 2_000])
    server = await startScripted()
  })

  it('a code of tomorrow keeps its sentence', async () => {
    server.answer(failed('a_code_of_tomorrow'))
    const facts = { code: 'unexpected_answer', message: 'It failed.', status: 418 }
    await expect(api().getClient('x')).rejects.toMatchObject(facts)
  })
})

it('asks for the token each time', async () => {
  let given = 0
  const { getClient } = connect({ url: server.url, token: async () => `token-${++given}` })
  await getClient('x')
  await getClient('x')
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-2',
  ])
})
