/** The rules between settings that Cognito applies to creations and updates, and its emulator with it. */

import { expect } from 'vitest'
import type { CognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { type CognitoCaller, type Members, POOL, refusalOf } from './cognito-caller.ts'
import { onOneCognito } from './on-cognito.ts'

let emulator: CognitoEmulator
let call: CognitoCaller

const resourceServers = [{ identifier: 'api', scopes: ['read'] }]
const pools = [{ id: POOL, identityProviders: ['Google'], resourceServers }]
const it = onOneCognito({ pools, lockMs: 0 }, (opened) => {
  ;({ emulator, call } = opened)
})

const createWith = (members: Members) =>
  call('CreateUserPoolClient', { UserPoolId: POOL, ClientName: 'app', ...members })

const CODE = { AllowedOAuthFlows: ['code'], CallbackURLs: ['https://app'] }
const MACHINE = { AllowedOAuthFlows: ['client_credentials'], GenerateSecret: true }
const ON = { AllowedOAuthFlowsUserPoolClient: true }
const ARN = 'arn:aws:mobiletargeting:eu-central-1:123456789012:apps/abc'
const INVALID = 'InvalidParameterException'
const FLOW = 'InvalidOAuthFlowException'
const NEEDS_BOTH =
  'AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.'
const RANGE = 'Invalid range for token validity.'
const ORDER =
  'Access and Id Token expiration times must be less than or equal to refresh token expiration times.'
const ROTATION = 'ALLOW_REFRESH_TOKEN_AUTH cannot be enabled together with refresh token rotation.'
const ANALYTICS =
  'Invalid analytics configuration given, either <application arn> or <application id, role arn, external id> are valid'
const ENABLED = { RefreshTokenRotation: { Feature: 'ENABLED' } }

const REFUSED: readonly [string, Members, string, string][] = [
  ['OAuth on without flows', { ...ON, AllowedOAuthScopes: ['openid'] }, INVALID, NEEDS_BOTH],
  ['OAuth on without scopes', { ...ON, ...CODE }, INVALID, NEEDS_BOTH],
  [
    'code without callbacks',
    { AllowedOAuthFlows: ['code'] },
    FLOW,
    'CallbackUrls can not be empty when code flow or implicit flow is selected',
  ],
  [
    'implicit with an empty list of callbacks',
    { AllowedOAuthFlows: ['implicit'], CallbackURLs: [] },
    FLOW,
    'CallbackUrls can not be empty when code flow or implicit flow is selected',
  ],
  [
    'client_credentials beside code',
    { ...MACHINE, AllowedOAuthFlows: ['code', 'client_credentials'] },
    FLOW,
    'client_credentials flow can not be selected along with code flow or implicit flow.',
  ],
  [
    'client_credentials without a secret',
    { ...MACHINE, GenerateSecret: false },
    FLOW,
    'client_credentials flow can not be selected if client does not have a client secret.',
  ],
  [
    'client_credentials with a standard scope',
    { ...MACHINE, AllowedOAuthScopes: ['api/read', 'openid'] },
    FLOW,
    'openid is not supported with client_credentials flow',
  ],
  [
    'a scope that no resource server has',
    { AllowedOAuthScopes: ['openid', 'api/write'] },
    'ScopeDoesNotExistException',
    'Invalid scope requested: api/write',
  ],
  [
    'an identity provider that the pool lacks',
    { SupportedIdentityProviders: ['COGNITO', 'google'] },
    INVALID,
    `The provider google does not exist for User Pool ${POOL}`,
  ],
  [
    'a default redirect URI that is no callback',
    { CallbackURLs: ['https://a'], DefaultRedirectURI: 'https://b' },
    INVALID,
    'The default redirect URI https://b is not in the callback URIs list.',
  ],
  [
    'legacy flows beside ALLOW_ flows',
    { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ADMIN_NO_SRP_AUTH'] },
    INVALID,
    "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
  ],
  [
    'ALLOW_ flows without the refresh flow',
    { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] },
    INVALID,
    'REFRESH_TOKEN_AUTH should always be allowed.',
  ],
  [
    'rotation beside the refresh flow',
    { ...ENABLED, ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] },
    INVALID,
    ROTATION,
  ],
  ['rotation beside the default flows', ENABLED, INVALID, ROTATION],
  [
    'an access token of under 5 minutes',
    { AccessTokenValidity: 299, TokenValidityUnits: { AccessToken: 'seconds' } },
    INVALID,
    RANGE,
  ],
  ['an id token of over a day', { IdTokenValidity: 25 }, INVALID, RANGE],
  ['a value whose unit was dropped', { AccessTokenValidity: 60 }, INVALID, RANGE],
  [
    'a refresh token of under an hour',
    { RefreshTokenValidity: 59, TokenValidityUnits: { RefreshToken: 'minutes' } },
    INVALID,
    RANGE,
  ],
  ['a refresh token of over ten years', { RefreshTokenValidity: 3_651 }, INVALID, RANGE],
  [
    'an access token that outlives the refresh token',
    {
      AccessTokenValidity: 2,
      RefreshTokenValidity: 1,
      TokenValidityUnits: { RefreshToken: 'hours' },
    },
    INVALID,
    ORDER,
  ],
  [
    'an id token that outlives the refresh token',
    { IdTokenValidity: 2, RefreshTokenValidity: 1, TokenValidityUnits: { RefreshToken: 'hours' } },
    INVALID,
    ORDER,
  ],
  [
    'a callback over plain http',
    { CallbackURLs: ['http://app/cb'] },
    INVALID,
    'http://app/cb cannot use the HTTP protocol.',
  ],
  [
    'a host that only starts like localhost',
    { LogoutURLs: ['http://localhost.evil/'] },
    INVALID,
    'http://localhost.evil/ cannot use the HTTP protocol.',
  ],
  [
    'a callback with a fragment',
    { CallbackURLs: ['https://app/#x'] },
    INVALID,
    'https://app/#x cannot use fragment',
  ],
  ['a relative callback', { CallbackURLs: ['/cb'] }, INVALID, '/cb is not a valid URL.'],
  [
    'a callback without a host',
    { CallbackURLs: ['https:cb'] },
    INVALID,
    'https:cb is not a valid URL.',
  ],
  [
    'context data without a secret',
    { EnablePropagateAdditionalUserContextData: true },
    INVALID,
    'Client Secret is required to set EnablePropagateAdditionalUserContextData as true',
  ],
  [
    'an unknown readable attribute',
    { ReadAttributes: ['email', 'shoe_size'] },
    INVALID,
    'Invalid read attributes specified while creating a client',
  ],
  [
    'a writable attribute that no one may write',
    { WriteAttributes: ['email_verified'] },
    INVALID,
    'Invalid write attributes specified while creating a client',
  ],
  [
    'analytics by ARN and by id',
    { AnalyticsConfiguration: { ApplicationArn: ARN, ExternalId: 'x' } },
    INVALID,
    ANALYTICS,
  ],
  [
    'analytics by id alone',
    { AnalyticsConfiguration: { ApplicationId: 'abc' } },
    INVALID,
    ANALYTICS,
  ],
]

