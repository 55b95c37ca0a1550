/**
 * Whatever JSON a provider answers, through every route: a caller gets one of our codes and never
 * `internal`. The answers are records with members of any type, and any JSON at all.
 */

import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { parseJson } from '../../src/core/json/json-text.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { startWorld, type World } from '../contract/world.ts'
import { eventually } from '../eventually.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { RAW_POOL, type RawProvider, startRawProvider } from '../fixtures/raw-provider.ts'
import { patience, runs } from '../property.ts'

let raw: RawProvider
let world: World

beforeAll(async () => {
  raw = await startRawProvider()
  world = await startWorld({
    providers: raw.providers,
    limits: { upstreamTimeoutMs: 500, deadlineMs: 3_000 },
    quotas: { jobsPerHour: 100_000 },
  })
})
afterAll(async () => {
  await world.close()
  await raw.close()
})

const KINDS = ['raw-auth0', 'raw-cognito', 'raw-rfc7592', 'local'] as const
type Kind = (typeof KINDS)[number]
const REGISTERED = {
  client_id: 'abc',
  client_name: 'Old',
  redirect_uris: ['https://app.example.com/cb'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  application_type: 'web',
  client_id_issued_at: 1_600_000_000,
  scope: 'openid',
  logo_uri: 'https://app.example.com/logo.png',
  initiate_login_uri: 'https://app.example.com/login',
  post_logout_redirect_uris: [],
  id_token_signed_response_alg: 'RS256',
  jwks: { keys: [] },
}
const RECORDS: Readonly<Record<Kind, object>> = {
  'raw-auth0': { ...fullAuth0Client, client_id: 'abc' },
  'raw-cognito': { ...fullCognitoClient, ClientId: 'abc', UserPoolId: RAW_POOL },
  'raw-rfc7592': REGISTERED,
  local: { ...fullLocalClient, client_id: 'abc' },
}

/** Makes a text what the provider holds; the local one has no server, and its store keeps any JSON. */
async function hold(kind: Kind, text: string) {
  raw.record = text
  raw.list = text
  if (kind !== 'local') return
  await putLocalClient(world.documents, { client_id: 'abc' })
  // As anyone with the installation's key can write it: the types of our own code rule it out.
  await world.documents.put('client', 'abc', parseJson(text) as JsonObject)
}

/** What no reader of a provider expects, in the JSON that it comes as. */
const odd = fc.oneof(
  fc.constantFrom(
    ...['1e300', '-1e300', '1E400', '9007199254740993', '-1', '0.5', '{}', '[]', '""', 'null'],
    ...['true', '[[]]', '[null]', '[1,{}]', '{"a":{"b":[]}}', '"\\ud800"', '"\\u0000"', '"a b"'],
    ...['{"__proto__":{"x":1}}', '{"constructor":1}', '{"length":3}', '"https://["', '"://"'],
    `${'['.repeat(70)}${']'.repeat(70)}`,
  ),
  fc.json({ maxDepth: 3 }),
)

const markOf = (index: number) => `(odd ${index})`

/** A record in which some members, one level down too, are something else. */
const record = fc.constantFrom(...KINDS).chain((kind) => {
  const full = Object.entries(RECORDS[kind])
  const names = full.map(([name]) => name).filter((name) => !/^(client_id|ClientId)$/.test(name))
  const inner = full.flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.keys(value as object).map((member) => `${name}.${member}`)
      : [],
  )
  const paths = fc.subarray([...names, ...inner], { minLength: 1, maxLength: 3 })
  return fc.tuple(paths, fc.infiniteStream(odd)).map(([chosen, values]) => {
    const marked = structuredClone(RECORDS[kind]) as Record<string, unknown>
    for (const [index, path] of chosen.entries()) {
      const [name = '', member] = path.split('.')
      const held = marked[name]
      if (member === undefined) marked[name] = markOf(index)
      else if (typeof held === 'object') Object.assign(held ?? {}, { [member]: markOf(index) })
    }
    const text = JSON.stringify(marked)
    const filled = chosen.reduce(
      (whole, _, index) =>
        whole.replace(JSON.stringify(markOf(index)), () => String(values.next().value)),
      text,
    )
    return { kind, text: filled }
  })
})

