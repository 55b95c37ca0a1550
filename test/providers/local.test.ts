/** The local provider without its OpenID Provider: what a change stores, and what is refused and how. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { DEVELOPMENT_CLIENT_ID, newClient } from '../../src/providers/local/clients.ts'
import { createLocalProvider, putLocalClient } from '../../src/providers/local/index.ts'
import { mapping } from '../../src/providers/local/mapping.ts'
import { putDevelopmentClient } from '../../src/providers/local/openid/token.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { createClient } from '../../src/service/life/create.ts'
import type { Documents } from '../../src/store/documents.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { storedDocument } from '../fixtures/stored-document.ts'

const NOW = 1_800_000_000_000
const ID = 'exampleClientId'
const call = { deadline: Number.MAX_SAFE_INTEGER, timeoutMs: 1_000, operationId: 'test' }

let bench: Bench
let documents: Documents
let provider: Provider

beforeEach(async () => {
  const providers = new Map<string, Provider>()
  bench = await openBench(providers)
  documents = createDocuments(bench.database, { keys: keysOf(bench.key) })
  provider = createLocalProvider({ documents, now: () => NOW })
  providers.set('local', provider)
  await putLocalClient(documents, fullLocalClient)
})
afterEach(() => bench.close())

const ref = (id = ID) => ({ provider: 'local', id })
const change = (client: JsonObject, id = ID) => bench.change(ref(id), client)
const stored = (id = ID) => storedDocument(bench, 'client', id)
const without = (...members: string[]) =>
  Object.fromEntries(Object.entries(fullLocalClient).filter(([name]) => !members.includes(name)))

describe('a change', () => {
  it('stores what it names and the time, and nothing else', async () => {
    await change({ description: 'Changed' })
    expect(stored()).toEqual({
      ...fullLocalClient,
      description: 'Changed',
      updated_at: NOW / 1_000,
    })
  })

  it('goes back to the default when a field is cleared', async () => {
    await change({ idTokenLifetime: null, responseTypes: null, clientMetadata: null })
    const left = without('id_token_lifetime', 'response_types', 'metadata')
    expect(stored()).toEqual({ ...left, updated_at: NOW / 1_000 })
  })

  it('writes one request that holds what changes, and removes with null', async () => {
    const base = await provider.read(ref(), call)
    const { description: _, ...others } = base
    const next = { ...others, logo_uri: 'https://new.example.com/logo.png' }
    const steps = provider.steps(ref(), base, next)
    const [step] = steps
    expect(steps).toHaveLength(1)
    expect(step?.request.body).toEqual({
      description: null,
      logo_uri: 'https://new.example.com/logo.png',
    })
    expect(await step?.send(call)).toEqual(stored())
    expect(provider.steps(ref(), base, base)).toEqual([])
  })

  it('keeps what someone else changed between the read and the write', async () => {
    const base = await provider.read(ref(), call)
    await putLocalClient(documents, { ...fullLocalClient, client_name: 'Foreign' })
    await provider.steps(ref(), base, { ...base, description: 'Ours' })[0]?.send(call)
    expect(stored()).toMatchObject({ client_name: 'Foreign', description: 'Ours' })
  })

  it('leaves alone what neither this program nor the OpenID Provider knows', async () => {
    const tomorrow = { some: ['thing', 1], flag: true }
    await putLocalClient(documents, { ...fullLocalClient, member_of_tomorrow: tomorrow })
    await change({ callbacks: ['https://new.example.com/callback'] })
    expect(stored()).toMatchObject({ member_of_tomorrow: tomorrow })
  })

  it('takes settings that have no attribute, and not those that no one knows', async () => {
    await putLocalClient(documents, {
      ...fullLocalClient,
      backchannel_logout_uri: 'https://app.example.com/backchannel',
    })
    await change({ providerSettings: { default_max_age: 60, backchannel_logout_uri: null } })
    expect(stored()).toMatchObject({ default_max_age: 60 })
    expect(stored()).not.toHaveProperty('backchannel_logout_uri')
    const unknown = change({ providerSettings: { sector_identifier_uri: 'https://a.example' } })
    await expect(unknown).rejects.toMatchObject({ code: 'unknown_field' })
  })

  it('warns of a public client whose refresh tokens are not rotated', async () => {
    const { warnings } = await change({ tokenEndpointAuthMethod: 'none' })
    expect(warnings.map(({ code }) => code)).toEqual(['refresh_tokens_not_rotated'])
  })
})

/** Base, what is asked for, the code and the field of the refusal. */
const REFUSALS: readonly (readonly [string, JsonObject, JsonObject, string, string])[] = [
  [
    'a response type without its grant type',
    fullLocalClient,
    { grantTypes: ['client_credentials'] },
    'rule_violated',
    'client.responseTypes',
  ],
  [
    'a grant type without its response type',
    fullLocalClient,
    { responseTypes: [] },
    'rule_violated',
    'client.responseTypes',
  ],
  ['no callback', fullLocalClient, { callbacks: [] }, 'rule_violated', 'client.callbacks'],
  [
    'client credentials of a public client',
    { ...fullLocalClient, token_endpoint_auth_method: 'none' },
    { grantTypes: { add: ['client_credentials'] } },
    'rule_violated',
    'client.grantTypes',
  ],
  [
    'a public client that holds client credentials',
    { ...fullLocalClient, grant_types: ['authorization_code', 'client_credentials'] },
    { tokenEndpointAuthMethod: 'none' },
    'rule_violated',
    'client.grantTypes',
  ],
  [
    'a confidential client without a secret',
    { ...without('client_secret'), token_endpoint_auth_method: 'none' },
    { tokenEndpointAuthMethod: 'client_secret_basic' },
    'rule_violated',
    'client.tokenEndpointAuthMethod',
  ],
  [
    'a client with keys that has none',
    without('jwks'),
    { tokenEndpointAuthMethod: 'private_key_jwt' },
    'rule_violated',
    'client.tokenEndpointAuthMethod',
  ],
  [
    'two sources of keys',
    { ...fullLocalClient, jwks: { keys: [] } },
    { providerSettings: { jwks_uri: 'https://app.example.com/jwks' } },
    'rule_violated',
    'client.providerSettings.jwks',
  ],
  [
    'a grace period of refresh tokens',
    fullLocalClient,
    { refreshTokenRotation: { enabled: true, graceSeconds: 5 } },
    'unsupported_field',
    'client.refreshTokenRotation.graceSeconds',
  ],
  [
    'an access token that lives for weeks',
    fullLocalClient,
    { accessTokenLifetime: 1_000_000 },
    'invalid_field',
    'client.accessTokenLifetime',
  ],
  [
    'a scope with a space',
    fullLocalClient,
    { scopes: ['openid profile'] },
    'invalid_field',
    'client.scopes[0]',
  ],
  [
    'a secret that is not ASCII',
    fullLocalClient,
    { secret: 'ö'.repeat(30) },
    'invalid_field',
    'client.secret',
  ],
  [
    'a scope that the OpenID Provider does not have',
    fullLocalClient,
    { scopes: ['openid', 'orders'] },
    'invalid_field',
    'client.scopes[1]',
  ],
  [
    'a loopback https callback of a native client',
    { ...fullLocalClient, redirect_uris: ['https://localhost/callback'] },
    { appType: 'native' },
    'provider_refused',
    'client.callbacks',
  ],
  [
    'a contact that is no mail address',
    fullLocalClient,
    { contacts: ['the team'] },
    'provider_refused',
    'client.contacts',
  ],
  [
    'a key set that holds a private key',
    fullLocalClient,
    { providerSettings: { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }] } } },
    'provider_refused',
    '',
  ],
  [
    'a setting of the wrong kind',
    fullLocalClient,
    { providerSettings: { response_modes: 7 } },
    'provider_refused',
    'client.providerSettings.response_modes',
  ],
]

