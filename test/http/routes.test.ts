/**
 * A walk over the route table: each route with each kind of token has the answer that its row says. A
 * new route is walked as soon as it stands in the table, and the test asks for a request that it takes.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS, type Permission } from '../../src/core/rights/permissions.ts'
import type { Route } from '../../src/http/route.ts'
import { ROUTES } from '../../src/http/routes.ts'
import type { HttpRequest, HttpResponse } from '../../src/http/wire/message.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { AUDIENCE, ISSUER, SCOPE_EACH, startWorld, type World } from '../contract/world.ts'
import { eventually } from '../eventually.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { jwk } from '../fixtures/public-keys.ts'

interface Minimal {
  /** The path with its parameters filled in. */
  path(): string
  readonly query?: string
  readonly body?: JsonObject
  /** What it answers where the permission is enough; 200 when absent. */
  readonly success?: number
  /** Whom it is about; a permission at another provider is then not enough. */
  readonly about: 'default provider' | 'all providers' | 'any provider'
}

/** What of a copy would take `clients:privileged`, left out. */
const PLAIN = { grantTypes: ['authorization_code', 'refresh_token'] }
const COGNITO = { provider: 'cognito-client', userPoolId: POOL_ID }

/** The least that each route takes. Every route must stand here. */
const REQUESTS: Readonly<Record<string, Minimal>> = {
  createClient: {
    path: () => '/clients',
    query: 'dryRun=true',
    body: { kind: 'spa', client: { name: 'Walked' } },
    about: 'default provider',
  },
  deleteClient: { path: () => CLIENT, query: 'dryRun=true', about: 'default provider' },
  listClients: { path: () => '/clients', about: 'any provider' },
  getClient: { path: () => CLIENT, about: 'default provider' },
  updateClient: {
    path: () => CLIENT,
    body: { client: { description: 'Walked' } },
    about: 'default provider',
  },
  lintClient: { path: () => `${CLIENT}/lint`, about: 'default provider' },
  lintClients: { path: () => '/lint', about: 'any provider' },
  getClientHistory: { path: () => `${CLIENT}/history`, about: 'default provider' },
  copyClient: {
    path: () => `${CLIENT}/copy`,
    query: 'dryRun=true',
    body: {
      provider: 'auth0',
      allowLoss: true,
      client: { ...PLAIN, providerSettings: { allowed_clients: null } },
    },
    about: 'default provider',
  },
  // Auth0 gives no client back.
  restoreClient: { path: () => `${CLIENT}/restore`, success: 400, about: 'default provider' },
  rollbackClient: { path: () => `${CLIENT}/rollback`, body: { to: 2 }, about: 'default provider' },
  rotateSecret: {
    path: () => `${CLIENT}/rotate-secret`,
    query: 'dryRun=true',
    body: { cutOver: true },
    about: 'default provider',
  },
  listSecrets: { path: () => `${CLIENT}/secrets`, about: 'default provider' },
  retireSecret: {
    path: () => `${CLIENT}/secrets/${secretId}`,
    // Auth0 has no such call.
    query: new URLSearchParams({ ...COGNITO, dryRun: 'true' }).toString(),
    about: 'default provider',
  },
  listKeys: { path: () => `${CLIENT}/keys`, about: 'default provider' },
  addKey: {
    path: () => `${CLIENT}/keys`,
    query: 'dryRun=true',
    body: { key: jwk('rsa', { kid: 'second-key' }) },
    about: 'default provider',
  },
  removeKey: {
    path: () => `${CLIENT}/keys/first-key-of-all`,
    query: 'dryRun=true',
    about: 'default provider',
  },
  getStanding: { path: () => `${CLIENT}/standing`, about: 'default provider' },
  protectClient: {
    path: () => `${CLIENT}/protection`,
    query: 'dryRun=true',
    body: { protected: true },
    about: 'default provider',
  },
  assignClient: {
    path: () => `${CLIENT}/team`,
    query: 'dryRun=true',
    body: { team: 'walkers' },
    about: 'default provider',
  },
  suspendClient: {
    path: () => `${CLIENT}/suspend`,
    query: 'dryRun=true',
    about: 'default provider',
  },
  resumeClient: { path: () => `${CLIENT}/resume`, about: 'default provider' },
  listValues: { path: () => `${CLIENT}/values`, about: 'default provider' },
  putValues: {
    path: () => `${CLIENT}/values`,
    body: { managers: { walk: { callbacks: ['https://walked.example/managed'] } } },
    about: 'default provider',
  },
  listLeases: { path: () => `${CLIENT}/leases`, about: 'default provider' },
  putLease: {
    path: () => `${CLIENT}/leases`,
    body: {
      field: 'callbacks',
      value: 'https://walked.example/cb',
      owner: 'walk',
      ttlSeconds: 60,
    },
    about: 'default provider',
  },
  endLeases: { path: () => `${CLIENT}/leases`, query: 'owner=walk', about: 'default provider' },
  listMoves: { path: () => `${CLIENT}/move`, about: 'default provider' },
  moveRedirect: {
    path: () => `${CLIENT}/move`,
    query: 'dryRun=true',
    body: { from: 'https://app.example.com/callback', to: 'https://walked.example/moved' },
    about: 'default provider',
  },
  narrowMove: {
    path: () => `${CLIENT}/move/narrow`,
    query: 'dryRun=true',
    body: { from: 'https://walked.example/absent' },
    success: 409,
    about: 'default provider',
  },
  endMove: {
    path: () => `${CLIENT}/move/end`,
    query: 'dryRun=true',
    body: { from: 'https://walked.example/absent' },
    success: 409,
    about: 'default provider',
  },
  adoptClient: {
    path: () => `${CLIENT}/registration`,
    query: 'dryRun=true',
    about: 'default provider',
  },
  searchHistory: { path: () => '/history', about: 'any provider' },
  getHistoryCounts: { path: () => '/history/counts', about: 'any provider' },
  getOperation: { path: () => `/operations/${operationId}`, about: 'default provider' },
  createJob: {
    path: () => '/jobs',
    query: 'dryRun=true',
    body: { clients: [{ id: 'exampleClientId' }], patch: { description: 'Walked' } },
    about: 'default provider',
  },
  listJobs: { path: () => '/jobs', about: 'any provider' },
  getJob: { path: () => jobPath('getJob'), about: 'default provider' },
  getJobResults: { path: () => `${jobPath('getJob')}/results`, about: 'default provider' },
  getJobEvents: { path: () => `${jobPath('getJob')}/events`, about: 'default provider' },
  startJob: {
    path: () => `${jobPath('startJob')}/start`,
    about: 'default provider',
  },
  pauseJob: { path: () => `${jobPath('pauseJob')}/pause`, about: 'default provider' },
  resumeJob: {
    path: () => `${jobPath('resumeJob')}/resume`,
    about: 'default provider',
  },
  cancelJob: { path: () => `${jobPath('cancelJob')}/cancel`, about: 'default provider' },
  undoJob: {
    path: () => `${jobPath('undoJob')}/undo`,
    body: { autoStart: false },
    success: 202,
    about: 'default provider',
  },
  reapClients: {
    path: () => '/jobs/reap',
    body: { select: { provider: 'auth0' }, olderThanSeconds: 86_400 },
    success: 202,
    about: 'default provider',
  },
  listRequests: { path: () => '/requests', about: 'any provider' },
  // No change of this world waits; requests have tests of their own.
  getRequest: { path: () => '/requests/none', success: 404, about: 'any provider' },
  planRequest: { path: () => '/requests/none/plan', success: 404, about: 'any provider' },
  approveRequest: { path: () => '/requests/none/approve', success: 404, about: 'any provider' },
  rejectRequest: { path: () => '/requests/none/reject', success: 404, about: 'any provider' },
  getOverview: { path: () => '/overview', about: 'any provider' },
  listProviders: { path: () => '/providers', about: 'any provider' },
  getProvider: { path: () => '/providers/auth0', about: 'default provider' },
  getIndex: { path: () => '/', about: 'any provider' },
  getDocs: { path: () => '/docs', about: 'any provider' },
  getOpenapi: { path: () => '/openapi.json', about: 'any provider' },
  getHealth: { path: () => '/healthz', about: 'any provider' },
  getReadiness: { path: () => '/readyz', about: 'any provider' },
  getResourceMetadata: {
    path: () => '/.well-known/oauth-protected-resource',
    about: 'any provider',
  },
  getCaller: { path: () => '/whoami', about: 'any provider' },
  getMetrics: { path: () => '/metrics', about: 'all providers' },
  // There is no console in this world; sessions have tests of their own.
  getConsoleFile: { path: () => '/console/a.js', success: 404, about: 'any provider' },
  getSession: { path: () => '/session', about: 'any provider' },
  beginSignIn: { path: () => '/session/sign-in', success: 404, about: 'any provider' },
  finishSignIn: { path: () => '/session/callback', success: 404, about: 'any provider' },
  renewSession: { path: () => '/session/renew', success: 404, about: 'any provider' },
  endSession: { path: () => '/session', success: 404, about: 'any provider' },
}

