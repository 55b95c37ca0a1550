/** What the Auth0 emulator makes of creations, updates and removals of clients. */

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

describe('an update', () => {
  it.each<[string, string, unknown, unknown, unknown]>([
    ['replaces a list', 'callbacks', ['https://a', 'https://b'], ['https://c'], ['https://c']],
    ['keeps an empty list', 'callbacks', ['https://a'], [], []],
    ['keeps an empty text', 'description', 'old', '', ''],
    ['removes an empty login address', 'initiate_login_uri', 'https://a', '', undefined],
    ['removes what is null', 'compliance_level', 'none', null, undefined],
    ['adds metadata', 'client_metadata', { a: '1' }, { b: '2' }, { a: '1', b: '2' }],
    ['removes metadata by null', 'client_metadata', { a: '1', b: '2' }, { a: null }, { b: '2' }],
    ['clears metadata', 'client_metadata', { a: '1' }, {}, {}],
    [
      'merges token settings',
      'jwt_configuration',
      { alg: 'RS256', lifetime_in_seconds: 1 },
      { lifetime_in_seconds: 2 },
      { alg: 'RS256', lifetime_in_seconds: 2 },
    ],
    [
      'merges request object settings',
      'signed_request_object',
      { required: true, credentials: [{ id: 'cred_1' }] },
      { required: false },
      { required: false, credentials: [{ id: 'cred_1' }] },
    ],
    [
      'merges native logins',
      'native_social_login',
      { apple: { enabled: true } },
      { google: { enabled: true } },
      { apple: { enabled: true }, google: { enabled: true } },
    ],
    [
      'replaces the platform sent and keeps the other',
      'mobile',
      { ios: { team_id: 'a', app_bundle_identifier: 'b' }, android: { app_package_name: 'c' } },
      { ios: { team_id: 'd' } },
      { ios: { team_id: 'd' }, android: { app_package_name: 'c' } },
    ],
    [
      'replaces the add-on sent and keeps the others',
      'addons',
      { aws: { principal: 'a', role: 'b' }, slack: { team: 'c' } },
      { aws: {} },
      { aws: {}, slack: { team: 'c' } },
    ],
    ['clears the add-ons', 'addons', { slack: { team: 'c' } }, {}, {}],
    ['removes the add-ons', 'addons', { slack: { team: 'c' } }, null, undefined],
    [
      'removes a delegation and keeps the rest of the session transfer',
      'session_transfer',
      { allow_refresh_token: true, delegation: { allow_delegated_access: true } },
      { delegation: null },
      { allow_refresh_token: true },
    ],
    [
      'replaces refresh settings',
      'refresh_token',
      { ...FULL_TOKEN, leeway: 9 },
      FULL_TOKEN,
      FULL_TOKEN,
    ],
    [
      'removes empty logout settings',
      'oidc_logout',
      { backchannel_logout_urls: [] },
      {},
      undefined,
    ],
  ])('%s', async (_says, member, before, sent, after) => {
    put({ [member]: before, kept: 'as it was' })
    const { status, body } = await patch({ [member]: sent })
    expect(status).toBe(200)
    expect(body).toEqual(emulator.client('c1'))
    expect(body).toEqual({
      client_id: 'c1',
      name: 'One',
      kept: 'as it was',
      ...(after === undefined ? {} : { [member]: after }),
    })
  })

  it('fills the defaults when session transfer is set for the first time', async () => {
    put({})
    const { body } = await patch({ session_transfer: { allow_refresh_token: true } })
    expect(body.session_transfer).toMatchObject({
      allow_refresh_token: true,
      enforce_device_binding: 'ip',
      allowed_authentication_methods: [],
    })
  })

  it('mirrors the logout addresses under their old name, and clears both by either', async () => {
    put({})
    const urls = { backchannel_logout_urls: ['https://a/out'] }
    expect((await patch({ oidc_logout: urls })).body.oidc_backchannel_logout).toEqual(urls)
    const { body } = await patch({ oidc_backchannel_logout: null })
    expect(body).not.toHaveProperty('oidc_logout')
    expect(body).not.toHaveProperty('oidc_backchannel_logout')
  })

  it('takes the secret out of sight with key authentication, and brings it back', async () => {
    put({
      client_secret: 's1',
      token_endpoint_auth_method: 'client_secret_post',
      jwt_configuration: { alg: 'RS256' },
    })
    emulator.putCredential('c1', { id: 'cred_1', credential_type: 'public_key' })
    const keyed = await patch({
      client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } },
      token_endpoint_auth_method: null,
    })
    expect(keyed.body).not.toHaveProperty('client_secret')
    expect(keyed.body).not.toHaveProperty('token_endpoint_auth_method')
    expect((await call('DELETE /clients/c1/credentials/cred_1')).status).toBe(400)
    const back = await patch({
      client_authentication_methods: null,
      token_endpoint_auth_method: 'client_secret_post',
    })
    expect(back.body.client_secret).toBe('s1')
    expect((await call('DELETE /clients/c1/credentials/cred_1')).status).toBe(204)
  })

  it('knows future members only once they are declared', async () => {
    put({ future: { level: 1 } })
    expect((await patch({ future: { level: 2 } })).body.message).toBe(
      "Payload validation error: 'Additional properties not allowed: future'.",
    )
    emulator.addFutureMember('future')
    expect((await patch({ future: { level: 2 } })).body.future).toEqual({ level: 2 })
  })
})

