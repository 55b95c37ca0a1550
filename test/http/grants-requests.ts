/** Any request to any route about some clients, as a caller may make it up. */

import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { Permission } from '../../src/core/rights/permissions.ts'
import { jwk } from '../fixtures/public-keys.ts'
import { ADDRESSES, type Fresh, type Marks } from './grants-world.ts'

const PUBLIC_KEY = jwk('rsa', { kid: 'mine-mine-mine' })
const KEYS = { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] }

/** What a caller may ask to be changed: settings of every class, names of members that only some have. */
const patchesFor = (marks: Marks): readonly JsonObject[] => [
  {},
  { name: 'Renamed' },
  { callbacks: { add: ['https://mine.example.com/cb'] } },
  { callbacks: ['https://mine.example.com/cb'] },
  { secret: marks.secret },
  { secret: 'a-secret-of-my-own-0123456789abcdef' },
  { disabled: true },
  { disabled: false },
  { tokenEndpointAuthMethod: 'none' },
  { tokenEndpointAuthMethod: 'private_key_jwt', providerSettings: { jwks: KEYS } },
  { providerSettings: { jwks: KEYS } },
  { providerSettings: { jwks_uri: 'https://mine.example.com/jwks' } },
  { providerSettings: { client_secret_expires_at: 1 } },
  { providerSettings: { client_authentication_methods: { private_key_jwt: {} } } },
  { scopes: ['openid', 'clients:read', 'clients:delete', 'access:grant'] },
  { scopes: { add: ['clients:delete'] } },
  { scopes: { remove: ['clients:read'] } },
  { scopes: [] },
  { grantTypes: [] },
  { grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'] },
  { clientMetadata: { team: 'mine' } },
  { name: 'in_renamed' },
  { callbacks: { add: ['https://theirs.example.com/cb'] } },
  { callbacks: ['https://theirs.example.com/cb'] },
  { callbacks: { remove: [`https://${marks.client}.example.com/cb`] } },
  { allowedLogoutUrls: { add: ['https://mine.example.com/out'] } },
]

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query?: JsonObject
  readonly body?: Json
  readonly headers?: Readonly<Record<string, string>>
}

/** The permission without which a request is refused, by method and path. */
const TAKES: readonly (readonly [RegExp, Permission])[] = [
  [/^DELETE \/clients\/[^/]+$/, 'clients:delete'],
  [/\/protection$/, 'clients:protect'],
  [/\/team$/, 'clients:assign'],
  [/^POST \/clients\/.*\/(suspend|resume)$/, 'clients:suspend'],
  [/\/rotate-secret$|\/secrets\/current$/, 'secrets:rotate'],
  [/^(POST|DELETE) .*\/keys/, 'keys:manage'],
  [/^(PUT|DELETE) .*\/leases$/, 'leases:write'],
  [/^(PATCH|PUT|POST) \/clients/, 'clients:write'],
  [/^POST \/jobs/, 'jobs:write'],
  [/^GET \/jobs/, 'jobs:read'],
  [/history$|^GET \/operations/, 'history:read'],
  [/^GET \/metrics$/, 'metrics:read'],
  [/^GET /, 'clients:read'],
]

/** Half of what a caller asks for is what its permission is for, where that opens any route by itself. */
export function requestsOf(fresh: Fresh, permission: Permission): fc.Arbitrary<Asked> {
  const any = requestsFor(fresh)
  if (!TAKES.some(([, one]) => one === permission)) return any
  const takes = ({ method, path }: Asked) =>
    TAKES.find(([shape]) => shape.test(`${method} ${path}`))?.[1]
  return fc.oneof(
    any,
    any.filter((asked) => takes(asked) === permission),
  )
}

const operationsOf = (patch: JsonObject): Json =>
  Object.entries(patch).map(([name, value]) => ({ op: 'add', path: `/${name}`, value }))

/** Where clients are: the one that issues the tokens of the caller as often as the others together. */
const address = fc.oneof(fc.constantFrom(...ADDRESSES), fc.constantFrom(...ADDRESSES.slice(-1)))
const get = (path: string, more: JsonObject = {}): fc.Arbitrary<Asked> =>
  address.map((query) => ({ method: 'GET', path, query: { ...query, ...more } }))
const plain = (path: string, more: JsonObject = {}): fc.Arbitrary<Asked> =>
  fc.constant({ method: 'GET', path, query: more })
const send = (method: string, path: string, body: JsonObject): fc.Arbitrary<Asked> =>
  address.map((where) => ({ method, path, body: { ...where, ...body } }))
const remove = (path: string, more: JsonObject = {}): fc.Arbitrary<Asked> =>
  address.map((query) => ({
    method: 'DELETE',
    path,
    query: { ...query, ...more },
    headers: { 'if-match': '*' },
  }))

/** Every way to set something. */
function settings({ id, marks }: Fresh): readonly fc.Arbitrary<Asked>[] {
  const path = `/clients/${id}`
  const patch = fc.constantFrom(...patchesFor(marks))
  const set = fc.tuple(address, patch)
  const merge = set.map(([where, client]) => ({
    method: 'PATCH',
    path,
    body: { ...where, client },
  }))
  const operations = set.map(([query, client]) => ({
    method: 'PATCH',
    path,
    query,
    body: operationsOf(client),
    headers: { 'content-type': 'application/json-patch+json' },
  }))
  const team = fc.constantFrom({}, { team: 'inside' }, { team: 'mine' })
  const creation = fc.tuple(set, team).map(([[where, client], whose]) => ({
    method: 'POST',
    path: '/clients',
    body: { ...where, ...whose, kind: 'machine', client: { name: 'Made', ...client } },
  }))
  const copy = fc.tuple(address, set).map(([query, [where, client]]) => ({
    method: 'POST',
    path: `${path}/copy`,
    query,
    body: { ...where, client: { name: 'Copied', ...client }, allowLoss: true },
  }))
  const job = fc.tuple(set, fc.boolean()).map(([[where, client], autoStart]) => ({
    method: 'POST',
    path: '/jobs',
    body: { clients: [{ ...where, id }], patch: client, autoStart },
  }))
  const form = set.map(([where, client]) => ({
    method: 'PATCH',
    path,
    body: new URLSearchParams([
      ...Object.entries(where as Record<string, string>),
      ['client', JSON.stringify(client)],
    ]).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }))
  return [merge, merge, merge, operations, operations, form, creation, copy, job]
}

