/**
 * Clients that this server or its provider works by means of, on the whole program: every way of ending one
 * or of keeping it from signing in is refused, and nothing is sent, unless the request says that it knows.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS as ALL } from '../../src/core/rights/permissions.ts'
import { ISSUER, startWorld, type World } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'

/** The `clientId` of the world's configuration. */
const OWN = 'clientry'
const BUILT_IN = 'all-applications'
const GRANTS = ['client_credentials', 'authorization_code', 'refresh_token']

/** One who may do everything, and one who may set secrets and never sees them. */
const PERMISSIONS: Json = [
  { issuer: ISSUER, scope: 'all', grants: [...ALL] },
  { issuer: ISSUER, scope: 'blind', grants: ['clients:write', 'secrets:rotate'] },
]

let world: World
let token: string

beforeAll(async () => {
  world = await startWorld({ permissions: PERMISSIONS })
  token = await world.token(['all'])
})
afterAll(() => world.close())
beforeEach(async () => {
  for (const id of [OWN, BUILT_IN, 'other']) {
    if (world.auth0.client(id) !== undefined) await ask('POST', `/clients/${id}/resume`, {})
  }
  const client = {
    ...fullAuth0Client,
    app_type: 'non_interactive',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: GRANTS,
  }
  world.auth0.put({ ...client, client_id: OWN, client_aliases: [] })
  world.auth0.put({ ...client, client_id: BUILT_IN, client_aliases: [], global: true })
  world.auth0.put({ ...client, client_id: 'other', client_aliases: [] })
})

interface Asked {
  readonly body?: Json
  readonly query?: string
  readonly type?: string
  /** An access token; absent: one that may do everything. */
  readonly as?: string
}

async function ask(
  method: string,
  path: string,
  { body, query = '', type = 'application/json', as = token }: Asked,
) {
  const answer = await world.clientry.app({
    method,
    path,
    query,
    headers: {
      authorization: [`Bearer ${as}`],
      ...(method === 'DELETE' ? { 'if-match': ['*'] } : {}),
      ...(body === undefined ? {} : { 'content-type': [type] }),
    },
    body:
      body === undefined
        ? undefined
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    deadline: Date.now() + 10_000,
  })
  return { status: answer.status, body: JSON.parse(answer.body) as JsonObject }
}

interface Way {
  readonly method: string
  readonly route?: string
  readonly body?: JsonObject
  readonly query?: string
}

const raw = (providerSettings: JsonObject): Way => ({
  method: 'PATCH',
  body: { client: { providerSettings } },
})

const WAYS: Readonly<Record<string, Way>> = {
  removing: { method: 'DELETE' },
  suspending: { method: 'POST', route: '/suspend', body: {} },
  'rotating its secret': { method: 'POST', route: '/rotate-secret', body: { cutOver: true } },
  'setting its secret': {
    method: 'PATCH',
    body: { client: { secret: 'another-secret-of-24-characters-or-more' } },
  },
  'a list without one of its grants': {
    method: 'PATCH',
    body: { client: { grantTypes: ['authorization_code', 'refresh_token'] } },
  },
  'taking a grant out of the list': {
    method: 'PATCH',
    body: { client: { grantTypes: { remove: ['client_credentials'] } } },
  },
  'another way of authentication': {
    method: 'PATCH',
    body: { client: { tokenEndpointAuthMethod: 'client_secret_basic' } },
  },
  // By the Management API's own description of each member, not by a list of this program.
  'another proof of who asks for a token': raw({ require_proof_of_possession: true }),
  'a level of compliance': raw({ compliance_level: 'fapi1_adv_pkj_par' }),
  'an organization for its tokens': raw({
    default_organization: { organization_id: 'org_abc', flows: ['client_credentials'] },
  }),
  'a quota of tokens': raw({ token_quota: { client_credentials: { enforce: true, per_day: 1 } } }),
}

