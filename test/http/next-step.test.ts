/** What a caller reads who has sent what was not taken: the values there are, or what to do next. */

import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { ask } from '../contract/caller.ts'
import { startWorld, type World } from '../contract/world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { onShared } from '../fixtures/opened.ts'

let world: World
const it = onShared(startWorld, (opened) => {
  world = opened
})

const patch = (body: JsonObject, query = '') =>
  ask(world, 'PATCH', '/clients/exampleClientId', { query, body })

describe('a dry run with a value that is none of those there are', () => {
  // What each provider documents, written down here once more.
  const COGNITO = { provider: 'cognito-client', userPoolId: POOL_ID }
  it.each([
    ['auth0', 'tokenEndpointAuthMethod', 'none client_secret_post client_secret_basic'],
    ['auth0', 'appType', 'native spa regular_web non_interactive'],
    [
      'auth0',
      'grantTypes',
      'authorization_code client_credentials implicit password refresh_token URI',
    ],
    ['auth0', 'idTokenSignedResponseAlg', 'HS256 RS256 RS512 PS256'],
    [
      'cognito-client',
      'grantTypes',
      'authorization_code implicit client_credentials refresh_token',
    ],
    ['cognito-client', 'scopes', 'openid email phone profile aws.cognito.signin.user.admin'],
    ['local', 'tokenEndpointAuthMethod', 'client_secret_basic client_secret_jwt private_key_jwt'],
    ['local', 'appType', 'web native'],
    ['local', 'grantTypes', 'authorization_code refresh_token client_credentials'],
    ['local', 'responseTypes', 'code none'],
    ['local', 'idTokenSignedResponseAlg', 'RS256 PS256 ES256'],
  ])('lists them: %s, %s', async (provider, field, values) => {
    const value = /s$/.test(field) && field !== 'scopes' ? ['nope'] : 'nope'
    const place = provider === 'cognito-client' ? COGNITO : { provider }
    const client = { [field]: field === 'scopes' ? ['nope'] : value }
    const { status, body } = await patch({ ...place, client }, 'dryRun=true')
    expect([status, body.code]).toEqual([400, 'invalid_field'])
    for (const one of values.split(' ')) expect(body.error).toContain(one)
  })

  it('takes grants at Auth0 that are named by a URI, which it may add at any time', async () => {
    const grantTypes = ['urn:ietf:params:oauth:grant-type:device_code']
    const { status } = await patch({ provider: 'auth0', client: { grantTypes } }, 'dryRun=true')
    expect(status).toBe(200)
  })
})

describe('a change that was begun and is not in force', () => {
  /** The record, as the request and as the command that shows it. */
  const record = ({ operationId }: JsonObject) =>
    `GET /operations/${operationId} (clientry operation ${operationId})`

  it('not_applied for now: says to send it again', async () => {
    world.auth0.inject({ kind: 'throttle', operation: 'PATCH /clients/{id}', retryAfter: 60 })
    const { body } = await patch({ provider: 'auth0', client: { description: 'Throttled' } })
    expect(body).toMatchObject({ code: 'provider_throttled', outcome: 'not_applied' })
    expect(body.error).toContain(`send it again. ${record(body)}`)
  })

  it('not_applied for good: says to correct it first', async () => {
    const place = { provider: 'cognito-client', userPoolId: POOL_ID }
    const { body } = await patch({ ...place, client: { supportedIdp: ['Nobody'] } })
    expect(body).toMatchObject({ code: 'provider_refused', outcome: 'not_applied' })
    expect(body.error).toContain(`correct what is named before you send it again. ${record(body)}`)
  })

  it('unknown: says where to look, and when to send it again', async () => {
    // The provider has it, and the outcome cannot be recorded.
    world.database.exec(
      `create trigger full before insert on log when json_extract(new.entry, '$.kind') = 'outcome'
        begin select raise(abort, 'full'); end`,
    )
    const { body } = await patch({ provider: 'local', client: { name: 'Unknown' } })
    world.database.exec('drop trigger full')
    expect(body).toMatchObject({ code: 'outcome_unknown', outcome: 'unknown' })
    expect(body.error).toContain(`${record(body)} shows what became of it; send it again only`)
  })
})