describe('a refusal', () => {
  it.each(REFUSALS)('of %s names the field and changes nothing', async (...row) => {
    const [, base, client, code, field] = row
    await putLocalClient(documents, base)
    const expected = field === '' ? { code } : { code, field }
    await expect(change(client)).rejects.toMatchObject(expected)
    expect(stored()).toEqual(base)
  })

  it.each(REFUSALS)('of %s is that of a dry run too, and leaves no record', async (...row) => {
    const [, base, client, code] = row
    putLocalClient(documents, base)
    for (const dryRun of [true, false]) {
      const attempt = bench.change(ref(), client, { dryRun })
      await expect(attempt, `dry run: ${dryRun}`).rejects.toMatchObject({ code })
    }
    expect(await bench.service.store.last(resourceOf(ref()))).toBeUndefined()
  })

  it.each([
    ['client_secret_jwt', 'RS256', /it must be 'HS256'\.$/],
    ['private_key_jwt', 'HS256', /it must be 'RS256', .*'ES256'/],
    ['client_secret_basic', 'HS256', /no values are allowed/],
  ])('of a raw setting lists in a dry run what goes with %s', async (method, alg, says) => {
    const base = { ...fullLocalClient, token_endpoint_auth_method: method }
    putLocalClient(documents, { ...base, jwks_uri: 'https://app.example.com/jwks' })
    const client = { providerSettings: { token_endpoint_auth_signing_alg: alg } }
    await expect(bench.change(ref(), client, { dryRun: true })).rejects.toThrow(says)
  })

  it('is that of a creation in a dry run too', async () => {
    const patch = parseMergePatch({
      name: 'New',
      contacts: ['the team'],
      callbacks: ['https://app.example.com/cb'],
    })
    const request = { ...requestFor(bench.service, ref(), {}), patch, place: { provider: 'local' } }
    const plan = createClient(bench.service, { ...request, kind: 'web', dryRun: true })
    await expect(plan).rejects.toMatchObject({ code: 'provider_refused', field: 'client.contacts' })
  })

  it('never holds the value that was refused', async () => {
    const attempt = change({ contacts: ['canary-value'] })
    await expect(attempt).rejects.toThrow(/^client\.contacts is refused/)
    await expect(attempt).rejects.not.toThrow(/canary/)
  })
})