/** What was thrown, for the reader of a failure. */
function faultIn(body: string): string {
  const id = /"requestId":"([^"]+)"/.exec(body)?.[1]
  const line = world.log.find(({ requestId }) => requestId === id)
  return line === undefined ? '' : ` ${JSON.stringify(line)}`
}

async function send(
  method: string,
  path: string,
  query: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
  withinMs = AMPLE_MS,
) {
  const response = await world.clientry.app({
    method,
    path,
    query,
    headers: {
      authorization: [`Bearer ${await world.token()}`],
      ...(body === undefined ? {} : { 'content-type': ['application/json'] }),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    },
    body: body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body)),
    deadline: Date.now() + withinMs,
  })
  expect(response.body, `${method} ${path}?${query}${faultIn(response.body)}`).not.toContain(
    '"internal"',
  )
  return response
}

const ABC = '/clients/abc'
const AMPLE_MS = 60_000
/** What is sent to an odd server is tried again and again as long as there is time (milliseconds). */
const HURRY_MS = 2_000

/** The newest jobs, each taken back and looked at: their clients fail with our codes too. */
async function undoJobs(): Promise<void> {
  const { body } = await send('GET', '/jobs', 'limit=3')
  for (const { id, state } of (JSON.parse(body) as { items: { id: string; state: string }[] })
    .items) {
    if (state === 'done') await send('POST', `/jobs/${id}/undo`, '', { autoStart: true })
    await send('GET', `/jobs/${id}/results`, 'limit=100')
  }
}

async function adopt() {
  raw.record = JSON.stringify(REGISTERED)
  const registration = { registrationAccessToken: 'registered-token' }
  // A machine can be too busy for the time-out of the odd servers.
  await eventually(async () => {
    const query = 'provider=raw-rfc7592'
    const { status } = await send('PUT', `${ABC}/registration`, query, registration)
    expect(status).toBe(200)
  })
}

interface Place {
  readonly provider: string
  readonly userPoolId?: string
}

const placeOf = (provider: string): Place =>
  provider === 'raw-cognito' ? { provider, userPoolId: RAW_POOL } : { provider }

const queryOf = (provider: string) => String(new URLSearchParams({ ...placeOf(provider) }))

type Called = readonly [
  method: string,
  path: string,
  body?: object | ((place: Place) => object) | undefined,
  query?: string,
]

const jobOf =
  (autoStart: boolean) =>
  (place: Place): object => ({
    clients: [{ ...place, id: 'abc' }],
    patch: { name: 'By a job' },
    autoStart,
    maxFailures: null,
  })

/** Sends it at a place; routes over many places have theirs in the body. */
async function call(kind: string, [method, path, body, more = '']: Called) {
  const place = placeOf(kind)
  const at = path.startsWith('/jobs') ? '' : queryOf(kind)
  const query = `${at}${more}`.replace(/^&/, '')
  return send(method, path, query, typeof body === 'function' ? body(place) : body, {}, HURRY_MS)
}

/** Each route that talks to a provider, with a body that it takes. */
const CALLS: readonly Called[] = [
  ['GET', ABC],
  ['GET', '/clients', undefined, '&fresh=true'],
  ['GET', '/clients', undefined, '&fresh=true&q=old&filter=appType:web'],
  ['GET', '/clients'],
  ['GET', `${ABC}/lint`],
  ['GET', '/lint'],
  ['GET', `${ABC}/secrets`],
  ['PATCH', ABC, { client: { name: 'New', callbacks: { add: ['https://b.example.com/cb'] } } }],
  ['PATCH', ABC, [{ op: 'copy', from: '/name', path: '/description' }]],
  ['PATCH', ABC, { client: { accessTokenLifetime: 600 } }, '&dryRun=true'],
  ['PATCH', ABC, { client: { refreshTokenRotation: { enabled: true, graceSeconds: 5 } } }],
  ['PATCH', ABC, { client: { clientMetadata: { a: 'b' } } }],
  ['POST', `${ABC}/copy`, { client: { name: 'Copy' }, allowLoss: true }, '&dryRun=true'],
  ['POST', `${ABC}/rotate-secret`, {}, '&dryRun=true'],
  ['POST', `${ABC}/suspend`, {}, '&dryRun=true'],
  ['POST', `${ABC}/suspend`, {}],
  ['POST', `${ABC}/resume`, { allowPartial: true }],
  ['POST', `${ABC}/rollback`, { to: 0, allowPartial: true }],
  ['POST', `${ABC}/rotate-secret`, { cutOver: true }],
  ['DELETE', `${ABC}/secrets/abc--1700000000000`],
  ['POST', '/jobs', jobOf(false), '&dryRun=true'],
  ['POST', '/jobs', jobOf(true)],
  ['PUT', `${ABC}/protection`, { protected: false }],
  [
    'PUT',
    `${ABC}/leases`,
    { field: 'callbacks', value: 'https://l.example.com/cb', owner: 'o', ttlSeconds: 600 },
  ],
  ['GET', `${ABC}/leases`],
  ['DELETE', `${ABC}/leases`, undefined, '&owner=o'],
  ['GET', `${ABC}/history`],
  [
    'POST',
    '/clients',
    { kind: 'web', client: { name: 'Made', callbacks: ['https://b.example.com/cb'] } },
  ],
  ['DELETE', ABC, undefined, '&dryRun=true'],
]