describe('a client', () => {
  it('gets its defaults, a secret and a private key at creation, and shows the key only then', async () => {
    const { status, body } = await call('POST /clients', { name: 'New' })
    expect(status).toBe(201)
    expect(body).toMatchObject({ oidc_conformant: false, encrypted: true, name: 'New' })
    expect(body.signing_keys).toEqual([expect.objectContaining({ key: expect.any(String) })])
    expect(body).not.toHaveProperty('callbacks')
    const read = (await call(`GET /clients/${body.client_id}`)).body
    expect(read.client_secret).toBe(body.client_secret)
    expect(read.signing_keys).toEqual([expect.not.objectContaining({ key: expect.anything() })])
    expect(read).not.toHaveProperty('encrypted')
  })

  it('is made of a form, too, and its defaults follow its type', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = 'name=Form&app_type=spa&token_endpoint_auth_method=none'
    const { status, body } = await call('POST /clients', sent, form)
    expect(status).toBe(201)
    expect(body.grant_types).toEqual(['authorization_code', 'implicit', 'refresh_token'])
  })

  it('is gone after its deletion, which can be repeated', async () => {
    put({})
    expect((await call('DELETE /clients/c1')).status).toBe(204)
    expect((await call('DELETE /clients/c1')).status).toBe(204)
    expect((await call('GET /clients/c1')).body).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'The client does not exist',
      errorCode: 'inexistent_client',
    })
  })

  it('gets a new secret by rotation', async () => {
    put({ client_secret: 'old' })
    const { body } = await call('POST /clients/c1/rotate-secret')
    expect(body.client_secret).not.toBe('old')
    expect(emulator.client('c1')?.client_secret).toBe(body.client_secret)
  })

  it('takes the old name of the logout settings at creation too', async () => {
    const urls = { backchannel_logout_urls: ['https://app.example.com/logout'] }
    const { body } = await call('POST /clients', { name: 'New', oidc_backchannel_logout: urls })
    expect(body).toMatchObject({ oidc_logout: urls, oidc_backchannel_logout: urls })
  })

  it('holds two credentials at most, and never shows their text', async () => {
    put({})
    const credential = { credential_type: 'public_key', pem: '-----BEGIN PUBLIC KEY-----' }
    const { status, body } = await call('POST /clients/c1/credentials', credential)
    expect(status).toBe(201)
    expect(body).not.toHaveProperty('pem')
    await call('POST /clients/c1/credentials', credential)
    expect((await call('POST /clients/c1/credentials', credential)).status).toBe(400)
    const expiry = { expires_at: '2030-01-01T00:00:00+02:00' }
    const path = `/clients/c1/credentials/${body.id}`
    expect((await call(`PATCH ${path}`, expiry)).status).toBe(200)
    expect((await call(`GET ${path}`)).body.expires_at).toBe('2029-12-31T22:00:00.000Z')
  })
})