describe.each([OWN, BUILT_IN])('the client %s', (id) => {
  describe.each(Object.entries(WAYS))('by %s', (_, { method, route = '', body, query = '' }) => {
    const path = `/clients/${id}${route}`

    it.each(['', 'dryRun=true'])('is refused (%s) and nothing is sent', async (dryRun) => {
      const writes = world.upstreamWrites()
      const all = [query, dryRun].filter((one) => one !== '').join('&')
      const answer = await ask(method, path, { ...(body && { body }), query: all })
      expect(answer).toMatchObject({ status: 409, body: { code: 'own_client' } })
      expect(answer.body.error).toContain('"ownClient": true')
      expect(world.upstreamWrites()).toBe(writes)
    })

    it('is done where the query says so', async () => {
      const answer = await ask(method, path, { ...(body && { body }), query: 'ownClient=true' })
      // Auth0 itself refuses to remove a client of its own.
      const refused = method === 'DELETE' && id === BUILT_IN
      expect(answer.status, JSON.stringify(answer.body)).toBe(refused ? 400 : 200)
      expect(answer.body.code).toBe(refused ? 'provider_refused' : undefined)
    })

    it.runIf(body !== undefined)('is done where the body says so', async () => {
      const answer = await ask(method, path, { body: { ...body, ownClient: true } })
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      const wrong = await ask(method, path, { body: { ...body, ownClient: 'yes' } })
      expect(wrong).toMatchObject({ status: 400, body: { field: 'ownClient' } })
    })
  })

  it('is changed as any other where that does it no harm', async () => {
    const client = { description: 'Signs in', grantTypes: { add: ['implicit'] } }
    expect((await ask('PATCH', `/clients/${id}`, { body: { client } })).status).toBe(200)
    const harmless = {
      require_proof_of_possession: false,
      require_pushed_authorization_requests: true,
      compliance_level: 'none',
      default_organization: null,
      jwt_configuration: { alg: 'RS256' },
    }
    const { body, method } = raw(harmless)
    const answer = await ask(method, `/clients/${id}`, { ...(body && { body }) })
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  })

  it('can be changed while a setting keeps it out already, and let in again', async () => {
    const held = world.auth0.client(id) as JsonObject
    world.auth0.put({ ...held, require_proof_of_possession: true })
    const set = (client: JsonObject) => ask('PATCH', `/clients/${id}`, { body: { client } })
    expect((await set({ description: 'Kept out' })).status).toBe(200)
    expect((await set({ providerSettings: { require_proof_of_possession: false } })).status).toBe(
      200,
    )
  })

  it('is refused in every other spelling of a change', async () => {
    const operations = [{ op: 'remove', path: '/grantTypes/0' }]
    const patch = { body: operations, type: 'application/json-patch+json' }
    expect(await ask('PATCH', `/clients/${id}`, patch)).toMatchObject({ status: 409 })
    const form = {
      body: 'client[grantTypes][remove][]=client_credentials',
      type: 'application/x-www-form-urlencoded',
    }
    expect(await ask('PATCH', `/clients/${id}`, form)).toMatchObject({ status: 409 })
    const known = { ...form, body: `${form.body}&ownClient=true` }
    expect(await ask('PATCH', `/clients/${id}`, known)).toMatchObject({ status: 200 })
    // What gave it the grant that it signs in with is not taken back by accident either.
    await ask('PATCH', `/clients/${id}`, {
      body: { client: { grantTypes: { add: ['implicit'] } } },
    })
    const back = await ask('POST', `/clients/${id}/rollback`, { body: { to: 0 } })
    expect(back).toMatchObject({ status: 409, body: { code: 'own_client' } })
  })

  it('shows no one whether a secret that they guess is right', async () => {
    const guesser = await world.token(['blind'])
    const secrets = [
      String(fullAuth0Client.client_secret),
      'another-secret-of-24-characters-or-more',
    ]
    const answers = await Promise.all(
      secrets.map((secret) =>
        ask('PATCH', `/clients/${id}`, { body: { client: { secret } }, as: guesser }),
      ),
    )
    const [right, wrong] = answers.map(({ status, body: { requestId: _, ...rest } }) => [
      status,
      rest,
    ])
    expect(right).toEqual(wrong)
    expect(right).toEqual([409, expect.objectContaining({ code: 'own_client' })])
  })

  it('is refused in a job', async () => {
    const request = {
      clients: [{ provider: 'auth0', id }],
      patch: { grantTypes: { remove: ['client_credentials'] } },
    }
    const answer = await ask('POST', '/jobs', { body: request, query: 'dryRun=true' })
    expect(JSON.stringify(answer.body)).toContain('own_client')
  })
})

it('is of no concern to any other client', async () => {
  for (const { method, route = '', body } of Object.values(WAYS)) {
    if (method === 'DELETE') continue
    const answer = await ask(method, `/clients/other${route}`, { ...(body && { body }) })
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    await ask('POST', '/clients/other/resume', { body: {} })
    world.auth0.put({ ...(world.auth0.client('other') as JsonObject), grant_types: GRANTS })
  }
  expect((await ask('DELETE', '/clients/other', {})).status).toBe(200)
})
