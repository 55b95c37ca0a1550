/** The edge as a property: no path, query, header or body ever gives an unexpected 500. */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FIELD_NAMES } from '../../src/core/client.ts'
import { ERROR_CODES } from '../../src/core/errors.ts'
import type { HttpRequest } from '../../src/http/wire/message.ts'
import { startWorld, type World } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { createTally, patience, runs, type Tally } from '../property.ts'

let world: World
let token: string

beforeAll(async () => {
  world = await startWorld()
  token = await world.token()
  // Something to go back to.
  for (const where of PLACES) {
    for (const name of ['One', 'Two', 'Three']) {
      await expectOurs(base({ body: bytes(JSON.stringify({ ...where, client: { name } })) }))
    }
  }
})
afterAll(() => world.close())

/** What came must be one of ours, and what went wrong the caller's. */
async function expectOurs(request: HttpRequest, tally?: Tally): Promise<void> {
  const { status, body, headers } = await world.clientry.app(request)
  tally?.add(status === 200 ? 'answered' : `refused with ${status}`)
  expect(status, body).toBeLessThan(500)
  expect(headers['x-request-id']).toBeTruthy()
  const answer = JSON.parse(body) as { error?: string; code?: keyof typeof ERROR_CODES }
  if (status === 200) return
  expect(Object.keys(ERROR_CODES)).toContain(answer.code)
  expect(answer.error).toMatch(/[.]$/)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
}

const base = (more: Partial<HttpRequest>): HttpRequest => ({
  method: 'PATCH',
  path: '/clients/exampleClientId',
  query: '',
  headers: { authorization: [`Bearer ${token}`], 'content-type': ['application/json'] },
  body: undefined,
  deadline: Date.now() + 5_000,
  ...more,
})
const bytes = (text: string) => Buffer.from(text)

/** Values that are nearly right, for fields that are. */
const nearly = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    [],
    {},
    '',
    'https://a.example.com/cb',
    ['https://a.example.com/cb'],
    ['javascript:alert(1)'],
    { add: ['https://b.example.com'], remove: [] },
    { add: null },
    { __proto__: 1 },
    { enabled: true },
    -1,
    1e308,
    600,
    true,
  ),
)
const wild = fc.dictionary(
  fc.oneof(fc.constantFrom(...FIELD_NAMES, 'provider', 'warnings', 'constructor'), fc.string()),
  nearly,
  { maxKeys: 5 },
)
const url = fc.constantFrom('https://a.example.com/cb', 'https://b.example.com/cb')
const urls = fc.oneof(
  fc.uniqueArray(url, { minLength: 1 }),
  fc.record({ add: fc.uniqueArray(url) }),
  fc.record({ remove: fc.uniqueArray(url) }),
)
/** What every provider takes. */
const right = fc.record(
  { name: fc.constantFrom('One', 'Another name'), callbacks: urls, allowedLogoutUrls: urls },
  { requiredKeys: [] },
)
const client = fc.oneof(
  { weight: 3, arbitrary: right as fc.Arbitrary<object> },
  { weight: 1, arbitrary: fc.tuple(right, wild).map(([good, bad]) => ({ ...good, ...bad })) },
  { weight: 2, arbitrary: wild },
)
const PLACES = [{}, { provider: 'local' }, { provider: 'cognito-client', userPoolId: POOL_ID }]
const address = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<object>(...PLACES) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<object>(
      { provider: 'cognito-client' },
      { provider: null, userPoolId: 7 },
    ),
  },
)
/** Mostly what is right, so that not every request ends at its first fault. */
const mostly = <T, U>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: bad })
const RUNS = { numRuns: runs(150) }

