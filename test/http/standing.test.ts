/** `GET /clients/{clientId}/standing`: what holds for a client beside its settings, and who gets which part of it. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { ask, type Sent } from '../contract/caller.ts'
import { SCOPE_EACH, startWorld, type World } from '../contract/world.ts'
import { eventually } from '../eventually.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

const CLIENT = '/clients/exampleClientId'
const COGNITO = { provider: 'cognito-client', userPoolId: POOL_ID }
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const LEASE = {
  field: 'callbacks',
  value: 'https://pr-7.preview.example/cb',
  owner: 'pr-7',
  ttlSeconds: 60,
}

let world: World
let storeFails: boolean
/** What the outcome of a change waits for before it is recorded. */
let beforeOutcome: Promise<void> | undefined
beforeEach(async () => {
  storeFails = false
  beforeOutcome = undefined
  world = await startWorld({
    permissions: SCOPE_EACH,
    around: (store) => ({
      ...store,
      last: (resource) =>
        storeFails ? Promise.reject(new TypeError('gone')) : store.last(resource),
      append: async (entry) => {
        if (entry.kind === 'outcome') await beforeOutcome
        return store.append(entry)
      },
    }),
  })
})
afterEach(() => world.close())

/** A caller with all permissions, unless the request says other scopes. */
const send = (method: string, path: string, { subject = 'one', ...sent }: SentBy = {}) =>
  ask(world, method, path, { scopes: PERMISSIONS, claims: { sub: subject }, ...sent })
type SentBy = Sent & { readonly subject?: string }

const standing = (sent: SentBy = {}) => send('GET', `${CLIENT}/standing`, sent)
const NOTHING = { protected: false, endingSecrets: [], leases: [] }

it.each([{}, COGNITO, { provider: 'local' }])(
  'is nothing of a client for which nothing holds: %j',
  async (query) => {
    const { status, body } = await standing({ query })
    expect(status).toBe(200)
    expect(body).toEqual({ id: 'exampleClientId', provider: 'auth0', ...query, ...NOTHING })
  },
)

it('shows protection, leases and secrets that end, and no setting', async () => {
  const query = COGNITO
  const rotation = await send('POST', `${CLIENT}/rotate-secret`, {
    query,
    body: { retireAfterSeconds: 3_600 },
  })
  expect(rotation.status).toBe(200)
  await send('PUT', `${CLIENT}/leases`, { query, body: LEASE })
  await send('PUT', `${CLIENT}/protection`, { query, body: { protected: true } })
  const { body, headers } = await standing({ query })
  const { ttlSeconds: _, ...lease } = LEASE
  const at = expect.stringMatching(RFC_3339)
  const previous = rotation.body.previous as readonly JsonObject[]
  const ending = previous.map(({ id }) => ({ id, retiresAt: at }))
  expect(ending).toHaveLength(1)
  expect(body).toEqual({
    id: 'exampleClientId',
    ...COGNITO,
    protected: true,
    endingSecrets: ending,
    leases: [{ ...lease, expiresAt: at }],
  })
  const again = { query, headers: { 'if-none-match': [headers.etag ?? ''] } }
  expect((await standing(again)).status).toBe(304)
  await send('PUT', `${CLIENT}/protection`, { query, body: { protected: false } })
  expect((await standing(again)).status).toBe(200)
})

it.each([{}, COGNITO, { provider: 'local' }])(
  'shows that a client is suspended: %j',
  async (query) => {
    expect((await send('POST', `${CLIENT}/suspend`, { query })).status).toBe(200)
    const { body } = await standing({ query })
    const client = await send('GET', CLIENT, { query })
    expect(body.suspension).toEqual(client.body.suspension)
    expect(body.suspension).toHaveProperty('doesNotStop')
    expect((await send('POST', `${CLIENT}/resume`, { query })).status).toBe(200)
    expect((await standing({ query })).body).not.toHaveProperty('suspension')
  },
)

it('shows a change whose outcome is not known, and no longer than that', async () => {
  let end = () => {}
  beforeOutcome = new Promise((resolve) => {
    end = resolve
  })
  const changed = send('PATCH', CLIENT, { body: { client: { description: 'Slow' } } })
  const openChange = await eventually(async () => {
    const { body } = await standing()
    expect(body).toHaveProperty('openChange')
    return body.openChange as JsonObject
  })
  expect(openChange).toEqual({
    operationId: expect.any(String),
    at: expect.stringMatching(RFC_3339),
  })
  const operation = await send('GET', `/operations/${openChange.operationId}`)
  expect(operation.body).toMatchObject({ outcome: 'open', at: openChange.at })
  end()
  expect((await changed).status).toBe(200)
  expect((await standing()).body).not.toHaveProperty('openChange')
})

it('shows the leases of others to those only who may read clients', async () => {
  await send('PUT', `${CLIENT}/leases`, { subject: 'one', body: LEASE })
  await send('PUT', `${CLIENT}/leases`, { subject: 'other', body: { ...LEASE, owner: 'pr-8' } })
  await send('PUT', `${CLIENT}/protection`, { body: { protected: true } })
  const owners = ({ body }: { body: JsonObject }) =>
    (body.leases as JsonObject[]).map(({ owner }) => owner)
  expect(owners(await standing({ scopes: ['clients:read'], subject: 'third' }))).toEqual([
    'pr-7',
    'pr-8',
  ])
  const leaser = { scopes: ['leases:write'] }
  expect(owners(await standing({ ...leaser, subject: 'one' }))).toEqual(['pr-7'])
  expect(owners(await standing({ ...leaser, subject: 'other' }))).toEqual(['pr-8'])
  const third = await standing({ ...leaser, subject: 'third' })
  expect(third.body).toMatchObject({ ...NOTHING, protected: true })
  const rest = PERMISSIONS.filter((one) => one !== 'clients:read' && one !== 'leases:write')
  expect((await standing({ scopes: rest })).status).toBe(403)
})

it('is 404 for a client that does not exist, and 503 while the history cannot be read', async () => {
  expect((await send('GET', '/clients/nobody/standing')).status).toBe(404)
  storeFails = true
  const { status, body } = await standing()
  expect(status).toBe(503)
  expect(body).toMatchObject({ code: 'store_unavailable' })
})
