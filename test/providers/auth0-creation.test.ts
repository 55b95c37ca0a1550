/** Making Auth0 applications: what is asked for, what is shown to whom, and the tenant's own will. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClientKind } from '../../src/core/client-kind.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { secrets } from '../../src/providers/auth0/secrets.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Creation } from '../../src/providers/creation.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import { callInTime } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'

const WITHOUT_KEYS = {
  clientId: 'no-keys',
  clientSecret: 'no-keys-secret',
  scopes: [
    ...['read:clients', 'create:clients', 'delete:clients', 'read:connections'],
    'update:client_keys',
  ],
}
const PLACE = { provider: 'auth0' }
const ref = (id: string) => ({ ...PLACE, id })

let emulator: Auth0Emulator
let provider: Provider
let creation: Creation

beforeEach(async () => {
  emulator = await startAuth0Emulator({
    connections: [
      { id: 'con_users', name: 'users', strategy: 'auth0' },
      { id: 'con_google', name: 'google', strategy: 'google-oauth2' },
    ],
    credentials: [DEFAULT_CREDENTIAL, WITHOUT_KEYS],
  })
  emulator.put(fullAuth0Client)
  await as(DEFAULT_CREDENTIAL as typeof WITHOUT_KEYS)
})
afterEach(() => emulator.close())

async function as(credential: { clientId: string; clientSecret: string }): Promise<void> {
  provider = (await auth0Over(emulator.url, credential)).get('auth0') as Provider
  creation = provider.creation as Creation
}

const call = (): Call => callInTime()
const planned = (kind: ClientKind, patch: JsonObject = {}) =>
  planChange(
    provider.mapping,
    creation.blank(kind),
    parseMergePatch({ name: 'New client', ...patch } as never),
  ).next
const bodies = (operation: string) =>
  emulator.calls.filter((one) => one.operation === operation).map(({ body }) => body as JsonObject)

describe('a new application', () => {
  it('is answered with the connections that the tenant gave it', async () => {
    const native = await creation.step(PLACE, planned('web')).send(call())
    expect(native?.$connections).toEqual({
      con_users: { name: 'users', strategy: 'auth0' },
      con_google: { name: 'google', strategy: 'google-oauth2' },
    })
  })

  it('cannot be given connections while it is made, and the refusal says when', () => {
    const attempt = () => planned('web', { supportedIdp: ['users'] })
    expect(attempt).toThrow(/^client\.supportedIdp cannot be set when .* Set it afterwards/)
  })

  it('shows no private key and nothing else that a read would not', async () => {
    const native = await creation.step(PLACE, planned('web')).send(call())
    expect(JSON.stringify(native)).not.toContain('PRIVATE KEY')
    expect(native).not.toHaveProperty('encrypted')
  })

  it('has its secret returned once where reads do not show secrets', async () => {
    await as(WITHOUT_KEYS)
    const step = creation.step(PLACE, planned('web'))
    const native = (await step.send(call())) ?? {}
    expect(native).not.toHaveProperty('client_secret')
    const stored = emulator.client(creation.idOf(native))?.client_secret
    expect(step.reveal()?.reveal()).toBe(stored)
  })

  it('keeps the lifetimes of its plan with client_secret_post, for which Auth0 has others', async () => {
    const next = planned('web', { tokenEndpointAuthMethod: 'client_secret_post' })
    const native = await creation.step(PLACE, next).send(call())
    expect(native?.refresh_token).toEqual(next.refresh_token)
    expect(next.refresh_token).toMatchObject({ token_lifetime: 2_592_000 })
  })

  it('is sent no member that Auth0 would set to the same by itself', async () => {
    await creation.step(PLACE, planned('machine', { idTokenLifetime: 36_000 })).send(call())
    expect(bodies('POST /clients')).toEqual([
      {
        name: 'New client',
        app_type: 'non_interactive',
        grant_types: ['client_credentials'],
        oidc_conformant: true,
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ])
  })

  it('is unknown, and its secret known, when it was made and cannot be read', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: 'GET /clients/{id}' })
    const since = Date.now()
    const step = creation.step(PLACE, planned('web'))
    await expect(step.send(call())).rejects.toMatchObject({ code: 'outcome_unknown' })
    const search = { next: planned('web'), since, isKnown: async () => false }
    const [found] = (await creation.find(PLACE, search, call())) ?? []
    expect(found).toBeDefined()
    expect(step.reveal()?.reveal()).toBe(found?.native.client_secret)
  })

  it('is refused by a rule of Auth0 with the attribute at fault', async () => {
    const next = { ...planned('web'), description: 'x'.repeat(141) }
    await expect(creation.step(PLACE, next).send(call())).rejects.toMatchObject({
      code: 'provider_refused',
      field: 'client.description',
    })
  })
})

describe('the list', () => {
  it('asks for ids and names only, and leaves the tenant itself out', async () => {
    emulator.put({ ...fullAuth0Client, client_id: 'all', name: 'All Applications', global: true })
    const page = await provider.list?.(undefined, call())
    expect(page?.items).toEqual([{ id: 'exampleClientId', name: 'Example' }])
    const { path } = emulator.calls.at(-1) ?? {}
    expect(path).toBe('/api/v2/clients')
  })
})

describe('the secret', () => {
  const { atOnce, unusable, list } = secrets
  const read = () => provider.read(ref('exampleClientId'), call())

  it('is one, with its end where reads show it', async () => {
    const native = await read()
    expect(atOnce(native)).toBe(1)
    expect(unusable(native)).toBeUndefined()
    const hint = String(native.client_secret).slice(-4)
    expect(await list(ref('exampleClientId'), native, call())).toEqual([{ id: 'current', hint }])
    await as(WITHOUT_KEYS)
    expect(await list(ref('exampleClientId'), await read(), call())).toEqual([{ id: 'current' }])
  })

  it.each([
    [{ token_endpoint_auth_method: 'none' }, 'public'],
    [
      {
        client_secret: undefined,
        token_endpoint_auth_method: undefined,
        client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } },
      },
      'keys',
    ],
  ])('cannot be given to a client with %j', async (members, why) => {
    emulator.put({ ...fullAuth0Client, ...members })
    expect(unusable(await read())).toContain(why)
  })
})