describe('no unexpected 500 for', () => {
  it('any body', async () => {
    const bodies = fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(bodies, (body) => expectOurs(base({ body: bytes(body) }))),
      RUNS,
    )
  })

  it(
    'any client that is nearly one, at every provider',
    async () => {
      const tally = createTally('clients that are nearly one')
      await fc.assert(
        fc.asyncProperty(address, client, fc.boolean(), (where, patch, dry) =>
          expectOurs(
            base({
              body: bytes(JSON.stringify({ ...where, client: patch })),
              query: dry ? 'dryRun=true' : '',
              deadline: Date.now() + 5_000,
            }),
            tally,
          ),
        ),
        RUNS,
      )
      tally.print()
    },
    patience(120_000),
  )

  it(
    'any JSON Patch that is nearly one',
    async () => {
      const pointer = fc
        .tuple(
          fc.constantFrom(...FIELD_NAMES, 'x'),
          fc.array(fc.oneof(fc.nat(3).map(String), fc.string(), fc.constant('-')), {
            maxLength: 2,
          }),
        )
        .map((tokens) => `/${tokens.flat().join('/')}`)
      const operation = fc.record(
        {
          op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'set'),
          path: pointer,
          from: pointer,
          value: nearly,
        },
        { requiredKeys: ['op', 'path'] },
      )
      const headers = {
        authorization: [`Bearer ${token}`],
        'content-type': ['application/json-patch+json'],
      }
      const tally = createTally('JSON Patches that are nearly one')
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 3 }), (operations) =>
          expectOurs(base({ headers, body: bytes(JSON.stringify(operations)) }), tally),
        ),
        RUNS,
      )
      tally.print()
    },
    patience(120_000),
  )

  it('any path, query and header', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    const headers = fc.dictionary(
      fc.constantFrom(
        'authorization',
        'content-type',
        'if-match',
        'accept',
        'x-request-id',
        'content-encoding',
      ),
      fc.array(text, { maxLength: 2 }),
    )
    const path = fc.oneof(
      text.map((one) => `/${one}`),
      text.map((one) => `/clients/${one}`),
    )
    const method = fc.constantFrom('GET', 'PATCH', 'PUT', 'DELETE', 'BREW')
    await fc.assert(
      fc.asyncProperty(method, path, text, headers, async (verb, where, query, more) => {
        await expectOurs(base({ method: verb, path: where, query, headers: more }))
        await expectOurs(base({ method: verb, path: where, query, body: bytes('{"client":{}}') }))
      }),
      RUNS,
    )
  })

  it('any cursor, limit and filter of the history', async () => {
    const encoded = (text: string) => Buffer.from(text).toString('base64url')
    const number = fc.oneof(fc.integer(), fc.bigInt(), fc.constantFrom('', '1e9', '-0')).map(String)
    const cursor = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc
        .tuple(number, fc.oneof(number, fc.string({ maxLength: 20 })))
        .map((parts) => encoded(parts.join('.'))),
      number.map((revision) => encoded(`revision.${revision}`)),
    )
    const time = fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom('2026-02-30T00:00:00Z', '9999-12-31T23:59:60Z', '0000-01-01T00:00:00+14:00'),
      fc.string({ maxLength: 30 }),
    )
    const text = fc.string({ unit: 'binary', maxLength: 30 })
    const day = fc.integer({ min: 10, max: 28 })
    const members = fc.record(
      {
        limit: mostly(
          fc.integer({ min: 1, max: 100 }).map(String),
          fc.oneof(fc.constantFrom('-2', '0', '110'), text),
        ),
        from: mostly(
          day.map((one) => `2026-01-${one}T00:00:00Z`),
          time,
        ),
        to: mostly(
          day.map((one) => `2026-12-${one}T00:00:00Z`),
          time,
        ),
        actor: mostly(fc.constantFrom('tester', 'nobody'), text),
        outcome: mostly(
          fc.constantFrom('applied', 'open', 'overlap'),
          fc.oneof(fc.constant('__proto__'), text),
        ),
        provider: mostly(
          fc.constantFrom('auth0', 'local'),
          fc.constantFrom('okta', '__proto__', ''),
        ),
      },
      { requiredKeys: [] },
    )
    const query = fc
      .tuple(members, mostly(fc.constant(null), cursor))
      .map(([one, at]) => (at === null ? one : { ...one, cursor: at }))
    const path = mostly(
      fc.constantFrom('/history', '/clients/exampleClientId/history'),
      fc.oneof(
        text.map((id) => `/operations/${encodeURIComponent(id)}`),
        text.map((id) => `/clients/${encodeURIComponent(id)}/history`),
      ),
    )
    const tally = createTally('queries of the history')
    await fc.assert(
      fc.asyncProperty(path, query, async (where, asked) => {
        const search = new URLSearchParams(asked as Record<string, string>).toString()
        await expectOurs(base({ method: 'GET', path: where, query: search }), tally)
      }),
      { numRuns: runs(400) },
    )
    tally.print()
  })

  it(
    'any rollback and key that are nearly one',
    async () => {
      const path = '/clients/exampleClientId/rollback'
      const to = mostly(
        fc.integer({ min: 1, max: 8 }),
        fc.oneof(fc.constantFrom(-1, 0, 30), nearly),
      )
      const partial = mostly(fc.boolean(), nearly)
      const body = mostly(
        fc.oneof(
          fc.tuple(address, to, partial).map(([where, revision, allowPartial]) => ({
            ...where,
            to: revision,
            allowPartial,
          })),
          fc.tuple(address, to).map(([where, revision]) => ({ ...where, to: revision })),
        ),
        nearly,
      )
      const key = fc.oneof(fc.constantFrom('a', '"b"', '""'), fc.string())
      const keys = mostly(
        fc.uuid().map((one) => [one]),
        fc.array(key, { maxLength: 2 }),
      )
      const tally = createTally('rollbacks that are nearly one')
      await fc.assert(
        fc.asyncProperty(body, keys, fc.boolean(), async (value, key, dry) => {
          const headers = { ...base({}).headers, 'idempotency-key': key }
          const query = dry ? 'dryRun=true' : ''
          const sent = bytes(JSON.stringify(value))
          await expectOurs(base({ method: 'POST', path, query, headers, body: sent }), tally)
        }),
        RUNS,
      )
      tally.print()
    },
    patience(120_000),
  )
})
