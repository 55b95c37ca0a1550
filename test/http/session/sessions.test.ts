/** The sign-in of the console, as a browser goes through it, at an issuer that knows nothing of the program. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HttpRequest, HttpResponse } from '../../../src/http/wire/message.ts'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite.ts'
import {
  CONSOLE_AUDIENCE,
  CONSOLE_CLIENT,
  type SignInIssuer,
  startSignInIssuer,
} from '../../browser/sign-in-issuer.ts'
import { startWorld, type World } from '../../contract/world.ts'

const URL_OF_CONSOLE = 'https://clientry.example.com/base'
const ORIGIN = 'https://clientry.example.com'
const MINUTE = 60_000
const SCOPES = ['clients:read', 'clients:write', 'secrets:read', 'secrets:rotate']

let issuer: SignInIssuer
let world: World
/** Cookies of the browser, by name. */
let cookies: Map<string, string>
let key: string | undefined

beforeEach(async () => {
  // Only the clock: it stands still until a test sets it on.
  vi.useFakeTimers({ toFake: ['Date'] })
  issuer = await startSignInIssuer()
  issuer.user.scopes = SCOPES
  cookies = new Map()
  key = undefined
  world = await startInstance()
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
  await issuer.close()
})

/** A server with the console; instances of one file share its key. */
const startInstance = (path?: string) =>
  startWorld({
    ...(path === undefined ? {} : { path }),
    issuers: [{ issuer: issuer.url, jwksUrl: `${issuer.url}/jwks`, audience: [CONSOLE_AUDIENCE] }],
    permissions: [
      ...SCOPES.map((one) => ({ scope: one, grants: [one], issuer: issuer.url })),
      { scope: 'asks', grants: ['clients:write'], issuer: issuer.url, approval: 'required' },
    ] as never,
    console: {
      url: URL_OF_CONSOLE,
      issuer: issuer.url,
      clientId: CONSOLE_CLIENT.id,
      clientSecret: { env: 'CONSOLE_SECRET' },
    },
    environment: { CONSOLE_SECRET: CONSOLE_CLIENT.secret },
  })

type Sent = { readonly [H in string]?: string }

/** As the page sends it. */
async function send(method: string, path: string, headers: Sent = {}, body?: object) {
  const [pathname = '', query = ''] = path.split('?')
  const own: Sent = {
    ...(method === 'GET' ? {} : { origin: ORIGIN }),
    ...(key === undefined ? {} : { 'clientry-session': key }),
    cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    'sec-fetch-site': 'same-origin',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  }
  const sent = Object.entries(own).filter(([, value]) => value !== undefined && value !== '')
  const request: HttpRequest = {
    method,
    path: pathname,
    query,
    headers: Object.fromEntries(sent.map(([name, value]) => [name, [String(value)]])),
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    deadline: Date.now() + 20_000,
  }
  const answer = await world.clientry.app(request)
  keep(answer)
  return { ...answer, json: () => JSON.parse(answer.body) }
}

/** Keeps a cookie as a browser does: RFC 6265 section 5.3, and the rules of the `__Host-` prefix. */
function keep({ headers }: HttpResponse): void {
  const { 'set-cookie': line } = headers
  if (line === undefined) return
  const [pair = '', ...attributes] = line.split('; ')
  expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'Secure', 'HttpOnly']))
  expect(line).not.toContain('Domain')
  const [name = '', value = ''] = [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ]
  expect(name).toMatch(/^__Host-/)
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4_096)
  if (attributes.includes('Max-Age=0')) cookies.delete(name)
  else cookies.set(name, value)
}

/** Goes to the issuer and gives the way back. */
async function beginSignIn(body: object = {}): Promise<string> {
  const begun = await send('POST', '/session/sign-in', {}, body)
  expect(begun.status, begun.body).toBe(200)
  const there = await fetch(begun.json().url, { redirect: 'manual' })
  const back = there.headers.get('location') ?? ''
  expect(back.startsWith(`${URL_OF_CONSOLE}/session/callback?`)).toBe(true)
  return back.slice(URL_OF_CONSOLE.length)
}

/** The browser comes from another site, so the session's own cookie stays at home. */
const comeBack = (path: string) => {
  const session = cookies.get('__Host-clientry')
  cookies.delete('__Host-clientry')
  const answer = send('GET', path, { 'sec-fetch-site': 'cross-site' })
  if (session !== undefined && !cookies.has('__Host-clientry'))
    cookies.set('__Host-clientry', session)
  return answer
}