describe('the client of the server itself', () => {
  it('is hidden, and cannot be changed even by a step that was planned for it', async () => {
    putDevelopmentClient(documents, NOW)
    const before = stored(DEVELOPMENT_CLIENT_ID) as JsonObject
    const hidden = { code: 'not_found' }
    await expect(change({ name: 'Mine' }, DEVELOPMENT_CLIENT_ID)).rejects.toMatchObject(hidden)
    const next = { ...before, client_name: 'Mine' }
    const [step] = provider.steps(ref(DEVELOPMENT_CLIENT_ID), before, next)
    await expect(step?.send(call)).rejects.toMatchObject(hidden)
    expect(stored(DEVELOPMENT_CLIENT_ID)).toEqual(before)
  })

  it('gets a new secret each time', async () => {
    const first = await putDevelopmentClient(documents, NOW)
    expect((await putDevelopmentClient(documents, NOW)).clientSecret).not.toBe(first.clientSecret)
  })
})

describe('a client with nothing but a name', () => {
  it('shows the defaults that the OpenID Provider goes by', () => {
    const client = showClient(mapping, newClient({ client_id: 'a', client_name: 'A' }, NOW))
    const expected: Readonly<Record<string, Json>> = {
      grantTypes: ['authorization_code'],
      responseTypes: ['code'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      appType: 'web',
      idTokenSignedResponseAlg: 'RS256',
      accessTokenLifetime: 3_600,
      refreshTokenLifetime: 1_209_600,
      refreshTokenRotation: { enabled: true, graceSeconds: 0 },
      firstParty: true,
      disabled: false,
      createdAt: '2027-01-15T08:00:00.000Z',
      secret: null,
    }
    expect(client).toMatchObject(expected)
  })
})

it('is not_found for a client that went while it was being changed', async () => {
  const base = await provider.read(ref(), call)
  const [step] = provider.steps(ref(), base, { ...base, description: 'x' })
  documents.remove('client', ID)
  await expect(step?.send(call)).rejects.toMatchObject({ code: 'not_found' })
})

it('is provider_unavailable when the database cannot be used, since nothing was changed', async () => {
  const base = await provider.read(ref(), call)
  const [step] = provider.steps(ref(), base, { ...base, description: 'x' })
  bench.database.exec('pragma query_only = on')
  await expect(step?.send(call)).rejects.toMatchObject({ code: 'provider_unavailable' })
  bench.database.exec('pragma query_only = off')
  expect(stored()).toEqual(fullLocalClient)
})