/** What someone else can approve. */
const APPROVABLE: readonly Permission[] = PERMISSIONS.filter((one) =>
  /^(clients|leases|secrets|keys|access):(?!read)/.test(one),
)
/** Requests that find something to do whenever they are sent; the others of the walk plan, or find it done. */
const STORED = ['putLease']

const CLIENT = '/clients/exampleClientId'
let world: World
let operationId: unknown
let secretId: unknown

beforeAll(async () => {
  const everywhere = SCOPE_EACH
  const elsewhere = PERMISSIONS.map((one) => ({
    scope: `local:${one}`,
    grants: [one],
    providers: ['local'],
  }))
  const byWorkflow = PERMISSIONS.map((one) => ({
    issuer: GITHUB,
    claims: {
      repository: [{ pattern: 'acme/shop-*' }, 'acme/portal'],
      ref: 'refs/heads/main',
      environment: { pattern: `**+${one}+**` },
    },
    grants: [one],
  }))
  const limited = PERMISSIONS.filter((one) => one !== 'metrics:read').flatMap((one) => [
    { scope: `named:${one}`, grants: [one], only: { names: [{ pattern: '**' }] } },
    { scope: `beyond:${one}`, grants: [one], only: { names: ['A name that no client has'] } },
    { scope: `team:${one}`, grants: [one], only: { teams: ['no-one'] } },
    { scope: `other:${one}`, grants: [one], only: { operations: ['getIndex'] } },
  ])
  const asking = PERMISSIONS.map((one) => ({
    scope: `asks:${one}`,
    grants: [one],
    ...(APPROVABLE.includes(one) ? { approval: 'required' } : {}),
  }))
  const rows = [...everywhere, ...elsewhere, ...limited, ...asking].map((row) => ({
    ...row,
    issuer: ISSUER,
  }))
  world = await startWorld({
    permissions: [...rows, ...byWorkflow] as never,
    issuers: [{ issuer: GITHUB, audience: [AUDIENCE], requireTyp: false }],
    metrics: true,
  })
  const token = await world.token(['clients:write'])
  const made = await request(requestOf('updateClient'), 'PATCH', token)
  expect(made.status).toBe(200)
  operationId = made.headers['operation-id']
  expect(operationId).toBeTruthy()
  for (const id of ['getJob', 'startJob', 'pauseJob', 'resumeJob', 'cancelJob', 'undoJob']) {
    jobs.set(id, await jobFor(id))
  }
  const rotation = { ...requestOf('rotateSecret'), body: {} }
  const query = { query: new URLSearchParams(COGNITO).toString() }
  const rotator = await world.token(['secrets:rotate'])
  const rotated = await request(rotation, 'POST', rotator, query)
  expect(rotated.status, rotated.body).toBe(200)
  secretId = JSON.parse(rotated.body).secret.id
  const key = jwk('rsa', { kid: 'first-key-of-all' })
  const adding = { ...requestOf('addKey'), query: '', body: { key } }
  const added = await request(adding, 'POST', await world.token(['keys:manage']))
  expect(added.status, added.body).toBe(200)
})
afterAll(() => world.close())

