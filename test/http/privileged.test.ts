/**
 * Settings that give a client power of its own take a permission of their own, on every way in. Which they are is said
 * here in the words of the providers, and not taken from the tables of the program.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { applyItems, checkPlan } from '../../src/files/apply.ts'
import { parseClientFile } from '../../src/files/client-file.ts'
import { parsePlan, renderPlan } from '../../src/files/plan-file.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { type Api, connect } from '../../src/sdk/index.ts'
import { ask } from '../contract/caller.ts'
import { SCOPE_EACH } from '../contract/world.ts'
import { planned } from '../files/tenants.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { storedDocument } from '../fixtures/stored-document.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const WRITER = ['clients:read', 'clients:write', 'jobs:write', 'jobs:read', 'history:read']
const COGNITO = { provider: 'cognito-client', userPoolId: POOL_ID }
const CODE = ['authorization_code', 'refresh_token']
const FLOWS = ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH']
const EXCHANGE = { token_exchange: { allow_any_profile_of_type: ['custom_authentication'] } }

/** Where, and what is set. */
const POWERS: readonly (readonly [string, JsonObject, JsonObject])[] = [
  [
    'a grant without a user',
    { provider: 'auth0' },
    { grantTypes: [...CODE, 'client_credentials'] },
  ],
  ['a grant of passwords', { provider: 'auth0' }, { grantTypes: { add: ['password'] } }],
  ['token exchange', { provider: 'auth0' }, { providerSettings: EXCHANGE }],
  ['flows of Cognito', COGNITO, { providerSettings: { ExplicitAuthFlows: FLOWS } }],
  ['attributes to be written', COGNITO, { providerSettings: { WriteAttributes: ['email'] } }],
  ['the default of all of them', COGNITO, { providerSettings: { WriteAttributes: null } }],
  [
    'a grant at the embedded provider',
    { provider: 'local' },
    { grantTypes: { add: ['client_credentials'] } },
  ],
]

let world: JobWorld
let number = 0

beforeAll(async () => {
  world = await startJobWorld(0, { permissions: SCOPE_EACH as never, scopes: WRITER })
})
afterAll(() => world.close())

/** A client at each provider, with none of these. */
async function fresh(): Promise<string> {
  number += 1
  const id = `powers${number}`
  world.auth0.put({
    ...fullAuth0Client,
    client_aliases: [],
    client_id: id,
    name: id,
    grant_types: CODE,
  })
  world.cognito.put(POOL_ID, {
    ...fullCognitoClient,
    ClientId: id,
    AllowedOAuthFlows: ['code'],
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    WriteAttributes: ['nickname'],
  })
  await putLocalClient(world.documents, { ...fullLocalClient, client_id: id, grant_types: CODE })
  return id
}

const recordOf = (id: string) =>
  JSON.stringify([
    world.auth0.client(id),
    world.cognito.client(POOL_ID, id),
    storedDocument(world, 'client', id),
  ])

const patch = (id: string, where: JsonObject, client: Json, scopes = WRITER) =>
  world.send('PATCH', `/clients/${id}`, { ...where, client }, { scopes })

/** The same as operations, one for each setting. */
function operationsOf({ grantTypes, providerSettings = {} }: JsonObject): Json[] {
  const whole = wholeOf({ grantTypes: grantTypes ?? null }).grantTypes
  const settings = Object.entries(providerSettings as JsonObject).map(([name, value]): Json => {
    const path = `/providerSettings/${name}`
    return value === null ? { op: 'remove', path } : { op: 'add', path, value }
  })
  return whole === null ? settings : [{ op: 'replace', path: '/grantTypes', value: whole ?? [] }]
}

/** The same without what is there already. */
function wholeOf(client: JsonObject): JsonObject {
  const { grantTypes } = client
  const added = (grantTypes as { readonly add?: readonly string[] } | null)?.add
  return added === undefined ? client : { ...client, grantTypes: [...CODE, ...added] }
}

/** The settings of a client that has none of these. */
function withoutPower({ grantTypes, providerSettings = {} }: JsonObject): JsonObject {
  const without: JsonObject = {
    token_exchange: null,
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    WriteAttributes: ['nickname'],
  }
  const names = Object.keys(providerSettings as JsonObject)
  return grantTypes === undefined
    ? { providerSettings: Object.fromEntries(names.map((name) => [name, without[name] ?? null])) }
    : { grantTypes: CODE }
}