it(
  'ends in one of our codes, on every route',
  async () => {
    await adopt()
    let shown = 0
    await fc.assert(
      fc.asyncProperty(
        record,
        fc.subarray([...CALLS], { minLength: 6 }),
        async ({ kind, text }, calls) => {
          await hold(kind, text)
          for (const called of calls) {
            const [method, path] = called
            const { status, body } = await call(kind, called)
            // A route that does not exist would be no trial.
            expect(body).not.toMatch(/"(no_such_route|method_not_allowed)"/)
            if (method === 'GET' && path === ABC && status === 200) shown += 1
          }
          if (calls.some(([, path]) => path === '/jobs')) await undoJobs()
        },
      ),
      { numRuns: runs(60) },
    )
    // Each sample reads the client with a chance of over a half, and hardly ever in vain: fewer than 11 of 60
    // once in some ten million runs.
    expect(shown).toBeGreaterThan(10)
  },
  patience(120_000),
)

it(
  'ends in one of our codes for any JSON at all, whatever the route',
  async () => {
    const answer = fc.tuple(
      fc.constantFrom(...KINDS),
      fc.constantFrom(200, 200, 200, 201, 400, 404, 409),
      fc.oneof(
        odd,
        odd.map((value) => `[${value}]`),
        odd.map((value) => `{"UserPoolClient":${value}}`),
      ),
    )
    await fc.assert(
      fc.asyncProperty(
        answer,
        fc.subarray([...CALLS], { maxLength: 4 }),
        async ([kind, status, text], calls) => {
          raw.answer = () => [status, text]
          if (kind === 'local') await hold(kind, text)
          for (const called of calls) await call(kind, called)
          await send('DELETE', ABC, queryOf(kind), undefined, { 'if-match': '*' }, HURRY_MS)
          raw.answer = undefined
          if (kind === 'raw-rfc7592') await adopt()
        },
      ),
      { numRuns: runs(40) },
    )
  },
  patience(120_000),
)

it.each([
  ['raw-cognito', 'CreationDate', '1e300'],
  ['raw-cognito', 'ClientName', '{"a":1}'],
  ['raw-auth0', 'name', '[]'],
  ['raw-auth0', 'created_at', '1E400'],
  ['raw-rfc7592', 'client_id_issued_at', '1e300'],
  ['raw-rfc7592', 'client_name', '{}'],
] as const)(
  'shows, changes and removes a client at %s whose %s is %s',
  async (kind, name, value) => {
    if (kind === 'raw-rfc7592') await adopt()
    const held = JSON.stringify({ ...RECORDS[kind], [name]: '(here)' })
    raw.record = held.replace('"(here)"', value)
    raw.list = raw.record
    const pool = kind === 'raw-cognito' ? `&userPoolId=${RAW_POOL}` : ''
    const query = `provider=${kind}${pool}`
    const shown = await send('GET', ABC, query)
    expect(shown.status).toBe(200)
    expect(shown.body.includes('unreadable_value')).toBe(/name/i.test(name))
    const list = await send('GET', '/clients', `${query}&fresh=true`)
    expect(list.status).toBe(200)
    expect(list.body).toContain('"id":"abc"')
    const plan = await send('PATCH', ABC, `${query}&dryRun=true`, { client: { name: 'Mended' } })
    expect(plan.status, plan.body).toBe(200)
    const removal = await send('DELETE', ABC, `${query}&dryRun=true`)
    expect(removal.status, removal.body).toBe(200)
  },
)

