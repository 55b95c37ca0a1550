/**
 * What the documented endpoint refuses: each with the documented code and a sentence that helps, and
 * nothing sent upstream, but for a read where the client itself decides.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { HttpRequest } from '../../src/http/wire/message.ts'
import { startWorld, type World } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

let world: World
let token: string

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  token = await world.token()
  world.auth0.clearCalls()
  world.cognito.clearCalls()
})

interface Refused {
  readonly name: string
  readonly path?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, readonly string[]>>
  readonly client?: unknown
  /** In place of `{ client }`. */
  readonly body?: string | Uint8Array
  readonly status: number
  readonly code: string
  readonly field?: string
  readonly says?: RegExp
  /** The client is read for it, since it may hold the value already. */
  readonly isRead?: true
}

const cognito = (client: unknown) =>
  JSON.stringify({ provider: 'cognito-client', userPoolId: POOL_ID, client })
const form = { 'content-type': ['application/x-www-form-urlencoded'] }
const jsonPatch = { 'content-type': ['application/json-patch+json'] }

const CASES: readonly Refused[] = [
  {
    name: 'malformed JSON',
    body: '{"client": {',
    status: 400,
    code: 'invalid_request',
    says: /must be JSON/,
  },
  { name: 'JSON that is a text', body: '"client"', status: 400, code: 'invalid_request' },
  { name: 'no body', body: '', status: 400, code: 'invalid_request', field: 'client' },
  { name: 'no client', body: '{}', status: 400, code: 'invalid_request', field: 'client' },
  {
    name: 'a client that is a list',
    client: [],
    status: 400,
    code: 'invalid_request',
    field: 'client',
  },
  {
    name: 'a name twice',
    body: '{"client":{"name":"a","name":"b"}}',
    status: 400,
    code: 'invalid_request',
    field: 'client.name',
    says: /twice/,
  },
  {
    name: 'a name twice, once escaped',
    body: '{"client":{"name":"a","n\\u0061me":"b"}}',
    status: 400,
    code: 'invalid_request',
    says: /twice/,
  },
  {
    name: '__proto__',
    body: '{"client":{"clientMetadata":{"__proto__":{"a":1}}}}',
    status: 400,
    code: 'invalid_request',
    says: /__proto__/,
  },
  {
    name: '__proto__, escaped',
    body: '{"client":{"clientMetadata":{"\\u005f_proto__":{"a":1}}}}',
    status: 400,
    code: 'invalid_request',
    says: /__proto__/,
  },
  {
    name: 'a constructor in a form',
    body: 'client[clientMetadata][constructor]=x',
    headers: form,
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'invalid UTF-8',
    body: Uint8Array.of(0x7b, 0xff, 0x7d),
    status: 400,
    code: 'invalid_request',
    says: /UTF-8/,
  },
  {
    name: 'deep nesting',
    body: `{"client":${'['.repeat(100)}${']'.repeat(100)}}`,
    status: 400,
    code: 'invalid_request',
    says: /nested/,
  },
  {
    name: 'a lone surrogate',
    body: '{"client":{"name":"\\ud800"}}',
    status: 400,
    code: 'invalid_request',
    says: /surrogate/,
  },
  {
    name: 'an unknown member beside the client',
    body: '{"client":{},"dryRun":true}',
    status: 400,
    code: 'unknown_field',
    field: 'dryRun',
  },
  {
    name: 'a wrong content type',
    headers: { 'content-type': ['text/plain'] },
    client: {},
    status: 415,
    code: 'unsupported_media_type',
    says: /application\/json/,
  },
  {
    name: 'no content type',
    headers: { 'content-type': [] },
    client: {},
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'a wrong charset',
    headers: { 'content-type': ['application/json; charset=latin1'] },
    client: {},
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'a compressed body',
    headers: { 'content-encoding': ['gzip'] },
    client: {},
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'two content types',
    headers: { 'content-type': ['application/json', 'text/plain'] },
    client: {},
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a form of too many pairs',
    body: 'a=1&'.repeat(2_001),
    headers: form,
    status: 413,
    code: 'too_large',
  },
  {
    name: 'a form with a gap',
    body: 'client[callbacks][0]=https://a.example&client[callbacks][2]=https://b.example',
    headers: form,
    status: 400,
    code: 'invalid_field',
    field: 'client.callbacks',
  },
  {
    name: 'a form with a word for a flag',
    body: 'client[oidcConformant]=yes',
    headers: form,
    status: 400,
    code: 'invalid_field',
    field: 'client.oidcConformant',
  },
  {
    name: 'a form with broken percent-encoding',
    body: 'client[name]=%ff',
    headers: form,
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'an unknown provider',
    body: '{"provider":"okta","client":{}}',
    status: 400,
    code: 'invalid_field',
    field: 'provider',
    says: /auth0, cognito-client, local/,
  },
  {
    name: 'a provider that is a number',
    body: '{"provider":1,"client":{}}',
    status: 400,
    code: 'invalid_field',
    field: 'provider',
  },
  {
    name: 'Cognito without a pool',
    body: '{"provider":"cognito-client","client":{}}',
    status: 400,
    code: 'invalid_field',
    field: 'userPoolId',
  },
  {
    name: 'a malformed pool',
    body: '{"provider":"cognito-client","userPoolId":"x/../y","client":{}}',
    status: 400,
    code: 'invalid_field',
    field: 'userPoolId',
  },
  {
    name: 'a pool that is not configured',
    body: '{"provider":"cognito-client","userPoolId":"us-east-1_other","client":{}}',
    status: 404,
    code: 'not_found',
  },
  {
    name: 'a pool for Auth0',
    body: `{"userPoolId":"${POOL_ID}","client":{}}`,
    status: 400,
    code: 'invalid_field',
    field: 'userPoolId',
  },
  {
    name: 'an unknown attribute',
    client: { callback: [] },
    status: 400,
    code: 'unknown_field',
    field: 'client.callback',
  },
  {
    name: 'an unknown attribute that is a script',
    client: { '<script>alert(1)</script>': 1 },
    status: 400,
    code: 'unknown_field',
  },
  {
    name: 'an attribute that Cognito lacks',
    body: cognito({ description: 'x' }),
    status: 400,
    code: 'unsupported_field',
    field: 'client.description',
    says: /no description/,
  },
  {
    name: 'an attribute that Auth0 lacks',
    client: { scopes: ['x'] },
    status: 400,
    code: 'unsupported_field',
    field: 'client.scopes',
  },
  {
    name: 'an operation on an attribute that Auth0 lacks',
    body: '[{"op":"add","path":"/scopes/-","value":"x"}]',
    headers: jsonPatch,
    status: 400,
    code: 'unsupported_field',
    field: 'client.scopes',
  },
  {
    name: 'an operation that does not exist',
    body: '[{"op":"set","path":"/name"}]',
    headers: jsonPatch,
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a text for a list',
    client: { callbacks: 'https://a.example' },
    status: 400,
    code: 'invalid_field',
    field: 'client.callbacks',
  },
  {
    name: 'a callback with user information',
    client: { callbacks: ['https://good@evil.example/'] },
    status: 400,
    code: 'invalid_field',
    field: 'client.callbacks[0]',
    isRead: true,
  },
  {
    name: 'a callback that is a script',
    client: { callbacks: { add: ['JaVaScRiPt:alert(1)'] } },
    status: 400,
    code: 'invalid_field',
    field: 'client.callbacks.add[0]',
    isRead: true,
  },
  {
    name: '101 callbacks',
    client: { callbacks: Array.from({ length: 101 }, (_, n) => `https://a.example/${n}`) },
    status: 400,
    code: 'invalid_field',
    field: 'client.callbacks',
    isRead: true,
  },
  {
    name: 'an unknown query parameter',
    query: 'dryrun=true',
    client: {},
    status: 400,
    code: 'invalid_request',
    says: /dryRun/,
  },
  {
    name: 'a dry run that is neither',
    query: 'dryRun=yes',
    client: {},
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a malformed If-Match',
    headers: { 'if-match': ['abc'] },
    client: {},
    status: 400,
    code: 'invalid_request',
    field: 'If-Match',
  },
  {
    name: 'an id that climbs',
    path: '/clients/..%2f..%2fadmin',
    client: {},
    status: 400,
    code: 'invalid_field',
    field: 'clientId',
  },
  {
    name: 'an id of a dot',
    path: '/clients/%2e%2e',
    client: {},
    status: 400,
    code: 'invalid_field',
    field: 'clientId',
  },
  {
    name: 'an id with a line break',
    path: '/clients/a%0ab',
    client: {},
    status: 400,
    code: 'invalid_field',
    field: 'clientId',
  },
  {
    name: 'an id of 256 characters',
    path: `/clients/${'a'.repeat(256)}`,
    client: {},
    status: 400,
    code: 'invalid_field',
    field: 'clientId',
  },
  {
    name: 'an id that is not UTF-8',
    path: '/clients/%ff',
    client: {},
    status: 400,
    code: 'invalid_request',
  },
  { name: 'an unknown path', path: '/client/x', client: {}, status: 404, code: 'no_such_route' },
  {
    name: 'two tokens',
    headers: { authorization: ['Bearer a', 'Bearer b'] },
    client: {},
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'no token',
    headers: { authorization: [] },
    client: {},
    status: 401,
    code: 'unauthenticated',
  },
  {
    name: 'another scheme',
    headers: { authorization: ['Basic YTpi'] },
    client: {},
    status: 401,
    code: 'unauthenticated',
  },
  {
    name: 'a Bearer without a token',
    headers: { authorization: ['Bearer'] },
    client: {},
    status: 401,
    code: 'unauthenticated',
  },
]