const jobs = new Map<string, string>()
const jobPath = (id: string) => `/jobs/${jobs.get(id)}`

/** A job in a state that a route takes: planned, paused after its first client, or done. */
async function jobFor(id: string): Promise<string> {
  const all = await world.token(PERMISSIONS)
  const ask = (method: string, path: string, body?: JsonObject) =>
    request({ path: () => path, about: 'any provider', ...(body && { body }) }, method, all)
  const first = { id: 'exampleClientId', patch: { description: `For ${id}` } }
  const waits = id === 'pauseJob' || id === 'resumeJob'
  const clients = waits ? [first, { id: 'second', patch: {} }] : [first]
  const canary = { share: 0.5, thenPause: true }
  const body = { clients, autoStart: waits || id === 'undoJob', ...(waits && { canary }) }
  const { headers } = await ask('POST', '/jobs', body)
  const { location = '' } = headers
  await eventually(async () => {
    const { state } = JSON.parse((await ask('GET', location)).body)
    expect(state).toMatch(/^(planned|paused|done)$/)
  })
  return location.slice('/jobs/'.length)
}

function requestOf(id: string): Minimal {
  const found = REQUESTS[id]
  if (found === undefined) throw new TypeError(`REQUESTS has nothing for ${id}`)
  return found
}

