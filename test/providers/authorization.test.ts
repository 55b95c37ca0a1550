/**
 * Whether a redirect URI is taken is seen at an authorization endpoint by a redirect to it alone; where the old one of a
 * move is not seen to be taken either, a move waits.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lookAt, redirectsThere } from '../../src/providers/authorization/look.ts'
import type { Call } from '../../src/providers/call.ts'
import { takes } from '../../src/providers/cognito/calls/authorization.ts'
import { createEndpoints } from '../../src/providers/rfc7592/calls/endpoints.ts'
import { dialectOf } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { callInTime, requestFor } from '../contract/service.ts'
import { onSubject } from '../fixtures/bench.ts'

const URI = 'https://app.example.com/cb'
const call = (): Call => callInTime('o')
const at = (location: string | undefined, status = 302) => ({
  status,
  location: location === undefined ? undefined : new URL(location),
})

it.each<[string | undefined, string, boolean, number?]>([
  [`${URI}?error=login_required`, URI, true],
  [`${URI}#error=login_required`, URI, true],
  [`${URI}?code=1`, URI, true, 303],
  [`${URI}?a=b&error=login_required`, `${URI}?a=b`, true],
  ['https://app.example.com/?error=login_required', 'https://app.example.com', true],
  ['com.example.app:/cb?error=login_required', 'com.example.app:/cb', true],
  [`${URI}?error=login_required`, `${URI}?a=b`, false],
  [`${URI}/other?error=login_required`, URI, false],
  ['https://app.example.com.evil.example/cb?error=login_required', URI, false],
  ['http://app.example.com/cb?error=login_required', URI, false],
  ['https://app.example.com:8443/cb', URI, false],
  [`https://as.example.com/login?redirect_uri=${URI}`, URI, false],
  ['https://as.example.com/error?error=redirect_mismatch', URI, false],
  [undefined, URI, false],
  [`${URI}?error=login_required`, URI, false, 200],
  [`${URI}?error=login_required`, URI, false, 400],
  [URI, '/cb', false],
])('a redirect to %s shows of %s: %s', (location, redirectUri, isTaken, status) => {
  expect(redirectsThere(at(location, status), redirectUri)).toBe(isTaken)
})

it('a redirect to the login page of Cognito shows it too, and one to the error page does not', () => {
  expect(takes(at(`${URI}?error=login_required`), URI)).toBe(true)
  expect(takes(at('https://pool.example.com/login?client_id=a'), URI)).toBe(true)
  expect(takes(at('https://pool.example.com/error?error=redirect_mismatch'), URI)).toBe(false)
  expect(takes(at(undefined, 400), URI)).toBe(false)
})

it('the authorization endpoint of an issuer is that of its document, unless it leads elsewhere without TLS', async () => {
  const issuer = 'https://as.example.com'
  const endpointOf = (document: object) =>
    createEndpoints({ issuer, origins: [] }, dialectOf('standard'), {
      now: Date.now,
      read: async () => ({ issuer, ...document }),
    }).authorization(call())
  const to = (authorization_endpoint: unknown) => endpointOf({ authorization_endpoint })
  expect(await to(`${issuer}/authorize`)).toBe(`${issuer}/authorize`)
  expect(await to('https://login.example.com/authorize')).toBe(
    'https://login.example.com/authorize',
  )
  for (const other of [
    'http://127.0.0.1/',
    'file:///etc/passwd',
    'https://a:b@as.example.com/',
    7,
  ]) {
    expect(await to(other)).toBeUndefined()
  }
  expect(await endpointOf({})).toBeUndefined()
  const none = createEndpoints(
    { origins: [], registrationEndpoint: issuer },
    dialectOf('standard'),
    {
      now: Date.now,
      read: async () => ({}),
    },
  )
  expect(await none.authorization(call())).toBeUndefined()
})

describe('an endpoint', () => {
  const OLD = 'https://old.example.com/cb'
  const NEW = 'https://new.example.com/cb'
  let taken: string[]
  let seen: URLSearchParams[]
  let server: ReturnType<typeof createServer>
  let endpoint: string
  beforeEach(async () => {
    taken = []
    seen = []
    server = createServer((incoming, outgoing) => {
      const { searchParams } = new URL(incoming.url ?? '', 'http://as.example')
      seen.push(searchParams)
      const uri = searchParams.get('redirect_uri') ?? ''
      if (!taken.includes(uri)) return void outgoing.writeHead(400).end('redirect_uri')
      outgoing.writeHead(302, { location: `${uri}?error=login_required` }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/authorize?realm=a`
  })
  afterEach(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => void server.close(() => resolve()))
  })

  const look = (uri: string, url: string | undefined = endpoint) =>
    lookAt(() => url)({ ref: { provider: 'it', id: 'abc' }, redirectUri: uri }, call())

  it('is asked as a browser without a session asks, and one that does not answer takes nothing', async () => {
    taken = [NEW]
    expect([await look(NEW), await look(OLD)]).toEqual([true, false])
    expect(Object.fromEntries(seen[0] ?? [])).toMatchObject({
      realm: 'a',
      response_type: 'code',
      client_id: 'abc',
      redirect_uri: NEW,
      prompt: 'none',
      code_challenge_method: 'S256',
    })
    expect(seen[0]?.get('state')).not.toBe(seen[1]?.get('state'))
    expect(await look(NEW, 'http://127.0.0.1:1/')).toBe(false)
    expect(
      await lookAt(() => undefined)({ ref: { provider: 'it', id: 'a' }, redirectUri: NEW }, call()),
    ).toBe(false)
  })

  onSubject('auth0')(
    'is waited for as long as it takes the old one and not the new one',
    async ({ bench, subject }) => {
      const authorization = { codeSeconds: 0, waitSeconds: 60, look: lookAt(() => endpoint) }
      const provider = { ...subject.provider, authorization }
      const later = (seconds: number) => ({
        ...bench.service,
        providers: new Map([['it', provider]]),
        turns: createTurns(Date.now),
        now: () => Date.now() + seconds * 1_000,
      })
      const due = (seconds: number) => carryOutDue(later(seconds), new Map())
      const by = async () =>
        (await bench.service.store.last(resourceOf(subject.ref)))?.standing?.moves?.[0]?.widened?.by
      await bench.change(subject.ref, { callbacks: { add: [OLD] } })
      await changeClient(bench.service, {
        ...requestFor(bench.service, subject.ref, {}),
        patch: { kind: 'move', from: OLD, to: NEW },
      })
      taken = [OLD]
      expect((await due(1)).failed).toMatchObject([{ code: 'move_state' }])
      // It shows what it takes, so that no wait stands for that.
      expect((await due(3_600)).failed).toMatchObject([{ code: 'move_state' }])
      expect(await by()).toBeUndefined()
      taken = []
      expect((await due(1)).failed).toMatchObject([{ code: 'move_state' }])
      expect(await by()).toBeUndefined()
      expect((await due(61)).failed).toEqual([])
      expect(await by()).toBe('wait')
    },
  )
})