it.each(REFUSED)('refuses %s', async (_what, members, type, message) => {
  expect(refusalOf(await createWith(members))).toEqual({ status: 400, type, message })
})

const ACCEPTED: readonly [string, Members][] = [
  ['flows, scopes and URLs with OAuth off, silently', { ...CODE, AllowedOAuthScopes: ['openid'] }],
  ['OAuth switched on with both lists', { ...ON, ...CODE, AllowedOAuthScopes: ['openid'] }],
  ['a machine client with its own scope', { ...ON, ...MACHINE, AllowedOAuthScopes: ['api/read'] }],
  ['code beside implicit', { ...CODE, AllowedOAuthFlows: ['code', 'implicit'] }],
  ['legacy flows alone', { ExplicitAuthFlows: ['ADMIN_NO_SRP_AUTH', 'USER_PASSWORD_AUTH'] }],
  ['rotation without the refresh flow', { ...ENABLED, ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'] }],
  ['rotation that is off', { RefreshTokenRotation: { Feature: 'DISABLED' } }],
  [
    'plain http on loopback, and custom schemes',
    {
      CallbackURLs: [
        'a.b:/c',
        'app://x',
        'http://127.0.0.1:80/x',
        'http://[::1]:9/',
        'http://localhost',
      ],
    },
  ],
  [
    'lifetimes at their ends',
    {
      AccessTokenValidity: 300,
      IdTokenValidity: 86_400,
      RefreshTokenValidity: 315_360_000,
      TokenValidityUnits: { AccessToken: 'seconds', IdToken: 'seconds', RefreshToken: 'seconds' },
    },
  ],
  [
    'tokens as long as the refresh token',
    { AccessTokenValidity: 24, IdTokenValidity: 24, RefreshTokenValidity: 1 },
  ],
  ['analytics by ARN', { AnalyticsConfiguration: { ApplicationArn: ARN } }],
  ['an ARN with two more parts', { AnalyticsConfiguration: { ApplicationArn: `${ARN}:b:c` } }],
  [
    'analytics by id',
    { AnalyticsConfiguration: { ApplicationId: 'abc', RoleArn: ARN, ExternalId: 'x' } },
  ],
]

it.each(ACCEPTED)('accepts %s', async (_what, members) => {
  const { GenerateSecret, ...stored } = members
  const { status, body } = await createWith(members)
  expect({ status, client: body.UserPoolClient }).toMatchObject({ status: 200, client: stored })
})

it('applies the rules to an update too, and then changes nothing', async () => {
  const created = await createWith({
    ...CODE,
    CallbackURLs: ['https://old'],
    DefaultRedirectURI: 'https://old',
  })
  const { ClientId, ...client } = created.body.UserPoolClient as Members
  const answer = await call('UpdateUserPoolClient', {
    UserPoolId: POOL,
    ClientId,
    CallbackURLs: ['https://new'],
    DefaultRedirectURI: 'https://old',
  })
  expect(answer.body.message).toBe(
    'The default redirect URI https://old is not in the callback URIs list.',
  )
  expect(emulator.client(POOL, String(ClientId))).toEqual({ ClientId, ...client })
})

it('remembers on update whether the client has a secret', async () => {
  const created = await createWith({ GenerateSecret: true })
  const { ClientId } = created.body.UserPoolClient as Members
  const update = { UserPoolId: POOL, ClientId, EnablePropagateAdditionalUserContextData: true }
  expect((await call('UpdateUserPoolClient', update)).status).toBe(200)
})