function request(
  { path, query = '', body }: Minimal,
  method: string,
  token: string | undefined,
  more: Partial<HttpRequest> = {},
): Promise<HttpResponse> {
  return world.clientry.app({
    method,
    path: path(),
    query,
    headers: {
      ...(token === undefined ? {} : { authorization: [`Bearer ${token}`] }),
      'content-type': ['application/json'],
    },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    deadline: Date.now() + 5_000,
    ...more,
  })
}

type Expectation = number | ((route: Route, minimal: Minimal) => number)

const isPublic = ({ permission }: Route) => permission === 'public'
/** Whether a route takes any accepted token. */
const takesAny = ({ permission }: Route) => permission === 'token'
/** Every permission that a route asks for. */
const needed = ({ permission, atSource, also }: Route): Permission[] =>
  [permission, atSource, ...(also ?? [])].filter(
    (one) => one !== undefined && one !== 'public' && one !== 'token',
  ) as Permission[]
const others = ({ permission, alternative }: Route): Permission[] =>
  PERMISSIONS.filter((one) => one !== permission && one !== alternative)

/** https://docs.github.com/en/actions/reference/security/oidc */
const GITHUB = 'https://token.actions.githubusercontent.com'

/** A token as a workflow gets it, with the environment that stands for these permissions. */
function workflowToken(
  permissions: readonly Permission[],
  claims: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const own = {
    iss: GITHUB,
    sub: 'repo:acme/shop-web:environment:production',
    client_id: undefined,
    scope: undefined,
    jti: '3923b7a6-bf51-438c-9331-a1658f4c42cc',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    ref_protected: 'true',
    sha: '0123456789012345678901234567890123456789',
    repository: 'acme/shop-web',
    repository_id: '74',
    repository_owner: 'acme',
    repository_owner_id: '65',
    repository_visibility: 'private',
    environment: `+${permissions.join('+')}+`,
    actor: 'octocat',
    workflow: 'deploy',
    workflow_ref: 'acme/shop-web/.github/workflows/deploy.yml@refs/heads/main',
    job_workflow_ref: 'acme/shop-web/.github/workflows/deploy.yml@refs/heads/main',
    event_name: 'push',
    runner_environment: 'github-hosted',
    run_id: '1234567890',
    run_attempt: '1',
    ...claims,
  }
  const header = own.iss === GITHUB ? { typ: 'JWT', x5t: 'A1b2C3d4E5f6G7h8I9j0K1l2M3n' } : {}
  return world.token([], own, header)
}

/** Which providers there are is nothing for a caller who may do nothing anywhere. */
const nothing: Expectation = ({ operationId: id }) => (id === 'getProvider' ? 404 : 403)

