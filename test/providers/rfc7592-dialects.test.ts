/**
 * What is sent to Keycloak, Hydra and servers that merge, by records as the real servers have shown them (Keycloak
 * 26.7.4, Hydra 2.3.0, Canaille 0.3.6). `npm run test:servers` asks the real ones.
 */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Switches } from '../../src/providers/rfc7592/dialects/dialect.ts'
import type { DialectName } from '../../src/providers/rfc7592/dialects/dialect-names.ts'
import { DIALECTS } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { create, createRfc7592Provider } from '../../src/providers/rfc7592/index.ts'
import { createMapping } from '../../src/providers/rfc7592/mapping.ts'
import { readSource } from '../../src/service/life/copy-source.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, callInTime, openBench } from '../contract/service.ts'

const REF = { provider: 'it', id: 'abc' }
const CALLBACK = 'https://a.example.com/cb'
const UMA = 'urn:ietf:params:oauth:grant-type:uma-ticket'

/** A public client that an administrator of Keycloak has made. */
const KEYCLOAK: JsonObject = {
  client_id: 'abc',
  redirect_uris: [CALLBACK],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code', 'none'],
  scope: 'address phone',
  subject_type: 'public',
  client_name: '',
  client_uri: '',
  request_uris: [],
  frontchannel_logout_uri: 'https://a.example.com/out',
  tls_client_certificate_bound_access_tokens: false,
  dpop_bound_access_tokens: false,
  post_logout_redirect_uris: [CALLBACK],
  client_secret_expires_at: 0,
  backchannel_logout_session_required: false,
  require_pushed_authorization_requests: false,
  frontchannel_logout_session_required: true,
}
const HYDRA: JsonObject = {
  client_id: 'abc',
  client_name: 'a',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: 'openid',
  audience: [],
  owner: '',
  policy_uri: '',
  contacts: [],
  client_secret_expires_at: 0,
  subject_type: 'public',
  jwks: {},
  token_endpoint_auth_method: 'client_secret_basic',
  userinfo_signed_response_alg: 'none',
  created_at: '2026-11-30T07:22:06Z',
  updated_at: '2026-11-30T07:22:06.483274Z',
  skip_consent: false,
  skip_logout_consent: null,
  authorization_code_grant_access_token_lifespan: '1h0m0s',
}
const CANAILLE: JsonObject = {
  client_id: 'abc',
  client_name: 'a',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: [],
  jwks: null,
  software_id: null,
  post_logout_redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_post',
  client_secret: '0123456789abcdef0123456789abcdef0123456789abcdef',
}

let server: Server
let bench: Bench
let sent: JsonObject[]
let record: JsonObject
/** The server knows the client no more. */
let purged: boolean
/** What the server makes of an update. */
let update: (body: JsonObject) => readonly [status: number, record: JsonObject]

