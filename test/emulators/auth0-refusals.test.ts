/** What Auth0 refuses in an update, and its emulator with it. */

import { describe, expect } from 'vitest'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import { type Auth0Caller, FULL_TOKEN, type Members } from './auth0-caller.ts'
import { onAuth0 } from './on-auth0.ts'

let emulator: Auth0Emulator
let call: Auth0Caller

const it = onAuth0({}, (opened) => {
  ;({ emulator, call } = opened)
})

const put = (members: Members) => emulator.put({ client_id: 'c1', name: 'One', ...members })
const patch = (body: unknown) => call('PATCH /clients/c1', body)

describe('a refused update', () => {
  const invalid = (text: string) => `Payload validation error: ${text}.`

  it.each<[unknown, string]>([
    [{}, "'Too few properties defined (0), minimum 1'"],
    [{ nickname: 'x' }, "'Additional properties not allowed: nickname'"],
    [{ client_id: 'x' }, "'Additional properties not allowed: client_id'"],
    [{ tenant: 'x', global: true }, "'Additional properties not allowed: tenant,global'"],
    [{ signing_keys: [] }, "'Additional properties not allowed: signing_keys'"],
    [{ cross_origin_auth: true }, "'Additional properties not allowed: cross_origin_auth'"],
    [
      { refresh_token: { leeway: 1 } },
      "'Missing required property: rotation_type' on property refresh_token (Refresh token configuration)",
    ],
    [{ app_type: 'toaster' }, "'No enum match for: toaster' on property app_type"],
    [
      { grant_types: [''] },
      "'String is too short (0 chars), minimum 1' on property grant_types[0]",
    ],
    [{ grant_types: null }, "'Expected type array but found type null' on property grant_types"],
    [
      { callbacks: ['https://a', 'nowhere'] },
      "'Object didn't pass validation for format callback-url: nowhere' on property callbacks[1]",
    ],
    [
      { jwt_configuration: { alg: 'ES256' } },
      "'No enum match for: ES256' on property jwt_configuration.alg",
    ],
    [
      { client_metadata: { a: 'x'.repeat(256) } },
      "'String is too long (256 chars), maximum 255' on property client_metadata.a",
    ],
  ])('%j: %s', async (body, text) => {
    put({})
    const answer = await patch(body)
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: invalid(text),
      errorCode: 'invalid_body',
    })
    expect(emulator.client('c1')).toEqual({ client_id: 'c1', name: 'One' })
  })

  it.each<[string, Members]>([
    ['a null, which only an update takes', { organization_usage: null }],
    ['a null within logins', { native_social_login: { apple: null } }],
    [
      'a certificate for keys',
      methodOf('private_key_jwt', { credential_type: 'x509_cert', pem: 'x' }),
    ],
    ['a key without its text', methodOf('private_key_jwt', { credential_type: 'public_key' })],
    ['an add-on without its address', { addons: { rms: {} } }],
    ['a part of an express configuration', { express_configuration: { enable_client: true } }],
    ['a quota of nothing', { token_quota: {} }],
  ])('refuses to create a client with %s', async (_, members) => {
    const { status, body } = await call('POST /clients', { name: 'New', ...members })
    expect([status, body.errorCode]).toEqual([400, 'invalid_body'])
  })

  it.each<[string, Members, Members, number]>([
    ['more than 100 addresses', {}, { callbacks: Array(101).fill('https://a') }, 400],
    [
      'an eleventh metadata key',
      { client_metadata: Object.fromEntries([...'abcdefghij'].map((key) => [key, 'v'])) },
      { client_metadata: { k: 'v' } },
      400,
    ],
    [
      'client credentials without authentication',
      { token_endpoint_auth_method: 'none' },
      { grant_types: ['client_credentials'] },
      400,
    ],
    [
      'rotation without expiry',
      {},
      { refresh_token: { rotation_type: 'rotating', expiration_type: 'non-expiring' } },
      400,
    ],
    [
      'an idle lifetime beyond the absolute one',
      {},
      { refresh_token: { ...FULL_TOKEN, idle_token_lifetime: 101 } },
      400,
    ],
    ['a wildcard amid the host', {}, { callbacks: ['https://a.*.example.com'] }, 400],
    [
      'turning a first party into a third',
      { is_first_party: true },
      { is_first_party: false },
      400,
    ],
    [
      'an authentication method beside keys',
      { client_authentication_methods: { private_key_jwt: { credentials: [] } } },
      { token_endpoint_auth_method: 'client_secret_post' },
      400,
    ],
    [
      'a login prompt without OpenID Connect conformance',
      {},
      { organization_require_behavior: 'post_login_prompt' },
      400,
    ],
    ['an alias of another client', {}, { client_aliases: ['taken'] }, 409],
    [
      'a key that does not exist',
      { jwt_configuration: { alg: 'RS256' } },
      { client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_0' }] } } },
      400,
    ],
  ])('%s', async (_says, before, sent, status) => {
    emulator.put({ client_id: 'c0', name: 'Other', client_aliases: ['taken'] })
    put(before)
    expect((await patch(sent)).status).toBe(status)
    expect(emulator.client('c1')).toEqual({ client_id: 'c1', name: 'One', ...before })
  })

  it('accepts wildcards and placeholders where Auth0 does', async () => {
    put({})
    const callbacks = [
      'https://pre-*-post.example.com/cb',
      'https://{organization_name}.example.com',
      'https://{custom_domain.metadata.region}/cb',
      'com.example.app://callback',
    ]
    expect((await patch({ callbacks })).body.callbacks).toEqual(callbacks)
  })
})

function methodOf(name: string, credential: Members): Members {
  return { client_authentication_methods: { [name]: { credentials: [credential] } } }
}

it('takes a policy for multi-resource refresh tokens without scopes, and none without the member', async () => {
  put({})
  const withPolicy = (policy: Members) => ({ refresh_token: { ...FULL_TOKEN, policies: [policy] } })
  const policy = { audience: 'https://api.example.com', scope: [] }
  expect(await patch(withPolicy(policy))).toMatchObject({
    status: 200,
    body: { refresh_token: { policies: [policy] } },
  })
  const { scope: _, ...lacking } = policy
  expect(await patch(withPolicy(lacking))).toMatchObject({ status: 400 })
})