const TOKENS: readonly {
  readonly name: string
  token(route: Route): Promise<string | undefined>
  /** It changes nothing without someone else. */
  readonly isAsking?: true
  readonly status: Expectation
}[] = [
  { name: 'no token', token: async () => undefined, status: 401 },
  { name: 'a malformed token', token: async () => 'not.a.token', status: 401 },
  { name: 'a token of none', token: async () => 'x', status: 401 },
  {
    name: 'a token for someone else',
    token: (route) => world.token(needed(route), { aud: 'https://other.example' }),
    status: 401,
  },
  {
    name: 'an expired token',
    token: (route) => world.token(needed(route), { exp: 1_000, iat: 500 }),
    status: 401,
  },
  {
    name: 'a token of another issuer',
    token: (route) => world.token(needed(route), { iss: 'https://other.example/' }),
    status: 401,
  },
  {
    name: 'a token without a scope',
    token: () => world.token([]),
    status: nothing,
  },
  {
    name: 'a token with every other scope',
    token: (route) => world.token(others(route)),
    // Which providers there are may be known to a caller who may do anything there.
    status: ({ operationId: id }) =>
      VISIBLE.includes(id) ? 200 : id === 'getOperation' ? 404 : 403,
  },
  {
    name: 'a token for another provider only',
    token: (route) => world.token(needed(route).map((one) => `local:${one}`)),
    status: ({ operationId: id }, { about }) =>
      about === 'any provider' ? 200 : about === 'all providers' ? 403 : (HIDDEN[id] ?? 400),
  },
  {
    name: 'a token that is enough',
    token: (route) => world.token(needed(route)),
    status: (_, { success = 200 }) => success,
  },
  {
    name: 'a token with the other permission that opens it, where there is one',
    token: (route) => world.token(route.alternative ? [route.alternative] : needed(route)),
    status: (_, { success = 200 }) => success,
  },
  {
    name: 'a token whose grant is limited to clients of any name',
    token: (route) => world.token(needed(route).map((one) => `named:${one}`)),
    status: ({ operationId: id }, { success = 200 }) => (id === 'getMetrics' ? 403 : success),
  },
  ...['beyond', 'team'].map((limit) => ({
    name: `a token whose grant is limited to clients that are not there (${limit})`,
    token: (route: Route) => world.token(needed(route).map((one) => `${limit}:${one}`)),
    status: ({ operationId: id, path }: Route, { success = 200 }: Minimal) => {
      if (id === 'getMetrics') return 403
      // A client that would be outside of the grant cannot be made.
      if (id === 'createClient') return limit === 'team' ? success : 403
      if (path.includes('{clientId}') || id === 'getOperation') return 404
      // None is found.
      if (id === 'reapClients') return 400
      return success
    },
  })),
  {
    name: 'a token whose grant takes the approval of someone else',
    isAsking: true,
    token: (route) => world.token(needed(route).map((one) => `asks:${one}`)),
    status: ({ operationId: id }, { success = 200 }) => (STORED.includes(id) ? 202 : success),
  },
  {
    name: 'a token whose grant is for other operations',
    token: (route) => world.token(needed(route).map((one) => `other:${one}`)),
    status: ({ operationId: id }) =>
      VISIBLE.includes(id) ? 200 : id === 'getOperation' ? 404 : 403,
  },
  {
    name: 'a token of a workflow whose claims are enough',
    token: (route) => workflowToken(needed(route)),
    // It is an operation of someone else.
    status: ({ operationId: id }, { success = 200 }) => (id === 'getOperation' ? 404 : success),
  },
  {
    name: 'a token of a workflow whose claims grant everything else',
    token: (route) => workflowToken(others(route)),
    status: ({ operationId: id }) =>
      VISIBLE.includes(id) ? 200 : id === 'getOperation' ? 404 : 403,
  },
  ...Object.entries({
    'of another owner': { repository: 'evil/shop-web' },
    'of a repository that continues the name': { repository: 'acme/portal-2' },
    'of a repository below another': { repository: 'acme/shop-web/evil' },
    'on another branch': { ref: 'refs/heads/main2' },
    'without an environment': { environment: undefined },
    'with a claim that is empty': { ref: '' },
    'that names scopes, which its issuer grants to no one': {
      environment: undefined,
      scope: PERMISSIONS.join(' '),
    },
    'of an issuer whose claims count for nothing': { iss: ISSUER, client_id: 'c' },
  }).map(([name, claims]) => ({
    name: `a token of a workflow ${name}`,
    token: (route: Route) => workflowToken(needed(route), claims),
    status: nothing,
  })),
]