function requestOf({
  path = '/clients/exampleClientId',
  query = '',
  headers,
  client,
  body,
}: Refused): HttpRequest {
  const bytes = body ?? JSON.stringify({ client })
  const all = {
    authorization: [`Bearer ${token}`],
    'content-type': ['application/json'],
    ...headers,
  }
  return {
    method: 'PATCH',
    path,
    query,
    headers: Object.fromEntries(Object.entries(all).filter(([, values]) => values.length > 0)),
    body: bytes.length === 0 ? undefined : Buffer.from(bytes as string),
    deadline: Date.now() + 5_000,
  }
}

describe('PATCH /clients/{clientId} refuses', () => {
  it.each(CASES)('$name', async (refused) => {
    const response = await world.clientry.app(requestOf(refused))
    const body = JSON.parse(response.body) as JsonObject
    expect({ status: response.status, code: body.code }).toEqual({
      status: refused.status,
      code: refused.code,
    })
    expect(Object.keys(body)[0]).toBe('error')
    expect(body.error).toMatch(/^.{10,}[.]$/s)
    if (refused.field !== undefined) expect(body.field).toBe(refused.field)
    if (refused.says !== undefined) expect(body.error).toMatch(refused.says)
    const sent = refused.isRead ? world.upstreamWrites() : world.upstreamCalls()
    expect(sent).toBe(0)
  })
})

