/**
 * A caller with one permission, by any sequence of requests, reads and changes nothing outside of it. What a
 * permission is about is said here once more, in the words of the providers: which members of their records
 * may differ afterwards, and which marks a caller may be shown. Nothing of it is taken from the program.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS, type Permission } from '../../src/core/rights/permissions.ts'
import { SCOPE_EACH } from '../contract/world.ts'
import { patience, runs } from '../property.ts'
import { type Asked, requestsOf } from './grants-requests.ts'
import { freshClients, type Marks, stateOf } from './grants-world.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const SHOWN: Readonly<Record<keyof Marks, readonly Permission[]>> = {
  client: ['clients:read'],
  history: ['history:read'],
  job: ['jobs:read'],
  secret: [],
}

/** Lists of URLs, by which codes and tokens can be sent somewhere. */
const URL_LISTS = [
  'callbacks',
  'allowed_logout_urls',
  'web_origins',
  'allowed_origins',
  'CallbackURLs',
  'LogoutURLs',
  'redirect_uris',
  'post_logout_redirect_uris',
]
const SWITCHES = ['disabled', 'grant_types', 'AllowedOAuthFlowsUserPoolClient', 'ExplicitAuthFlows']
const SECRETS = ['client_secret', 'live_secrets', 'ClientSecrets', 'ClientSecret']
const TIMES = ['updated_at', 'LastModifiedDate']
/** By these a client proves who it is: whatever else a writer may change, never these. */
const PROOFS = [
  ...SECRETS,
  'jwks',
  'jwks_uri',
  'token_endpoint_auth_method',
  'client_authentication_methods',
  'signed_request_object',
  'client_secret_expires_at',
  'software_statement',
  'encryption_key',
]

/** Whether a member may differ after requests with a permission; `present`: of a client that is there still. */
function mayDiffer(permission: Permission, member: string): boolean {
  if (TIMES.includes(member)) return true
  switch (permission) {
    case 'clients:write':
      return !PROOFS.includes(member) && member !== 'disabled'
    case 'leases:write':
      return URL_LISTS.includes(member)
    case 'clients:suspend':
      return SWITCHES.includes(member)
    case 'secrets:rotate':
      return SECRETS.includes(member)
    case 'keys:manage':
      return ['jwks', 'client_authentication_methods'].includes(member)
    default:
      return false
  }
}

let world: JobWorld
let sequences = 0
/** Requests that were answered with a success. */
let taken = 0

beforeAll(async () => {
  const everywhere = SCOPE_EACH
  const somewhere = PERMISSIONS.map((one) => ({
    scope: `local:${one}`,
    grants: [one],
    providers: ['local'],
  }))
  const permissions = [...everywhere, ...somewhere] as never
  // The local provider issues the tokens of these very callers.
  world = await startJobWorld(0, {
    permissions,
    scopes: PERMISSIONS,
    issuer: { provider: 'local' },
    // Each sequence has a job of its own.
    quotas: { jobsPerHour: 100_000 },
  })
})
afterAll(() => world.close())

/** What an answer says, and whether it may have changed anything. */
async function ask(scope: string, asked: Asked) {
  const { method, path, query = {}, body, headers = {} } = asked
  const answer = await world.clientry.app({
    method,
    path,
    query: new URLSearchParams(query as Record<string, string>).toString(),
    headers: {
      authorization: [`Bearer ${await world.token([scope], { sub: 'limited' })}`],
      'content-type': [headers['content-type'] ?? 'application/json'],
      ...(headers['if-match'] && { 'if-match': [headers['if-match']] }),
    },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    deadline: Date.now() + 20_000,
  })
  expect(answer.status, answer.body).toBeLessThan(500)
  if (answer.status < 300) taken += 1
  const changes = answer.status < 300 && method !== 'GET' && query.dryRun === undefined
  return { text: answer.body + JSON.stringify(answer.headers), changes }
}

/** Marks that an answer shows; what its caller has said before is no news. */
function shownBy(marks: Marks, text: string, said: readonly Asked[]): readonly (keyof Marks)[] {
  const known = JSON.stringify(said)
  const names = Object.keys(marks) as (keyof Marks)[]
  return names.filter((name) => !known.includes(marks[name]) && text.includes(marks[name]))
}