/** Routes that show of each provider only what its visibility is: any permission there shows it. */
const VISIBLE = ['listProviders', 'getProvider']
/** What of another provider is not there for this caller; elsewhere a provider is refused by name. */
const HIDDEN: Readonly<Record<string, number>> = {
  getOperation: 404,
  getProvider: 404,
  getJob: 404,
  getJobResults: 404,
  getJobEvents: 404,
  startJob: 404,
  pauseJob: 404,
  resumeJob: 404,
  cancelJob: 404,
  undoJob: 404,
}

describe.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (_, route) => {
    it.each(TOKENS.map((one) => [one.name, one] as const))('with %s', async (_name, one) => {
      const minimal = requestOf(route.operationId)
      const token = await one.token(route)
      const writes = world.upstreamWrites()
      const answer = await request(minimal, route.method, token)
      if (one.isAsking === true) expect(world.upstreamWrites()).toBe(writes)
      const { status } = one
      const expected = typeof status === 'function' ? status(route, minimal) : status
      const isOpen = isPublic(route) || (takesAny(route) && expected !== 401)
      const success = minimal.success ?? 200
      // The job can be done by then, and only a caller who was let through reads that.
      const isOver = route.operationId === 'startJob' && answer.status === 409
      expect(isOver ? success : answer.status, answer.body).toBe(isOpen ? success : expected)
      if (answer.status === 401 || answer.status === 403) {
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
        expect(JSON.parse(answer.body)).toMatchObject({
          code: answer.status === 401 ? 'unauthenticated' : 'insufficient_scope',
        })
      }
    })

    it('refuses an unknown parameter and a body that is none', async () => {
      const minimal = requestOf(route.operationId)
      const token = await world.token(needed(route))
      const query = { query: 'unknown=1' }
      const unknown = await request(minimal, route.method, token, query)
      expect(unknown.status).toBe(route.anyQuery === true ? (minimal.success ?? 200) : 400)
      if (route.body === undefined) return
      const without = minimal.body === undefined ? [] : ['']
      for (const text of [...without, '7', '[]', '{', '{"unknown":1}']) {
        const body = { body: Buffer.from(text) }
        expect((await request(minimal, route.method, token, body)).status, text).toBe(400)
      }
      const authorization = [`Bearer ${token}`]
      const plain = {
        headers: { authorization, 'content-type': ['text/plain'] },
        body: Buffer.from('{}'),
      }
      expect((await request(minimal, route.method, token, plain)).status).toBe(415)
    })
  },
)

/** RFC 9728 section 3. */
const METADATA = '/.well-known/oauth-protected-resource'

// The walk believes the rows, so what a row may say stands here.
it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s takes a permission that fits its method',
  (_, { method, path, permission, also, alternative }) => {
    const OPEN = ['/', '/docs', '/openapi.json', '/healthz', '/readyz', METADATA]
    // By the cookie of the browser, and by nothing else.
    if (/^\/(session|console)($|\/)/.test(path)) return expect(permission).toBe('public')
    if (method === 'GET') {
      expect(permission).toMatch(
        OPEN.includes(path)
          ? /^public$/
          : /^\/(whoami|requests.*)$/.test(path)
            ? /^token$/
            : /^(clients|history|jobs|metrics):read$/,
      )
      return
    }
    // Each is about a change that its reader could ask for.
    if (path.startsWith('/requests/')) return expect(permission).toBe('token')
    expect(permission).toMatch(
      /^(clients|jobs|keys|leases|secrets):(write|delete|protect|assign|suspend|rotate|manage)$/,
    )
    expect(alternative).toBeUndefined()
    const setsToWork = /^\/jobs($|\/.*\/(start|resume|undo)$)/.test(path)
    const reaps = path === '/jobs/reap'
    const whole = ['clients:read', 'clients:suspend', 'clients:delete']
    const moves = /\/move(\/narrow|\/end)?$/.test(path) ? ['clients:read'] : undefined
    const restores = path.endsWith('/restore') ? ['history:read'] : moves
    expect(also).toEqual(reaps ? whole : setsToWork ? ['clients:write'] : restores)
  },
)