async function signIn(body: object = {}) {
  key = undefined
  const back = await comeBack(await beginSignIn(body))
  expect(back.status, back.body).toBe(200)
  const session = (await send('GET', '/session')).json()
  key = session.current.key
  return { back, session }
}

const read = (headers: Sent = {}) => send('GET', '/clients/exampleClientId', headers)
const change = (headers: Sent = {}) =>
  send('PATCH', '/clients/exampleClientId?dryRun=true', headers, { client: { description: 'New' } })

/** Sets the clock on. */
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds)

describe('a sign-in', () => {
  it('uses code, PKCE, state and nonce, and leaves no token in anything that the page can read', async () => {
    const { back, session } = await signIn({ view: '#/clients?q=a' })
    const [asked, redeemed] = issuer.requests
    expect(Object.fromEntries(asked ?? [])).toMatchObject({
      response_type: 'code',
      client_id: CONSOLE_CLIENT.id,
      redirect_uri: `${URL_OF_CONSOLE}/session/callback`,
      code_challenge_method: 'S256',
      max_age: '28800',
      resource: CONSOLE_AUDIENCE,
      state: expect.stringMatching(/.{40}/),
      nonce: expect.stringMatching(/.{40}/),
    })
    expect(asked?.get('scope')?.split(' ')).toEqual(['openid', 'offline_access', ...SCOPES, 'asks'])
    expect(redeemed?.get('code_verifier')).toMatch(/.{43}/)
    expect(back.body).toContain(`0;url=${URL_OF_CONSOLE}/#/clients?q=a`)
    expect(session).toMatchObject({
      signIn: { url: URL_OF_CONSOLE, issuer: issuer.url },
      current: { subject: 'alice', authenticatedAt: expect.any(String) },
    })
    const readable = [back.body, JSON.stringify(session)].join()
    expect(readable).not.toMatch(/eyJ|[0-9a-f]{8}-[0-9a-f]{4}-/)
    expect((await read()).status).toBe(200)
    expect((await send('GET', '/whoami')).json()).toMatchObject({
      subject: 'alice',
      scopes: SCOPES.toSorted(),
    })
  })

  it('makes another session and another key each time', async () => {
    await signIn()
    const before = { key, cookie: cookies.get('__Host-clientry') }
    await signIn()
    expect(key).not.toBe(before.key)
    const now = cookies.get('__Host-clientry')
    expect(now).not.toBe(before.cookie)
    expect((await read({ 'clientry-session': before.key })).status).toBe(401)
  })

  it('counts only in the browser that began it, once, and with the state that it began with', async () => {
    const path = await beginSignIn()
    const own = cookies.get('__Host-clientry-sign-in')
    cookies.clear()
    expect((await comeBack(path)).status).toBe(401)
    cookies.set('__Host-clientry-sign-in', own ?? '')
    const other = await comeBack(path.replace(/state=[^&]+/, 'state=another'))
    expect(other.status).not.toBe(200)
    expect(cookies.has('__Host-clientry')).toBe(false)
    expect((await comeBack(path)).status).toBe(200)
    expect((await comeBack(path)).status).toBe(401)
  })

  it('shows a refusal of the issuer as text, and takes no view that leads elsewhere', async () => {
    issuer.refuseNext('<script>alert(1)</script>')
    const refused = await comeBack(await beginSignIn())
    expect(refused.status).toBe(401)
    expect(refused.body).toContain('&lt;script&gt;')
    expect(refused.body).not.toContain('<script')
    for (const view of ['//evil.example', 'https://evil.example', '#/a\nb', '/clients']) {
      expect((await send('POST', '/session/sign-in', {}, { view })).status, view).toBe(400)
    }
  })
})