beforeEach(async () => {
  sent = []
  purged = false
  update = (body) => [200, { ...record, ...body }]
  server = createServer(async (incoming, outgoing) => {
    let text = ''
    for await (const chunk of incoming) text += chunk
    let status = purged ? 401 : 200
    if (incoming.method === 'PUT' && !purged) {
      const body = JSON.parse(text) as JsonObject
      sent.push(body)
      const [code, after] = update(body)
      status = code
      if (code === 200) record = after
    }
    outgoing.writeHead(status, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify({ ...record, registration_access_token: 'token' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await bench.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function open(dialect: DialectName, first: JsonObject): Promise<Provider> {
  record = first
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/register`
  const providers = new Map<string, Provider>()
  bench = await openBench(providers)
  const { store, seal } = bench.service
  const provider = createRfc7592Provider({
    endpoints: { registrationEndpoint: url, origins: [] },
    dialect: DIALECTS[dialect],
    store,
    seal,
    name: 'it',
    now: Date.now,
  })
  providers.set('it', provider)
  const call = callInTime('adoption')
  await provider.adoption?.take(REF, { token: secret('token') }, call)
  return provider
}
const change = (body: object) => bench.change(REF, body)

describe('Keycloak', () => {
  it('keeps a public client public, and sends neither what follows nor what is shown wrongly', async () => {
    await open('keycloak', KEYCLOAK)
    const added = 'https://b.example.com/cb'
    // Logout URIs that were never set are shown as the callbacks.
    update = (body) => [200, { ...record, ...body, post_logout_redirect_uris: [CALLBACK, added] }]
    const { warnings, native } = await change({ callbacks: { add: [added] } })
    expect(native.token_endpoint_auth_method).toBe('none')
    expect(sent).toEqual([
      {
        client_id: 'abc',
        redirect_uris: [CALLBACK, added],
        token_endpoint_auth_method: 'none',
        response_types: ['code'],
        subject_type: 'public',
        frontchannel_logout_uri: 'https://a.example.com/out',
        tls_client_certificate_bound_access_tokens: false,
        dpop_bound_access_tokens: false,
        require_pushed_authorization_requests: false,
        frontchannel_logout_session_required: true,
        backchannel_logout_revoke_offline_tokens: false,
      },
    ])
    expect(warnings).toEqual([])
  })

  it.each([
    [{ allowedLogoutUrls: [] }, { post_logout_redirect_uris: ['-'] }],
    [{ allowedLogoutUrls: null }, { post_logout_redirect_uris: ['-'] }],
    [{ scopes: ['phone'] }, { scope: 'phone' }],
    [{ scopes: [] }, { scope: '' }],
    [{ providerSettings: { frontchannel_logout_uri: null } }, { frontchannel_logout_uri: '' }],
  ])('removes by %j', async (patch, body) => {
    await open('keycloak', KEYCLOAK)
    update = (asked) => {
      const uris = asked.post_logout_redirect_uris as string[] | undefined
      const logout =
        uris === undefined ? {} : { post_logout_redirect_uris: uris.filter((one) => one !== '-') }
      return [200, { ...record, ...asked, ...logout }]
    }
    expect(await change(patch)).toMatchObject({ outcome: 'applied', warnings: [] })
    expect(sent).toMatchObject([body])
  })

  it('refuses beforehand what no update removes, and what is not shown', async () => {
    await open('keycloak', { ...KEYCLOAK, request_uris: ['https://a.example.com/request'] })
    const removal = change({ providerSettings: { request_uris: null } })
    await expect(removal).rejects.toMatchObject({ code: 'unsupported_field' })
    await expect(change({ logoUri: 'https://a.example.com/logo' })).rejects.toMatchObject({
      code: 'unsupported_field',
    })
    await expect(change({ grantTypes: [] })).rejects.toMatchObject({ code: 'rule_violated' })
    expect(sent).toEqual([])
  })

  it.each([
    ['keep', true, { remove: [UMA] }],
    ['keep', true, ['authorization_code']],
    ['not gain', false, { add: [UMA] }],
  ])('refuses beforehand what no update switches: %s (%j, %j)', async (words, isOn, grantTypes) => {
    const grants = ['authorization_code', 'client_credentials', ...(isOn ? [UMA] : [])]
    const own = { client_secret: 'registered-secret-registered-secret', grant_types: grants }
    await open('keycloak', { ...KEYCLOAK, ...own })
    // What else the change names would be in force: grant types are one member.
    update = (body) => {
      const left = [body.grant_types ?? grants].flat().filter((one) => one !== UMA)
      return [200, { ...record, ...body, grant_types: isOn ? [...left, UMA] : left }]
    }
    await expect(change({ grantTypes })).rejects.toMatchObject({
      code: 'rule_violated',
      field: 'client.grantTypes',
      message: expect.stringContaining(`must ${words} ${UMA}`),
    })
    expect(sent).toEqual([])
    const kept = await change({ grantTypes: { remove: ['client_credentials'] } })
    expect(kept).toMatchObject({ outcome: 'applied', warnings: [] })
  })

  it('answers an update that removes nothing with 502, and has no success in its record', async () => {
    await open('keycloak', {
      ...KEYCLOAK,
      post_logout_redirect_uris: ['https://a.example.com/bye'],
    })
    update = () => [200, record]
    await expect(change({ allowedLogoutUrls: [] })).rejects.toMatchObject({
      code: 'not_applied',
      status: 502,
      details: { fields: ['client.allowedLogoutUrls'] },
    })
  })
})

describe('Hydra', () => {
  it('sends everything but what an update refuses, and sees no change in another spelling', async () => {
    await open('hydra', HYDRA)
    const result = await change({
      name: 'b',
      providerSettings: { authorization_code_grant_access_token_lifespan: '60m' },
    })
    expect(result).toMatchObject({ outcome: 'applied', warnings: [] })
    expect(Object.keys(sent[0] ?? {})).not.toEqual(
      expect.arrayContaining(['jwks', 'created_at', 'updated_at', 'skip_consent', 'owner']),
    )
    expect(sent[0]).toMatchObject({ client_name: 'b', audience: [], scope: 'openid' })
    expect(sent[0]).not.toHaveProperty('jwks')
  })

  it.each([{ skip_consent: true }, { access_token_strategy: 'jwt' }])(
    'does not touch a client with %j, which an update would reset',
    async (members) => {
      await open('hydra', { ...HYDRA, ...members })
      await expect(change({ name: 'b' })).rejects.toMatchObject({ code: 'unsupported_operation' })
      expect(sent).toEqual([])
    },
  )
})

describe('Glewlwyd', () => {
  it('does not touch a client without authentication, which every update makes confidential', async () => {
    await open('glewlwyd', { ...HYDRA, token_endpoint_auth_method: ['none'] })
    await expect(change({ name: 'b' })).rejects.toMatchObject({ code: 'unsupported_operation' })
    expect(sent).toEqual([])
  })
})

describe('a server that merges', () => {
  it('sends no null and no empty scope, and always how the client authenticates', async () => {
    await open('merging', CANAILLE)
    await change({ callbacks: ['https://b.example.com/cb'] })
    expect(sent).toEqual([
      {
        client_id: 'abc',
        redirect_uris: ['https://b.example.com/cb'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ])
  })

  it('loses nothing that goes back to a default where it is left out', async () => {
    const set = {
      application_type: 'native',
      id_token_signed_response_alg: 'ES256',
      require_auth_time: true,
      require_signed_request_object: true,
    }
    await open('merging', { ...CANAILLE, ...set })
    // `setdefault` of authlib 1.7.2, as Canaille 0.3.6 has it.
    const defaults = {
      application_type: 'web',
      id_token_signed_response_alg: 'RS256',
      require_auth_time: false,
      require_signed_request_object: false,
      token_endpoint_auth_method: 'client_secret_basic',
    }
    update = (body) => [200, { ...record, ...defaults, ...body }]
    const { warnings } = await change({ name: 'b' })
    expect(warnings).toEqual([])
    expect(record).toMatchObject({ ...CANAILLE, ...set, client_name: 'b' })
  })

  it('does not take the scope away', async () => {
    await open('merging', { ...CANAILLE, scope: 'openid' })
    await expect(change({ scopes: [] })).rejects.toMatchObject({ code: 'unsupported_field' })
    await expect(change({ scopes: null })).rejects.toMatchObject({ code: 'unsupported_field' })
    expect(sent).toEqual([])
  })
})

it('is one operation where the server answers every update with 500', async () => {
  await open('keycloak', KEYCLOAK)
  update = () => [500, {}]
  await expect(change({ name: 'b' })).rejects.toMatchObject({
    code: 'provider_unavailable',
    details: { outcome: 'not_applied' },
  })
  expect(sent).toHaveLength(1)
  const entries = await bench.service.store.entries(resourceOf(REF))
  expect(entries.filter(({ kind }) => kind === 'intent')).toHaveLength(1)
})

it('answers 404 for a client that its server has purged, which can be copied from its last record', async () => {
  const provider = await open('standard', HYDRA)
  await change({ name: 'Last' })
  purged = true
  await expect(change({ name: 'Later' })).rejects.toMatchObject({
    code: 'client_gone',
    status: 404,
  })
  const source = { ref: REF, provider, removedToo: true }
  const call = callInTime('copy')
  const { native } = await readSource(bench.service, source, call)
  expect(native).toMatchObject({ client_name: 'Last', redirect_uris: [CALLBACK] })
  const hidden = readSource(bench.service, { ...source, removedToo: false }, call)
  await expect(hidden).rejects.toMatchObject({ code: 'client_gone' })
})

it('a server of a configuration has its switches on top of its dialect', async () => {
  bench = await openBench(new Map())
  const { store, seal } = bench.service
  const of = (switches?: Switches) =>
    create(
      {
        endpoints: { registrationEndpoint: 'https://as.example.com/register', origins: [] },
        dialect: 'keycloak',
        switches,
      },
      { now: Date.now, environmentCredentials: () => undefined, store, seal },
      'it',
    ).mapping
  expect(of().settings).toEqual(createMapping(DIALECTS.keycloak).settings)
  expect(of().fields.contacts.support).toBe(
    createMapping(DIALECTS.keycloak).fields.contacts.support,
  )
  const narrow = of({ drops: ['contacts', 'logo_uri'] })
  expect(narrow.fields.logoUri.support).toBe('missing')
  expect(narrow.volatileKeys).toEqual(of().volatileKeys)
})