it('answers for an unknown client as for one in a pool that it does not serve, byte for byte', async () => {
  const ask = async (body: string) => {
    const request = requestOf({ name: '', path: '/clients/nobody', body, status: 0, code: '' })
    const headers = { ...request.headers, 'x-request-id': ['same'] }
    return (await world.clientry.app({ ...request, headers })).body
  }
  const address = (userPoolId: string) =>
    JSON.stringify({ provider: 'cognito-client', userPoolId, client: { name: 'x' } })
  expect(await ask(address(POOL_ID))).toBe(await ask(address('us-east-1_other')))
})

it('answers 503, and never 401, when the keys cannot be fetched', async () => {
  const other = await startWorld()
  other.failKeys()
  const request = requestOf({ name: '', client: {}, status: 0, code: '' })
  const headers = { ...request.headers, authorization: [`Bearer ${await other.token()}`] }
  const response = await other.clientry.app({ ...request, headers })
  expect(response.status).toBe(503)
  expect(JSON.parse(response.body)).toMatchObject({ code: 'keys_unavailable' })
  await other.close()
})

describe('with scopes mapped to permissions', () => {
  let mapped: World
  beforeAll(async () => {
    mapped = await startWorld({
      permissions: [
        { scope: 'read', grants: ['clients:read'] },
        { scope: 'write', grants: ['clients:read', 'clients:write'] },
        { scope: 'reveal', grants: ['clients:read', 'clients:write', 'secrets:read'] },
        { scope: 'cognito', grants: ['clients:write'], providers: ['cognito-client'] },
      ],
    })
  })
  afterAll(() => mapped.close())

  const send = async (scopes: string[], body: JsonObject) => {
    const request = requestOf({ name: '', body: JSON.stringify(body), status: 0, code: '' })
    const headers = { ...request.headers, authorization: [`Bearer ${await mapped.token(scopes)}`] }
    const response = await mapped.clientry.app({ ...request, headers })
    return { status: response.status, body: JSON.parse(response.body) as JsonObject }
  }

  it('refuses a change by a reader with 403, naming the scope', async () => {
    const answer = await send(['read'], { client: { name: 'x' } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
    expect(answer.body.error).toMatch(/write/)
    expect(mapped.upstreamCalls()).toBe(0)
  })

  it('refuses a caller without any permission', async () => {
    expect(await send([], { client: {} })).toMatchObject({ status: 403 })
  })

  it('hides a provider at which the caller may do nothing', async () => {
    const answer = await send(['cognito'], { client: {} })
    expect(answer).toMatchObject({ status: 400, body: { field: 'provider' } })
    expect(answer.body.error).not.toMatch(/auth0|local/)
  })

  it('shows the secret to those who may see it, and null to others, never a mask', async () => {
    const hidden = await send(['write'], { client: {} })
    expect(hidden.body).toMatchObject({ secret: null, secretRedacted: true })
    const shown = await send(['reveal'], { client: {} })
    expect(shown.body.secret).toMatch(/^auth0-secret/)
    expect(shown.body).not.toHaveProperty('secretRedacted')
  })

  it('takes a redacted client back, and a seen secret, without a change', async () => {
    const hidden = await send(['write'], { client: {} })
    expect(await send(['write'], { client: hidden.body })).toMatchObject({ status: 200 })
    const shown = await send(['reveal'], { client: {} })
    expect(await send(['reveal'], { client: shown.body })).toMatchObject({ status: 200 })
  })

  it('refuses a new secret without the permission for it, and compares none for who may not see it', async () => {
    const secret = 'another-secret-another-secret'
    expect(await send(['reveal'], { client: { secret } })).toMatchObject({ status: 403 })
    const real = (await send(['reveal'], { client: {} })).body.secret as string
    expect(await send(['write'], { client: { secret: real } })).toMatchObject({ status: 403 })
  })
})