describe('a session', () => {
  it('carries no rights by its cookie alone, nor for another origin', async () => {
    await signIn()
    expect((await change()).status).toBe(200)
    const refused: readonly [string, Sent, number][] = [
      ['the cookie alone', { 'clientry-session': '' }, 401],
      ['another key', { 'clientry-session': 'guessed' }, 401],
      ['no cookie', { cookie: '' }, 401],
      ['no origin', { origin: '' }, 403],
      ['another origin', { origin: 'https://evil.example' }, 403],
      ['an origin of this site', { origin: 'https://clientry.example.com:8443' }, 403],
      ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['a token beside it', { authorization: 'Bearer x' }, 400],
    ]
    for (const [name, headers, status] of refused) {
      expect((await change(headers)).status, name).toBe(status)
    }
    for (const path of ['/session/renew', '/session/sign-in']) {
      expect((await send('POST', path, { origin: 'https://evil.example' })).status).toBe(403)
    }
    expect(
      (await send('GET', '/session', { 'sec-fetch-site': 'same-site' })).json().current,
    ).toBeUndefined()
  })

  it('has the rights of the token and no more', async () => {
    issuer.user.scopes = ['clients:read']
    await signIn()
    expect((await read()).status).toBe(200)
    expect((await change()).status).toBe(403)
    const { providers } = (await send('GET', '/whoami')).json()
    expect(providers[0].permissions).toEqual(['clients:read'])
  })

  it('is idle after 15 minutes, goes on when it is renewed, and ends after 8 hours', async () => {
    issuer.lifetime = 9 * 3_600
    await signIn()
    pass(14 * MINUTE)
    expect((await send('POST', '/session/renew')).status).toBe(200)
    pass(14 * MINUTE)
    expect((await read()).status).toBe(200)
    pass(2 * MINUTE)
    expect((await read()).status).toBe(401)
    await signIn()
    for (let at = 0; at < 8 * 60 - 12; at += 12) {
      pass(12 * MINUTE)
      expect((await send('POST', '/session/renew')).status).toBe(200)
    }
    pass(12 * MINUTE + 1_000)
    expect((await send('POST', '/session/renew')).status).toBe(401)
    expect((await read()).status).toBe(401)
  })

  it('gets another token where its own ends, with the rights that the person has by then', async () => {
    await signIn()
    const first = key
    pass(9 * MINUTE)
    issuer.user.scopes = ['clients:read']
    const renewed = await send('POST', '/session/renew')
    expect(renewed.json().current.key).toBe(first)
    expect(issuer.requests.at(-1)?.get('grant_type')).toBe('refresh_token')
    expect((await change()).status).toBe(403)
    pass(9 * MINUTE)
    issuer.user.subject = 'mallory'
    expect((await send('POST', '/session/renew')).status).toBe(401)
  })

  it('is refused with the end of its token, where that is not renewed', async () => {
    await signIn()
    pass(11 * MINUTE)
    const { status, json } = await read()
    expect([status, json().code]).toEqual([401, 'unauthenticated'])
    expect((await send('POST', '/session/renew')).status).toBe(200)
    expect((await read()).status).toBe(200)
  })

  it('ends with sign-out: the cookie, its copies, and the refresh token at the issuer', async () => {
    await signIn()
    const copy = cookies.get('__Host-clientry') ?? ''
    expect((await send('DELETE', '/session')).json().current).toBeUndefined()
    expect(cookies.has('__Host-clientry')).toBe(false)
    cookies.set('__Host-clientry', copy)
    expect((await read()).status).toBe(401)
    expect(issuer.revoked).toHaveLength(1)
  })

  it('ends with sign-out at every instance of the store, and is not renewed there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-sessions-'))
    const path = join(folder, 'store.sqlite')
    await world.close()
    world = await startInstance(path)
    const other = await startInstance(path)
    const first = world
    try {
      await signIn()
      const copy = cookies.get('__Host-clientry') ?? ''
      world = other
      expect((await read()).status).toBe(200)
      world = first
      expect((await send('DELETE', '/session')).status).toBe(200)
      world = other
      cookies.set('__Host-clientry', copy)
      expect((await read()).status).toBe(401)
      expect((await send('POST', '/session/renew')).status).toBe(401)
      expect((await send('GET', '/session')).json().current).toBeUndefined()
      // Others go on, also after many have signed out, and none is kept for longer than a copy is fresh.
      await signIn()
      expect((await read()).status).toBe(200)
      pass(21 * MINUTE)
      await signIn()
      await send('DELETE', '/session')
      const note = await createSqliteStore(other.database).notes?.read('ended console sessions')
      expect(Object.keys(JSON.parse(note?.text ?? '{}'))).toHaveLength(1)
    } finally {
      world = first
      await other.close()
      rmSync(folder, { recursive: true })
    }
  })

  it('is opened by every instance that has the key of the installation, and by no other', async () => {
    await signIn()
    const sealed = cookies.get('__Host-clientry') ?? ''
    cookies.set('__Host-clientry', `${sealed.slice(0, -6)}AAAAA=`)
    expect((await read()).status).toBe(401)
    // One cookie cannot stand for the other.
    cookies.set('__Host-clientry', cookies.get('__Host-clientry-sign-in') ?? '')
    expect((await read()).status).toBe(401)
  })
})