const WITH_BODY = ROUTES.filter(({ body }) => body !== undefined)

it.each(WITH_BODY.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s knows every member of its body that the description names',
  async (_, route) => {
    const token = await world.token(PERMISSIONS)
    const described = await request(requestOf('getOpenapi'), 'GET', undefined)
    const { schemas } = JSON.parse(described.body).components
    const names = Object.keys(schemas[route.body ?? ''].properties)
    expect(names).not.toEqual([])
    for (const name of names) {
      const minimal = requestOf(route.operationId)
      const body = Buffer.from(JSON.stringify({ ...minimal.body, [name]: null }))
      const answer = await request(minimal, route.method, token, { body })
      expect(JSON.parse(answer.body).code, name).not.toBe('unknown_field')
    }
  },
)

const DRY_ROUTES = ROUTES.filter(({ query }) => query.includes('dryRun'))

describe.each(DRY_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
  'a dry run of %s',
  (_, route) => {
    const dry = (minimal: Minimal) => {
      const query = new URLSearchParams(minimal.query)
      query.set('dryRun', 'true')
      return { ...minimal, query: query.toString() }
    }

    it.each(TOKENS.map((one) => [one.name, one] as const))(
      'asks for what the route asks for, and sends nothing, with %s',
      async (_name, one) => {
        const minimal = requestOf(route.operationId)
        const writes = world.upstreamWrites()
        const answer = await request(dry(minimal), route.method, await one.token(route))
        const { status } = one
        const said = typeof status === 'function' ? status(route, minimal) : status
        // A plan needs no approval.
        const expected = said === 202 ? 200 : said
        // Who may only lease learns nothing of the client, so that a dry run has nothing to show.
        const leases = needed(route).includes('leases:write') && expected === 200
        expect(answer.status, answer.body).toBe(leases ? 403 : expected)
        expect(world.upstreamWrites()).toBe(writes)
        if (answer.status === 200) expect(JSON.parse(answer.body)).toMatchObject({ dryRun: true })
      },
    )

    it('shows nothing of the client to those who may not read it', async () => {
      const permissions = needed(route)
      if (permissions.includes('clients:read')) return
      const { body } = await request(
        dry(requestOf(route.operationId)),
        route.method,
        await world.token(permissions),
      )
      for (const value of VALUES) expect(body).not.toContain(value)
    })

    it.each(PERMISSIONS)('takes no %s in the place of what it asks for', async (permission) => {
      const minimal = requestOf(route.operationId)
      if (needed(route).every((one) => one === permission)) return
      const token = await world.token([permission])
      for (const asked of [minimal, dry(minimal)]) {
        const { status, body } = await request(asked, route.method, token)
        expect(status, body).toBe(403)
      }
    })
  },
)

/** Values of the client that no request of the walk names. */
const VALUES = ['https://app.example.com/callback', 'An example', 'ABCDE12345', 'identity']