/** Those that there are, or one that there is not. */
const namesOf = (requests: readonly string[]): readonly string[] =>
  requests.length > 0 ? requests : ['00000000-0000-4000-8000-000000000002']

/** Decides about a change of someone else that waits. */
const decisions = (requests: readonly string[]): readonly fc.Arbitrary<Asked>[] =>
  namesOf(requests).flatMap((request) =>
    ['approve', 'reject'].map((how) =>
      fc.constant({ method: 'POST', path: `/requests/${request}/${how}`, body: {} }),
    ),
  )

/** Everything else that changes something. */
function others({ id, marks, job, requests }: Fresh): readonly fc.Arbitrary<Asked>[] {
  const at = `/clients/${id}`
  const lease = { field: 'callbacks', owner: 'me', ttlSeconds: 60 }
  const held = `https://${marks.client}.example.com/cb`
  return [
    send('POST', `${at}/rollback`, { to: 0, allowPartial: true }),
    send('POST', `${at}/rollback`, { to: 2 }),
    remove(at),
    ...[true, false].map((on) => send('PUT', `${at}/protection`, { protected: on })),
    ...['mine', 'inside_too', 'inside_too', null].map((team) =>
      send('PUT', `${at}/team`, { team }),
    ),
    send('POST', `${at}/suspend`, {}),
    send('POST', `${at}/resume`, { allowPartial: true }),
    ...[true, false].map((cutOver) => send('POST', `${at}/rotate-secret`, { cutOver })),
    remove(`${at}/secrets/current`),
    send('POST', `${at}/keys`, { key: PUBLIC_KEY }),
    remove(`${at}/keys/mine-mine-mine`),
    ...[held, 'https://mine.example.com/a'].map((value) =>
      send('PUT', `${at}/leases`, { ...lease, value }),
    ),
    remove(`${at}/leases`, { owner: 'me' }),
    send('POST', `${at}/move`, { from: held, to: 'https://mine.example.com/moved' }),
    ...['narrow', 'end'].map((how) => send('POST', `${at}/move/${how}`, { from: held })),
    ...[{ registrationAccessToken: 'mine' }, {}].map((body) =>
      send('PUT', `${at}/registration`, body),
    ),
    ...[[held], ['https://mine.example.com/managed']].map((callbacks) =>
      send('PUT', `${at}/values`, { managers: { me: { callbacks } } }),
    ),
    send('POST', `${at}/restore`, {}),
    remove(`${at}/secrets/one`),
    address.map((where) => ({
      method: 'POST',
      path: '/jobs/reap',
      body: { select: { ...where, q: marks.client }, olderThanSeconds: 86_400, unknownUse: true },
    })),
    address.map((where) => ({
      method: 'POST',
      path: '/jobs',
      body: { select: { ...where, q: marks.client }, patch: { name: 'Selected' }, autoStart: true },
    })),
    ...['start', 'pause', 'resume', 'cancel'].map((told) =>
      fc.constant({ method: 'POST', path: `/jobs/${job}/${told}` }),
    ),
    fc.constant({ method: 'POST', path: `/jobs/${job}/undo`, body: { autoStart: true } }),
    ...decisions(requests),
  ]
}

function reads({ id, marks, operation, job, requests }: Fresh): readonly fc.Arbitrary<Asked>[] {
  return [
    ...[
      ...['', '/lint', '/history', '/secrets', '/keys', '/leases', '/move'],
      ...['/standing', '/values'],
    ].map((rest) => get(`/clients/${id}${rest}`)),
    get('/clients'),
    get('/clients', { fresh: 'true' }),
    get('/clients', { q: marks.client.slice(0, 12) }),
    get('/lint'),
    plain('/history'),
    plain('/history/counts'),
    plain('/overview'),
    plain('/history', { actor: 'tester', actorIssuer: 'any' }),
    plain(`/operations/${operation}`),
    plain('/jobs'),
    ...['', '/results', '/events'].map((rest) => plain(`/jobs/${job}${rest}`)),
    plain('/requests'),
    plain('/requests', { state: 'pending', limit: '100' }),
    ...namesOf(requests).flatMap((request) =>
      ['', '/plan'].map((rest) => plain(`/requests/${request}${rest}`)),
    ),
    plain('/providers'),
    plain('/providers/auth0'),
    plain('/whoami'),
    plain('/metrics'),
  ]
}

/** Any request to any route, about the clients that there are. */
function requestsFor(fresh: Fresh): fc.Arbitrary<Asked> {
  const changing = fc.oneof(fc.oneof(...settings(fresh)), fc.oneof(...others(fresh)))
  const dry = fc
    .tuple(changing, fc.boolean())
    .map(([asked, on]) => (on ? { ...asked, query: { ...asked.query, dryRun: 'true' } } : asked))
  return fc.oneof(
    { weight: 4, arbitrary: dry },
    { weight: 2, arbitrary: fc.oneof(...reads(fresh)) },
    // Few of so many kinds are about what waits.
    {
      weight: fresh.requests.length > 0 ? 2 : 0,
      arbitrary: fc.oneof(...decisions(fresh.requests)),
    },
  )
}