describe('a fresh sign-in', () => {
  it('is needed to see secrets and to replace them', async () => {
    await signIn()
    const reveal = () => send('GET', '/clients/exampleClientId?reveal=true')
    const rotate = () =>
      send('POST', '/clients/exampleClientId/rotate-secret?dryRun=true', {}, { cutOver: true })
    expect((await reveal()).json().secret).toEqual(expect.any(String))
    expect((await rotate()).status).toBe(200)
    pass(5 * MINUTE + 1_000)
    expect((await read()).json()).toMatchObject({ secret: null, secretRedacted: true })
    for (const refused of [await rotate(), await reveal()]) {
      expect([refused.status, refused.json().code]).toEqual([401, 'step_up_required'])
      expect(refused.headers['www-authenticate']).toContain(
        'error="insufficient_user_authentication", max_age="300"',
      )
    }
    const [at] = (await send('GET', '/whoami')).json().providers
    expect(at.afterSignIn).toEqual(['secrets:read', 'secrets:rotate'])
    expect(at.permissions).toEqual(['clients:read', 'clients:write'])
    expect(JSON.stringify(at.missing)).not.toContain('secrets:')
    // No way round by a patch; a job sets no secret for anyone.
    const patch = { secret: 'a-new-secret-of-the-client-0123456789-abcdefghij' }
    const path = '/clients/exampleClientId?dryRun=true'
    expect((await send('PATCH', path, {}, { client: patch })).json().code).toBe('step_up_required')
    // The issuer answers at once from its own session: that is no proof of who sits there.
    await signIn()
    expect((await rotate()).status).toBe(401)
    await signIn({ fresh: true })
    expect(issuer.requests.findLast((one) => one.has('code_challenge'))?.get('prompt')).toBe(
      'login',
    )
    expect((await rotate()).status).toBe(200)
  })

  it('is needed to approve what someone else has asked for, and not to reject it', async () => {
    await signIn()
    const decide = (how: string) => send('POST', `/requests/none/${how}`)
    expect((await decide('approve')).status).toBe(404)
    pass(5 * MINUTE + 1_000)
    expect((await decide('approve')).json().code).toBe('step_up_required')
    expect((await decide('reject')).status).toBe(404)
  })

  it('puts a secret into no answer but that to a request which asks for it', async () => {
    const { client_secret: secret } = world.auth0.client('exampleClientId') ?? {}
    await signIn()
    const path = '/clients/exampleClientId'
    const answers = [
      await read(),
      await change(),
      await send('PATCH', path, {}, { client: { description: 'Another one' } }),
      await send('GET', '/clients'),
    ]
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body).not.toContain(secret)
    }
    expect((await send('GET', `${path}?reveal=true`)).json().secret).toBe(secret)
    const [at] = (await send('GET', '/whoami')).json().providers
    expect([at.permissions.includes('secrets:read'), at.afterSignIn]).toEqual([true, undefined])
  })

  it('does not stand for a permission that the person lacks', async () => {
    issuer.user.scopes = ['clients:read']
    await signIn()
    const refused = await send('GET', '/clients/exampleClientId?reveal=true')
    expect([refused.status, refused.json().code]).toEqual([403, 'insufficient_scope'])
  })
})

describe('two people who sign in by the one client of the console', () => {
  it('approve for each other by a fresh sign-in, and no one for oneself', async () => {
    issuer.user.scopes = ['clients:read', 'asks']
    await signIn()
    const body = { client: { description: 'Asked for at the console' } }
    const asked = await send('PATCH', '/clients/exampleClientId', {}, body)
    expect(asked.status, asked.body).toBe(202)
    const approve = () => send('POST', `/requests/${asked.json().id}/approve`, {}, {})
    // The same person may do all of it by now.
    issuer.user.scopes = SCOPES
    await signIn({ fresh: true })
    expect((await approve()).status).toBe(403)

    cookies.clear()
    issuer.user.subject = 'bob'
    await signIn({ fresh: true })
    pass(5 * MINUTE + 1_000)
    const stale = await approve()
    expect([stale.status, stale.json().code]).toEqual([401, 'step_up_required'])
    await signIn({ fresh: true })
    const approved = await approve()
    expect(approved.status, approved.body).toBe(200)
    expect(approved.json()).toMatchObject({
      state: 'applied',
      submittedBy: { subject: 'alice', clientId: CONSOLE_CLIENT.id },
      decidedBy: { subject: 'bob', clientId: CONSOLE_CLIENT.id },
    })
  })
})