it('lists what can be read beside what cannot, which is reported with its reason', async () => {
  const record = (id: string) => JSON.stringify({ ...RECORDS['raw-cognito'], ClientId: id })
  const ids = ['one', 'two', 'three']
  raw.list = ids.map(record).join(',')
  raw.answer = (_, input) => {
    const id = /"ClientId":"(\w+)"/.exec(input)?.[1]
    if (id === undefined) return undefined
    return [200, id === 'two' ? '{"UserPoolClient":[]}' : `{"UserPoolClient":${record(id)}}`]
  }
  const query = `provider=raw-cognito&userPoolId=${RAW_POOL}&fresh=true`
  const { status, body } = await send('GET', '/clients', query)
  raw.answer = undefined
  expect(status).toBe(200)
  const { clients, unreadable } = JSON.parse(body)
  expect(clients.map(({ id }: { id: string }) => id)).toEqual(['one', 'three'])
  expect(unreadable).toEqual([
    {
      id: 'two',
      provider: 'raw-cognito',
      userPoolId: RAW_POOL,
      code: 'provider_unavailable',
      error: 'The answer of the provider is not a client.',
    },
  ])
})

/** What a fresh list of one provider says that it cannot read, page by page: other tests here make clients as well. */
async function unreadableAt(query: string): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const at = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await send('GET', '/clients', `${query}&fresh=true&limit=100${at}`)
    const page = JSON.parse(body) as { unreadable?: readonly unknown[]; next?: string }
    found.push(...(page.unreadable ?? []))
    cursor = page.next
  }
  return found
}

describe.each(KINDS)('a client at %s in whose place is no record', (kind) => {
  const query = queryOf(kind)
  const remove = (ifMatch: string) => send('DELETE', ABC, query, undefined, { 'if-match': ifMatch })
  const history = async () =>
    (JSON.parse((await send('GET', `${ABC}/history`, query)).body) as { items: JsonObject[] }).items

  /** What the provider answers to reads; a removal is answered as `removal` says. */
  async function inPlaceOf(text: string, removal: readonly [number, string] = [200, '{}']) {
    if (kind === 'raw-rfc7592') await adopt()
    await hold(kind, text)
    raw.list = JSON.stringify(RECORDS[kind])
    raw.answer = (_, __, method, operation) =>
      method === 'DELETE' || operation === 'DeleteUserPoolClient' ? removal : undefined
  }
  afterEach(() => {
    raw.answer = undefined
  })

  it.each(['[]', '"a text"', '5', 'null', '[{"client_secret":"s3cr3t"}]'])(
    'is removed with a matching If-Match, and the history shows what was there: %s',
    async (text) => {
      await inPlaceOf(text)
      expect(await unreadableAt(query)).toMatchObject([{ id: 'abc', provider: kind }])
      expect((await send('GET', ABC, query)).status).toBe(500)
      expect((await send('DELETE', ABC, query)).status).toBe(428)
      const plan = await send('DELETE', ABC, `${query}&dryRun=true`)
      expect(plan.status, plan.body).toBe(200)
      expect(plan.body).not.toContain('s3cr3t')
      expect((await remove('"another"')).status).toBe(412)
      const removed = await remove(String(plan.headers.etag))
      expect(removed.status, removed.body).toBe(200)
      const [newest] = await history()
      expect(newest).toMatchObject({ action: 'remove', outcome: 'applied' })
      // To clear what is `null` is no difference.
      const before = text.includes('secret') ? expect.anything() : JSON.parse(text)
      const change = { field: 'providerSettings.$unreadable', before, after: null }
      expect(newest?.changes).toEqual(text === 'null' ? [] : [change])
      expect(JSON.stringify(newest)).not.toContain('s3cr3t')
    },
  )
})

