/**
 * What a registering server may say, and what is made of it: where it sends tokens, what it drops, how
 * it refuses. A server that answers what a test says, on a real socket.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { EndpointSettings } from '../../src/providers/rfc7592/calls/endpoints.ts'
import type { DialectName } from '../../src/providers/rfc7592/dialects/dialect-names.ts'
import { dialectOf } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createRfc7592Provider } from '../../src/providers/rfc7592/index.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Database, openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly authorization: string | undefined
  readonly body: JsonObject | undefined
}

let server: Server
let url: string
let seen: Seen[]
let answers: Record<string, readonly [number, Json, Record<string, string>?]>
let database: Database

beforeEach(async () => {
  seen = []
  answers = {}
  server = createServer(async (incoming, outgoing) => {
    const text = await textOf(incoming)
    seen.push({
      method: incoming.method,
      url: incoming.url,
      authorization: incoming.headers.authorization,
      body: text === '' ? undefined : JSON.parse(text),
    })
    const asked = `${incoming.method} ${incoming.url}`
    const [status, body, headers = {}] = answers[asked] ?? [404, { error: 'not_found' }]
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers })
    outgoing.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  database = await openDatabase(':memory:')
})
afterEach(async () => {
  database.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) text += chunk
  return text
}

const call = () => ({ deadline: Date.now() + 5_000, timeoutMs: 2_000, operationId: 'operation' })
const REF = { provider: 'it', id: 'abc' }
const RECORD = {
  client_id: 'abc',
  client_name: 'Example',
  redirect_uris: ['https://app.example.com/callback'],
}

function providerWith(
  endpoints: Partial<EndpointSettings> = { registrationEndpoint: `${url}/register` },
  dialect: DialectName = 'standard',
): Provider {
  return createRfc7592Provider({
    endpoints: { origins: [], ...endpoints },
    initialAccessToken: secret('initial'),
    dialect: dialectOf(dialect),
    store: createSqliteStore(database),
    seal: createSeal(Buffer.alloc(32, 5)),
    name: 'it',
    now: Date.now,
  })
}

async function adopted(provider: Provider, record: JsonObject = RECORD) {
  answers['GET /register/abc'] = [200, record]
  return provider.adoption?.take(REF, { token: secret('token') }, call())
}

const register = (provider: Provider) =>
  provider.creation?.step({ provider: 'it' }, { client_name: 'New' }).send(call())

describe('the registration endpoint', () => {
  const discovery = (more: JsonObject = {}) => ({
    issuer: `${url}/tenant`,
    registration_endpoint: `${url}/register`,
    ...more,
  })
  const made = { ...RECORD, registration_access_token: 'token' }

  it.each([
    '/tenant/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/tenant',
  ])('is what the discovery document at %s says, which is read once', async (path) => {
    answers[`GET ${path}`] = [200, discovery()]
    answers['POST /register'] = [201, made]
    answers['GET /register/abc'] = [200, RECORD]
    const provider = providerWith({ issuer: `${url}/tenant` })
    await register(provider)
    await register(provider)
    expect(seen.filter((one) => one.url === path)).toHaveLength(1)
    const posted = seen.filter(({ method }) => method === 'POST')
    expect(posted.map(({ authorization }) => authorization)).toEqual([
      'Bearer initial',
      'Bearer initial',
    ])
  })

  it.each([
    ['names another issuer', { issuer: 'https://other.example' }],
    ['names no endpoint', { registration_endpoint: null }],
    ['names an endpoint elsewhere', { registration_endpoint: 'http://127.0.0.1:1/register' }],
    [
      'names an endpoint with user information',
      { registration_endpoint: 'http://a:b@127.0.0.1/r' },
    ],
  ])('is not taken from a document that %s, and no token is sent', async (_, more) => {
    answers['GET /tenant/.well-known/openid-configuration'] = [200, discovery(more)]
    const attempt = register(providerWith({ issuer: `${url}/tenant` }))
    await expect(attempt).rejects.toMatchObject({ code: 'provider_misconfigured' })
    expect(seen.map(({ authorization }) => authorization)).toEqual([undefined])
  })

  it('is not looked for where the server redirects', async () => {
    const elsewhere = { location: 'http://127.0.0.1:1/' }
    answers['GET /tenant/.well-known/openid-configuration'] = [302, {}, elsewhere]
    const attempt = register(providerWith({ issuer: `${url}/tenant` }))
    await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(seen).toHaveLength(1)
  })

  it('that does not take our token is the operator’s affair', async () => {
    answers['POST /register'] = [401, { error: 'invalid_token' }]
    const attempt = register(providerWith())
    await expect(attempt).rejects.toMatchObject({ code: 'provider_misconfigured' })
  })

  it('that is not there is the operator’s affair too, and no client that is missing', async () => {
    const attempt = register(providerWith())
    await expect(attempt).rejects.toMatchObject({ code: 'provider_misconfigured' })
    expect(seen.map(({ method }) => method)).toEqual(['POST'])
  })

  it('that returns no token has made a client that cannot be managed', async () => {
    answers['POST /register'] = [201, RECORD]
    await expect(register(providerWith())).rejects.toMatchObject({ code: 'outcome_unknown' })
  })
})

describe('the address of a client', () => {
  it.each([
    'http://127.0.0.1:1/register/abc',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    '//127.0.0.1:1/x',
    'not a url',
    ...[
      '/mine/abc',
      '/register',
      '/registered/abc',
      '/register/../mine/abc',
      '/register/%2e%2e/mine',
      '/register/..%2fmine',
      '/register/%252e%252e%252fmine',
      '/register/..;/mine',
      '/register//mine.example/abc',
    ].map((path) => `SERVER${path}`),
  ])('%s is not followed, whatever the server says', async (given) => {
    const told = given.replace('SERVER', url)
    const answer = { ...RECORD, registration_access_token: 'token', registration_client_uri: told }
    answers['POST /register'] = [201, answer]
    await expect(register(providerWith())).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(seen.map(({ method }) => method)).toEqual(['POST'])
  })

  it('at another server gets no request, and one that is configured does', async () => {
    const asked: unknown[] = []
    const stranger = createServer((incoming, outgoing) => {
      asked.push(incoming.headers.authorization)
      outgoing.end(JSON.stringify(RECORD))
    })
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const elsewhere = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
    const told = { registration_client_uri: `${elsewhere}/register/abc` }
    answers['POST /register'] = [201, { ...RECORD, registration_access_token: 'token', ...told }]
    await expect(register(providerWith())).rejects.toMatchObject({ code: 'outcome_unknown' })
    await expect(providerWith().read(REF, call())).rejects.toMatchObject({
      code: 'provider_misconfigured',
    })
    expect(asked).toEqual([])
    const endpoints = { registrationEndpoint: `${url}/register`, origins: [elsewhere] }
    expect(await providerWith(endpoints).read(REF, call())).toMatchObject({ client_id: 'abc' })
    expect(asked).toEqual(['Bearer token'])
    stranger.closeAllConnections()
    await new Promise((resolve) => stranger.close(resolve))
  })

  it.each(['/register/abc', '/register?client_id=abc', '/register/a/b/abc', '/other/abc'])(
    'may be %s, below the endpoint or a URL of the configuration',
    async (path) => {
      answers[`GET ${path}`] = [200, RECORD]
      const clientUris = [`${url}/other/`]
      const provider = providerWith({ registrationEndpoint: `${url}/register`, clientUris })
      const registration = { token: secret('token'), uri: `${url}${path}` }
      expect(await provider.adoption?.take(REF, registration, call())).toMatchObject(RECORD)
    },
  )

  it('gets no token but its own, and none before it was judged', async () => {
    const provider = providerWith()
    await adopted(provider)
    const moved = { token: secret('other token'), uri: `${url}/register/x?id=abc` }
    answers['GET /register/x?id=abc'] = [200, RECORD]
    await provider.adoption?.take(REF, moved, call())
    // The new one is refused from now on, so that the one before it is tried.
    answers['GET /register/x?id=abc'] = [401, {}]
    seen = []
    expect(await provider.read(REF, call())).toMatchObject(RECORD)
    expect(seen.map((one) => [one.url, one.authorization])).toEqual([
      ['/register/x?id=abc', 'Bearer other token'],
      ['/register/abc', 'Bearer token'],
    ])
    seen = []
    for (const path of ['/mine/abc', '/register/..%2fmine']) {
      const mine = { token: secret('token'), uri: `${url}${path}` }
      const refused = { code: 'invalid_field', field: 'registrationClientUri' }
      await expect(provider.adoption?.look(REF, mine, call())).rejects.toMatchObject(refused)
      await expect(provider.adoption?.take(REF, mine, call())).rejects.toMatchObject(refused)
    }
    expect(seen).toEqual([])
  })

  it('is made of its id, encoded once, where none was given', async () => {
    const provider = providerWith()
    const id = 'a/../b?c#d%2e'
    answers['GET /register/a%2F..%2Fb%3Fc%23d%252e'] = [200, { client_id: id }]
    const ref = { provider: 'it', id }
    const native = await provider.adoption?.take(ref, { token: secret('t') }, call())
    expect(native).toMatchObject({ client_id: id })
  })

  it('stays as it was, even where an update names another', async () => {
    const provider = providerWith()
    await adopted(provider)
    const moved = { ...RECORD, registration_client_uri: 'http://127.0.0.1:1/register/abc' }
    answers['PUT /register/abc'] = [200, moved]
    const base = await provider.read(REF, call())
    await provider.steps(REF, base, { ...base, client_name: 'New' })[0]?.send(call())
    expect(await provider.read(REF, call())).toMatchObject({ client_id: 'abc' })
  })
})

describe('an update', () => {
  const stepOf = async (provider: Provider, patch: JsonObject) => {
    const base = await provider.read(REF, call())
    const { next } = planChange(provider.mapping, base, parseMergePatch(patch))
    return provider.steps(REF, base, next)[0]
  }
  const OWN = {
    client_secret: 'a-secret',
    client_secret_expires_at: 0,
    client_id_issued_at: 1,
    registration_access_token: 'token',
    registration_client_uri: 'x',
    unknown: { of: ['tomorrow'] },
    gone: null,
  }

  it('sends all that was read, and nothing that RFC 7592 section 2.2 keeps out of it', async () => {
    const provider = providerWith()
    await adopted(provider, { ...RECORD, ...OWN, registration_client_uri: `${url}/register/abc` })
    const step = await stepOf(provider, { name: 'New' })
    expect(step?.request).toEqual({
      method: 'PUT',
      target: 'registration_client_uri',
      body: {
        ...RECORD,
        client_name: 'New',
        client_secret: 'a-secret',
        unknown: { of: ['tomorrow'] },
      },
    })
  })

  it('goes without what the dialect leaves out', async () => {
    const provider = providerWith(undefined, 'oidc-provider')
    await adopted(provider, { ...RECORD, client_secret: 'a-secret' })
    const step = await stepOf(provider, { name: 'New' })
    expect(step?.request.body).not.toHaveProperty('client_secret')
  })

  it('is refused before it is sent where it would end the secret', async () => {
    const provider = providerWith(undefined, 'glewlwyd')
    const method = { token_endpoint_auth_method: ['client_secret_basic'] }
    await adopted(provider, { ...RECORD, ...method, client_secret: 'a-secret' })
    const attempt = stepOf(provider, { name: 'New' })
    await expect(attempt).rejects.toMatchObject({ code: 'unsupported_operation' })
  })

  it('evens out a method that is given as a list, and sends none that are several', async () => {
    const provider = providerWith(undefined, 'glewlwyd')
    await adopted(provider, { ...RECORD, token_endpoint_auth_method: ['private_key_jwt'] })
    const step = await stepOf(provider, { name: 'New' })
    expect(step?.request.body).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt' })
    answers['GET /register/abc'] = [
      200,
      { ...RECORD, token_endpoint_auth_method: ['none', 'private_key_jwt'] },
    ]
    const attempt = stepOf(provider, { name: 'New' })
    await expect(attempt).rejects.toMatchObject({ field: 'client.tokenEndpointAuthMethod' })
  })

  it.each([
    [400, { error: 'invalid_redirect_uri' }, 'provider_refused', 'client.callbacks'],
    [
      400,
      { error: 'invalid_client_metadata', error_description: 'logo_uri must be a web uri' },
      'provider_refused',
      'client.logoUri',
    ],
    [400, { error: 'x', error_description: 'tos_uri is bad' }, 'provider_refused', 'client.tosUri'],
    [
      400,
      { error: 'x', error_description: 'scope must only contain supported values' },
      'provider_refused',
      'client.scopes',
    ],
    [403, {}, 'provider_misconfigured', undefined],
    [405, {}, 'provider_misconfigured', undefined],
    [404, {}, 'client_gone', undefined],
    [429, {}, 'provider_throttled', undefined],
  ] as const)('answered %i %j is %s', async (status, body, code, field) => {
    const provider = providerWith()
    await adopted(provider)
    answers['PUT /register/abc'] = [status, body]
    const step = await stepOf(provider, { name: 'New' })
    await expect(step?.send(call())).rejects.toMatchObject({ code, field })
  })

  it('answers nothing of its own: what is in force is read', async () => {
    const provider = providerWith()
    await adopted(provider)
    answers['PUT /register/abc'] = [200, { ...RECORD, client_name: 'Echoed and not stored' }]
    const step = await stepOf(provider, { name: 'Echoed and not stored' })
    expect(await step?.send(call())).toBeUndefined()
    expect(await provider.read(REF, call())).toMatchObject({ client_name: 'Example' })
  })
})

describe('a removal', () => {
  const remove = async (provider: Provider) => {
    const base = await provider.read(REF, call())
    return provider.removal?.(REF, base).send(call())
  }

  it.each([
    [405, 'provider_misconfigured'],
    [429, 'provider_throttled'],
    [400, 'provider_refused'],
  ])(
    'that was answered %i is none: a token refused later is reported as such',
    async (status, code) => {
      const provider = providerWith()
      await adopted(provider)
      answers['DELETE /register/abc'] = [status, {}]
      await expect(remove(provider)).rejects.toMatchObject({ code })
      answers['GET /register/abc'] = [401, {}]
      const read = providerWith().read(REF, call())
      await expect(read).rejects.toMatchObject({ code: 'client_gone' })
    },
  )

  it('whose answer was lost may be one: a token refused later means that the client is gone', async () => {
    const provider = providerWith()
    await adopted(provider)
    answers['DELETE /register/abc'] = [500, {}]
    await expect(remove(provider)).rejects.toMatchObject({ code: 'outcome_unknown' })
    answers['GET /register/abc'] = [401, {}]
    await expect(provider.read(REF, call())).rejects.toMatchObject({ code: 'not_found' })
  })
})

it('never takes the record of another client for this one', async () => {
  const provider = providerWith()
  await adopted(provider)
  answers['GET /register/abc'] = [200, { ...RECORD, client_id: 'other' }]
  await expect(provider.read(REF, call())).rejects.toMatchObject({ code: 'provider_unavailable' })
})

it('looks at what an unknown client is opened by before anything is sent', async () => {
  await expect(providerWith().read(REF, call())).rejects.toMatchObject({ code: 'not_found' })
  expect(seen).toEqual([])
})