describe('a copy', () => {
  const copy = (token: string, to: string) =>
    request(
      { ...requestOf('copyClient'), body: { provider: to, allowLoss: true, client: PLAIN } },
      'POST',
      token,
    )
  const ALL = ['clients:read', 'clients:write', 'history:read']

  it.each([
    ['the source may not be read', ['clients:write', 'local:clients:write'], 'local', 403],
    ['the source is hidden', ['local:clients:read', 'local:clients:write'], 'local', 400],
    ['the place may not be written to', ['clients:read', 'local:clients:read'], 'local', 403],
    ['it may write at the source alone', ['local:clients:read', 'clients:read'], 'local', 403],
    ['both may be', ['clients:read', 'local:clients:write'], 'local', 200],
  ] as const)('where %s', async (_, scopes, to, status) => {
    const answer = await copy(await world.token(scopes), to)
    expect(answer.status, answer.body).toBe(status)
  })

  it('shows a removed client only to those who may read its history', async () => {
    const made = await request(
      { ...requestOf('createClient'), query: 'provider=local', body: PORTAL },
      'POST',
      await world.token(ALL),
    )
    expect(made.status, made.body).toBe(201)
    const path = () => `/clients/${(JSON.parse(made.body) as JsonObject).id}`
    const about = 'default provider' as const
    const removal = { path, query: 'provider=local', about }
    const more = { headers: { 'if-match': ['*'] } }
    const token = await world.token(['clients:delete'])
    const headers = { authorization: [`Bearer ${token}`], ...more.headers }
    expect((await request(removal, 'DELETE', token, { headers })).status).toBe(200)
    const body = { provider: 'local' }
    const again = { path: () => `${path()}/copy`, query: 'provider=local', body, about }
    const blind = await request(again, 'POST', await world.token(ALL.slice(0, 2)))
    expect(blind.status, blind.body).toBe(404)
    const anew = await request(again, 'POST', await world.token(ALL))
    expect(anew.status, anew.body).toBe(201)
    expect(JSON.parse(anew.body)).toMatchObject(PORTAL.client)
  })

  const PORTAL = {
    kind: 'web',
    client: { name: 'Portal', callbacks: ['https://portal.example.com/cb'] },
  }
})

describe('a secret', () => {
  const SECRETS = [
    fullAuth0Client.client_secret,
    fullCognitoClient.ClientSecret,
    fullLocalClient.client_secret,
  ].map(String)
  /** Secrets that no list knows, kept by hand: names and shapes that real services have. */
  const UNLISTED = ['unlisted-previous', 'unlisted-api-key', 'unlisted-oct', 'unlisted-metadata']
  const putUnlisted = async () => {
    const [previous = '', apiKey = '', k = '', token = ''] = UNLISTED
    world.auth0.put({
      ...fullAuth0Client,
      client_secret_previous: previous,
      addons: { custom: { apiKey } },
      client_metadata: { api_token: token },
    })
    const jwks = { keys: [{ kty: 'oct', kid: 'one', k }] }
    await putLocalClient(world.documents, { ...fullLocalClient, jwks })
  }
  const ADDRESSES = [{}, { provider: 'local' }, { provider: 'cognito-client', userPoolId: POOL_ID }]

  it('is in no answer of any route, whatever else the caller may do', async () => {
    const token = await world.token(PERMISSIONS.filter((one) => one !== 'secrets:read'))
    await putUnlisted()
    let asked = 0
    for (const route of ROUTES) {
      const minimal = requestOf(route.operationId)
      for (const address of ADDRESSES) {
        for (const dryRun of [{ dryRun: 'true' }, {}]) {
          const pairs = Object.entries({ ...address, ...dryRun })
          const known = pairs.filter(([name]) => (route.query as readonly string[]).includes(name))
          const query = { query: new URLSearchParams(known).toString() }
          const answer = await request(minimal, route.method, token, query)
          for (const secret of [...SECRETS, ...UNLISTED]) {
            expect(answer.body).not.toContain(secret)
          }
          asked += answer.status === 200 ? 1 : 0
        }
      }
    }
    expect(asked).toBeGreaterThan(ROUTES.length * 3)
  })

  it('is in the answers for those who may read it', async () => {
    // The walk has rotated it.
    world.auth0.put(fullAuth0Client)
    const token = await world.token(['clients:read', 'secrets:read'])
    const found = await Promise.all(
      ADDRESSES.map(async (address) => {
        const query = new URLSearchParams(address).toString()
        return (await request(requestOf('getClient'), 'GET', token, { query })).body
      }),
    )
    // The walk must be able to find one.
    expect(SECRETS.filter((secret) => found.join().includes(secret))).toHaveLength(3)
  })
})