type State = Awaited<ReturnType<typeof stateOf>>

/** A caller: one permission, at every provider or at the local one alone, which stands last. */
interface Caller {
  readonly permission: Permission
  readonly somewhere: boolean
}

/** What differs that may not. */
function wrongIn(
  { permission, somewhere }: Caller,
  before: State,
  after: State,
): readonly string[] {
  const only = (...allowed: readonly Permission[]) => allowed.includes(permission)
  const unless = (allowed: boolean, what: string, was: unknown, is: unknown) =>
    allowed || JSON.stringify(was) === JSON.stringify(is) ? [] : [what]
  const perClient = before.records.flatMap((was, index) => {
    const is = after.records[index]
    const reached = !somewhere || index === before.records.length - 1
    if (was === undefined) return ['there was no client']
    if (is === undefined) return unless(reached && only('clients:delete'), 'it is gone', 0, 1)
    const members = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    const [stood, stands] = [before.standing[index], after.standing[index]]
    return [
      ...members.flatMap((one) =>
        unless(reached && mayDiffer(permission, one), one, was[one], is[one]),
      ),
      ...unless(
        reached && only('clients:protect'),
        'protected',
        stood?.protected,
        stands?.protected,
      ),
      ...unless(reached && only('leases:write'), 'leases', stood?.leases, stands?.leases),
    ]
  })
  return [
    ...perClient,
    ...unless(only('jobs:write'), 'the job', before.job, after.job),
    ...unless(only('clients:write', 'clients:delete'), 'clients made', before.made, after.made),
    ...apiScopesIn(after.records.at(-1)),
    ...powersIn(before, after),
  ]
}

/** Tokens without a user: no single permission gives a client that. */
function powersIn(before: State, after: State): readonly string[] {
  const has = ({ records }: State, index: number) =>
    JSON.stringify(records[index] ?? '').includes('"client_credentials"')
  return before.records.flatMap((_, index) =>
    has(after, index) && !has(before, index) ? ['client_credentials'] : [],
  )
}

/** A scope of this API is given by those alone who may give access, and they may not write. */
function apiScopesIn(record: JsonObject | undefined): readonly string[] {
  if (
    record === undefined ||
    /^openid( \S+)* clients:read$|^openid clients:read$/.test(String(record.scope))
  )
    return []
  return [`scope ${String(record.scope)}`]
}

const LENGTH = 20
const RUNS = runs(52)
/** Some 1,000 requests and 52 sets of clients, on two busy cores. */
const LIMIT_MS = patience(240_000)

it(
  'a caller with one permission never reads or changes outside of it',
  async () => {
    const drawn = fc.record({
      // Most can be done by it, so that most can go wrong.
      permission: fc.oneof(
        { weight: 1, arbitrary: fc.constant<Permission>('clients:write') },
        { weight: 3, arbitrary: fc.constantFrom(...PERMISSIONS) },
      ),
      somewhere: fc.boolean(),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(drawn, async ({ permission, somewhere, seed }) => {
        sequences += 1
        const fresh = await freshClients(world, sequences)
        const before = await stateOf(world, fresh)
        const scope = somewhere ? `local:${permission}` : permission
        const sequence = fc.sample(requestsOf(fresh, permission), { numRuns: LENGTH, seed })
        for (const [index, asked] of sequence.entries()) {
          const { text, changes } = await ask(scope, asked)
          const shown = shownBy(fresh.marks, text, sequence.slice(0, index + 1))
          // Looked at after each change: a later one may take it back.
          const after = changes || index === LENGTH - 1 ? await stateOf(world, fresh) : before
          const wrong = [
            ...shown.filter((name) => !SHOWN[name].includes(permission)),
            ...wrongIn({ permission, somewhere }, before, after),
          ]
          expect({ scope, asked, wrong }).toEqual({ scope, asked, wrong: [] })
        }
      }),
      { numRuns: RUNS },
    )
    // Some 250 of them are no mere refusals; below 50, the walk would no longer reach anything.
    expect(taken).toBeGreaterThan(50)
  },
  LIMIT_MS,
)
