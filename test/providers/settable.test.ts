/**
 * What the services take and refuse today: a recorded PATCH of terraform-provider-auth0, the pages and the model that each
 * case names, and a service of its own for Cognito.
 */

import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { updateBody } from '../../src/core/plan/update-body.ts'
import { blank } from '../../src/providers/auth0/kinds.ts'
import { mapping } from '../../src/providers/auth0/mapping.ts'
import { fullAuth0Client as full } from '../fixtures/auth0.ts'
import { planOf } from '../plan.ts'
import { type CognitoService, POOL, REF, refusal, startCognito } from './cognito-service.ts'

const RECORDINGS = new URL('../../../shared/recordings/auth0-clients.jsonl', import.meta.url)

const bodyOf = (providerSettings: JsonObject, held: JsonObject) =>
  updateBody(mapping, held, planOf(mapping, held, { providerSettings }).next)

describe('Auth0', () => {
  it('removes token_vault_privileged_access by null, as recorded', () => {
    const sent = readFileSync(RECORDINGS, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"token_vault_privileged_access":null'))
      .map((line) => JSON.parse(line) as JsonObject)
    expect(sent.map(({ status }) => status)).toEqual([200])
    const held = { ...full, token_vault_privileged_access: { credentials: [{ id: 'cred_1' }] } }
    const asked = { token_vault_privileged_access: null }
    expect(bodyOf(asked, held)).toEqual(asked)
  })

  it('removes oidc_logout by an empty object, which its schema takes', () => {
    const urls = ['https://app.example.com/logout']
    const held = { ...full, oidc_logout: { backchannel_logout_urls: urls } }
    expect(bodyOf({ oidc_logout: null }, held)).toEqual({ oidc_logout: {} })
  })

  it('refuses post_login_prompt without oidc_conformant ("Define organization behavior")', () => {
    const asked = { organization_require_behavior: 'post_login_prompt' }
    const plan = () => bodyOf(asked, { ...full, oidc_conformant: false })
    expect(plan).toThrowError(/client.oidcConformant/)
    expect(bodyOf(asked, { ...full, oidc_conformant: true })).toEqual(asked)
  })

  it('refuses keys of a client whose ID tokens are not RS256 or PS256', () => {
    const { token_endpoint_auth_method: _, client_authentication_methods: __, ...plain } = full
    const asked = { client_authentication_methods: { private_key_jwt: { credentials: [] } } }
    const held = (alg: string) => ({ ...plain, jwt_configuration: { alg } })
    expect(() => bodyOf(asked, held('HS256'))).toThrowError(/RS256/)
    expect(bodyOf(asked, held('RS256'))).toEqual(asked)
  })

  // Management API v2 (OpenAPI), refresh_token.policies[].scope: an array without a least number of items.
  it('takes a policy for multi-resource refresh tokens without scopes', () => {
    const policies = [{ audience: 'https://api.example.com', scope: [] }]
    const { refresh_token } = bodyOf({ refresh_token: { policies } }, full)
    expect(refresh_token).toMatchObject({ policies })
  })

  it('shows no auth0Id of a client that is only planned', () => {
    expect(showClient(mapping, blank('web')).auth0Id).toBeNull()
  })
})

describe('Cognito', () => {
  let service: CognitoService
  /** CLIENT_NAME of botocore 1.44.8, whose white space is that of ASCII. */
  const isName = (name: unknown) => /^[\w \t\n\v\f\r+=,.@-]+$/.test(String(name))
  beforeEach(async () => {
    service = await startCognito((operation, input) =>
      operation === 'UpdateUserPoolClient' && !isName(input.ClientName)
        ? refusal('InvalidParameterException', 'Member must satisfy regular expression pattern')
        : undefined,
    )
    service.clients.set('first', { UserPoolId: POOL, ClientId: 'first', ClientName: 'First' })
  })
  afterEach(() => service.close())

  it.each([
    [['ALLOW_CLIENT_TOKEN_AUTH']],
    [['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_TOKEN_EXCHANGE_DELEGATION']],
    [['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_TOKEN_EXCHANGE_IMPERSONATION']],
  ])('takes the flows %j', async (flows) => {
    await service.bench.change(REF, { providerSettings: { ExplicitAuthFlows: flows } })
    expect(service.clients.get('first')?.ExplicitAuthFlows).toEqual(flows)
  })

  it('takes a name with a space, and none with U+00A0, which is refused before it is sent', async () => {
    await service.bench.change(REF, { name: 'First app' })
    service.sent.length = 0
    const attempt = service.bench.change(REF, { name: 'First\u00a0app' })
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_field', field: 'client.name' })
    expect(service.sent.map(([operation]) => operation)).not.toContain('UpdateUserPoolClient')
  })
})