/** The API for a caller with these scopes. */
const apiOf = (scopes: readonly string[]): Api =>
  connect({
    url: 'http://clientry.invalid',
    token: 'none',
    retryForMs: 0,
    fetch: async (input, init = {}) => {
      const { pathname, search } = new URL(String(input))
      const body = typeof init.body === 'string' ? Buffer.from(init.body) : undefined
      const { authorization: _, ...headers } = Object.fromEntries(new Headers(init.headers))
      const sent = { body, headers, scopes, query: search.slice(1) }
      const answer = await ask(world, init.method ?? 'GET', pathname, sent)
      return new Response(answer.text, { status: answer.status, headers: answer.headers })
    },
  })

/** What came of carrying out a plan as it was written. */
async function applied(
  scopes: readonly string[],
  items: Parameters<typeof renderPlan>[1]['items'],
) {
  const api = apiOf(scopes)
  const plan = parsePlan('plan.json', renderPlan(new Date(0), { folder: 'clients', items }))
  const { open, moved, failures } = await checkPlan(api, plan)
  return { moved, failures, done: await applyItems(api, open) }
}

describe.each(POWERS)('%s', (_, where, client) => {
  const query = new URLSearchParams(where as Record<string, string>).toString()

  it('is set with the permission, and refused by name without', async () => {
    const id = await fresh()
    const before = recordOf(id)
    for (const dryRun of ['?dryRun=true', '']) {
      const path = `/clients/${id}${dryRun}`
      const { status, body } = await world.send('PATCH', path, { ...where, client })
      expect({ status, ...body }).toMatchObject({ status: 403, code: 'insufficient_scope' })
      expect(body.error).toContain('clients:privileged')
    }
    expect(recordOf(id)).toBe(before)
    const { status, text } = await patch(id, where, client, [...WRITER, 'clients:privileged'])
    expect(status, text).toBe(200)
  })

  it('is refused in a JSON Patch, to those who may not read, and in a job', async () => {
    const id = await fresh()
    const before = recordOf(id)
    const operations = operationsOf(client)
    const jsonPatch = await world.send('PATCH', `/clients/${id}`, operations, { query })
    expect(jsonPatch.status, jsonPatch.text).toBe(403)
    const blind = await patch(id, where, client, ['clients:write'])
    expect(blind.status, blind.text).toBe(403)
    const { body } = await world.send('POST', '/jobs', {
      clients: [{ ...where, id }],
      patch: client,
      autoStart: true,
    })
    await world.until(body.id, 'stopped', 'done')
    expect(await world.results(body.id)).toMatchObject([{ code: 'insufficient_scope' }])
    expect(recordOf(id)).toBe(before)
  })

  it('is refused in a form', async () => {
    const grants = (client.grantTypes as { add?: readonly string[] } | undefined)?.add ?? []
    const pairs = grants.map((one) => ['client[grantTypes][add][]', one])
    const forms = [
      [['client', JSON.stringify(client)]],
      ...(pairs.length === 0 ? [] : [pairs]),
    ] as string[][][]
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const form of forms) {
      const id = await fresh()
      const before = recordOf(id)
      const send = (scopes: readonly string[]) => {
        const text = new URLSearchParams([...Object.entries(where), ...form] as [string, string][])
        const body = Buffer.from(text.toString())
        return ask(world, 'PATCH', `/clients/${id}`, { body, headers, scopes })
      }
      const { status, text } = await send(WRITER)
      expect(status, text).toBe(403)
      expect(text).toContain('clients:privileged')
      expect(recordOf(id)).toBe(before)
      const allowed = await send([...WRITER, 'clients:privileged'])
      expect(allowed.status, allowed.text).toBe(200)
    }
  })

  it('is neither planned nor applied from a file', async () => {
    const id = await fresh()
    const before = recordOf(id)
    const text = JSON.stringify({ ...where, id, client })
    const files = [parseClientFile(`clients/${id}.yaml`, text)]
    const all = [...WRITER, 'clients:privileged']
    const refused = await planned(apiOf(WRITER), files)
    expect(JSON.stringify(refused.faults)).toContain('clients:privileged')
    const { items, faults } = await planned(apiOf(all), files)
    expect(faults).toEqual([])
    // Planned by someone who may, applied by someone who may not.
    const failed = await applied(WRITER, items)
    expect(JSON.stringify(failed)).toContain('clients:privileged')
    expect(recordOf(id)).toBe(before)
    await applied(all, items)
    expect(recordOf(id)).not.toBe(before)
  })

  it('does not come back by undoing a job', async () => {
    const id = await fresh()
    const all = [...WRITER, 'clients:privileged']
    expect((await patch(id, where, client, all)).status).toBe(200)
    const job = { clients: [{ ...where, id }], patch: withoutPower(client), autoStart: true }
    const taken = await world.send('POST', '/jobs', job, { scopes: all })
    await world.until(taken.body.id, 'done')
    expect(await world.results(taken.body.id)).toMatchObject([{ outcome: 'applied' }])
    const before = recordOf(id)
    const undo = (scopes: readonly string[]) =>
      world.send('POST', `/jobs/${taken.body.id}/undo`, { autoStart: true }, { scopes })
    const { body } = await undo(WRITER)
    await world.until(body.id, 'stopped', 'done')
    expect(await world.results(body.id)).toMatchObject([{ code: 'insufficient_scope' }])
    expect(recordOf(id)).toBe(before)
    const allowed = await undo(all)
    await world.until(allowed.body.id, 'done')
    expect(await world.results(allowed.body.id)).toMatchObject([{ outcome: 'applied' }])
    expect(recordOf(id)).not.toBe(before)
  })

  it('does not come back by a rollback or an undo', async () => {
    const id = await fresh()
    const all = [...WRITER, 'clients:privileged']
    expect((await patch(id, where, client, all)).status).toBe(200)
    const rolled = await world.send(
      'POST',
      `/clients/${id}/rollback`,
      { ...where, to: 0 },
      { scopes: all },
    )
    expect(rolled.status, rolled.text).toBe(200)
    const before = recordOf(id)
    const again = await world.send('POST', `/clients/${id}/rollback`, { ...where, to: 2 })
    expect([200, 403], again.text).toContain(again.status)
    const { body } = again
    if (again.status === 403) expect(body.error).toContain('clients:privileged')
    expect(recordOf(id)).toBe(before)
  })

  it('is not made with a client, nor with a copy', async () => {
    if (JSON.stringify(client).includes('null')) return
    const plain = {
      name: 'Powerful',
      callbacks: ['https://app.example.com/cb'],
      ...wholeOf(client),
    }
    const made = await world.send('POST', '/clients', { ...where, kind: 'web', client: plain })
    expect(made.status, made.text).toBe(403)
    const id = await fresh()
    const all = [...WRITER, 'clients:privileged']
    expect((await patch(id, where, client, all)).status).toBe(200)
    const copy = { ...where, kind: 'web', allowLoss: true, client: { name: 'Copied' } }
    const copied = await world.send('POST', `/clients/${id}/copy?${query}`, copy)
    expect(copied.status, copied.text).toBe(403)
  })
})