describe('a client in whose place is no record', () => {
  const query = queryOf('raw-cognito')
  const remove = () => send('DELETE', ABC, query, undefined, { 'if-match': '*' })
  afterEach(() => {
    raw.answer = undefined
  })

  it('is removed although a change before was left open', async () => {
    await hold('raw-cognito', JSON.stringify(RECORDS['raw-cognito']))
    raw.answer = (_, __, ___, operation) => {
      if (operation !== 'UpdateUserPoolClient') return undefined
      raw.record = raw.list = '[]'
      return [500, '']
    }
    const changed = await send('PATCH', ABC, query, { client: { name: 'Lost' } })
    expect(changed.body).toContain('outcome_unknown')
    // On a busy machine the time of one request may be over before the change is settled; nothing was sent then.
    const removed = await eventually(async () => {
      const answer = await remove()
      if (answer.status === 504) throw new Error(answer.body)
      return answer
    })
    expect(removed.status, removed.body).toBe(200)
  })

  it('is removed where its connections cannot be read', async () => {
    await hold('raw-auth0', JSON.stringify(RECORDS['raw-auth0']))
    raw.answer = (path) => (path.includes('/connections') ? [200, '{"connections":5}'] : undefined)
    const at = queryOf('raw-auth0')
    expect((await send('GET', ABC, at)).body).toContain('provider_unavailable')
    expect((await send('DELETE', ABC, at, undefined, { 'if-match': '*' })).status).toBe(200)
  })

  it('stays as it was known where the provider refuses to remove it', async () => {
    await hold('raw-cognito', JSON.stringify({ ...RECORDS['raw-cognito'], ClientName: 'Known' }))
    expect((await send('GET', '/clients', `${query}&fresh=true`)).body).toContain('Known')
    await hold('raw-cognito', '[]')
    raw.answer = (_, __, ___, operation) =>
      operation === 'DeleteUserPoolClient'
        ? [400, '{"__type":"NotAuthorizedException"}']
        : undefined
    expect((await remove()).body).toContain('provider_misconfigured')
    expect((await send('GET', '/clients', query)).body).toContain('Known')
  })

  it('is copied from by no one once it is removed', async () => {
    await hold('raw-cognito', '[]')
    expect((await remove()).status).toBe(200)
    raw.answer = (_, __, ___, operation) =>
      operation === 'DescribeUserPoolClient'
        ? [400, '{"__type":"ResourceNotFoundException"}']
        : undefined
    const copy = await send('POST', `${ABC}/copy`, `${query}&dryRun=true`, {
      provider: 'raw-cognito',
      userPoolId: RAW_POOL,
      client: { name: 'C' },
    })
    expect(copy.body).toContain('not_restorable')
  })
})

describe.each(KINDS)('a client at %s that is too large to be read', (kind) => {
  const query = queryOf(kind)
  const LARGE: Readonly<Record<string, unknown>> = {
    'a text of 2 MB': 'x'.repeat(2_000_000),
    'a list of 30,000 values': Array.from({ length: 30_000 }, (_, index) => index),
  }

  it.each(Object.keys(LARGE))('is listed with the reason, and can be removed: %s', async (what) => {
    if (kind === 'raw-rfc7592') await adopt()
    await hold(kind, JSON.stringify({ ...RECORDS[kind], more: LARGE[what] }))
    raw.list = JSON.stringify(RECORDS[kind])
    const says = /is too large to be read: the limit is 1310720 characters of JSON/
    expect(await unreadableAt(query)).toMatchObject([
      { id: 'abc', code: 'provider_unavailable', error: expect.stringMatching(says) },
    ])
    for (const [method, body] of [['GET'], ['PATCH', { client: { name: 'New' } }]] as const) {
      expect((await send(method, ABC, query, body)).body).toMatch(says)
    }
    const removed = await send('DELETE', ABC, query, undefined, { 'if-match': '*' })
    expect(removed.status, removed.body).toBe(200)
  })

  it.skipIf(kind === 'local')('is read once: it will be as large the next time', async () => {
    if (kind === 'raw-rfc7592') await adopt()
    await hold(kind, JSON.stringify({ ...RECORDS[kind], more: 'x'.repeat(2_000_000) }))
    let reads = 0
    raw.answer = (path, _, method, operation) => {
      const isRead = operation?.startsWith('Describe') ?? method === 'GET'
      if (isRead && !path.includes('/connections')) reads += 1
      return undefined
    }
    const { body } = await send('GET', ABC, query)
    raw.answer = undefined
    expect(body).toContain('is too large to be read')
    expect(reads).toBe(1)
  })
})