describe('what gives no power', () => {
  it('is changed as before', async () => {
    const id = await fresh()
    const sets = [
      [{ provider: 'auth0' }, { grantTypes: ['authorization_code'], description: 'plain' }],
      [COGNITO, { callbacks: { add: ['https://new.example.com/cb'] } }],
      [{ provider: 'local' }, { grantTypes: ['authorization_code'] }],
    ] as const
    for (const [where, client] of sets) {
      const { status, text } = await patch(id, where, client as never)
      expect(status, text).toBe(200)
    }
  })

  it('a machine is made with the grant of its kind', async () => {
    const client = { name: 'Worker' }
    const { status, text } = await world.send('POST', '/clients', { kind: 'machine', client })
    expect(status, text).toBe(201)
  })

  it('a client is suspended and resumed by those who may do that', async () => {
    const id = await fresh()
    const all = [...WRITER, 'clients:privileged']
    const grants = { grantTypes: [...CODE, 'client_credentials'] }
    expect((await patch(id, { provider: 'auth0' }, grants, all)).status).toBe(200)
    for (const where of [{ provider: 'auth0' }, COGNITO]) {
      for (const how of ['suspend', 'resume']) {
        const path = `/clients/${id}/${how}`
        const { status, text } = await world.send('POST', path, where, {
          scopes: ['clients:suspend', 'clients:read'],
        })
        expect(status, text).toBe(200)
      }
    }
  })
})

it('capabilities say what is privileged', async () => {
  const { body } = await world.send('GET', '/providers/cognito-client')
  const paths = (body.privileged as readonly JsonObject[]).map(({ path }) => path)
  expect(paths).toContain('providerSettings.WriteAttributes')
  const auth0 = await world.send('GET', '/providers/auth0')
  expect(auth0.body.privileged).toContainEqual(
    expect.objectContaining({ path: 'grantTypes', values: expect.arrayContaining(['password']) }),
  )
})
