/**
 * Amazon Cognito app clients. `UpdateUserPoolClient` is a full replace: what is left out goes back to its
 * default, so everything writable goes along with every change.
 * Members and limits: cognito-idp 2016-04-18, UserPoolClientType and UpdateUserPoolClientRequest.
 */

import { ClientError } from '../../core/errors.ts'
import {
  fixed,
  key,
  list,
  missing,
  required,
  shown,
  texts,
  view,
} from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import { listsOf, normalBy } from '../../core/mapping/members.ts'
import type { Native, View, Warning } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import { normalAnalytics } from './analytics.ts'
import { grantTypes, refreshTokenRotation } from './flows.ts'
import { DEFAULTS } from './kinds.ts'
import { lifetime } from './lifetimes.ts'
import { lint } from './lint.ts'
import { MEMBERS } from './members.ts'
import { hasSecret, mayHaveSecret, oauthIsOn, SECRET_LIMITS } from './record.ts'
import { rules } from './rules.ts'
import { suspension } from './suspension.ts'

/** Fixed quota: callback and logout URLs of one client. */
const URLS = { maxItems: 100, maxLength: 1_024 }
/** Access and ID tokens: 5 minutes to 1 day; refresh tokens: 1 hour to 10 years. */
const SHORT_LIVED = { minimum: 300, maximum: 86_400 }
const LONG_LIVED = { minimum: 3_600, maximum: 315_360_000 }

/** Cognito stores no application type; the settings decide which kind it must be. */
function appTypeOf(native: Native): string | undefined {
  const flows = texts(native.AllowedOAuthFlows)
  if (flows.includes('client_credentials')) return 'non_interactive'
  if (hasSecret(native)) return flows.includes('code') ? 'regular_web' : undefined
  if (mayHaveSecret(native)) return undefined
  const custom = texts(native.CallbackURLs).some((url) => !/^https?:/.test(url))
  return custom ? 'native' : 'spa'
}

/** The service shows what it sets by itself, and so takes the absence of it for the same. */
const spelled = normalBy(MEMBERS, DEFAULTS)

const normal = (native: Native): Native => spelled(normalAnalytics(native))

const shownSecret = (native: Native) => secretOf(native.ClientSecret)

const secret: View<Secret | null> = {
  ...view(
    ['ClientSecret'],
    shownSecret,
    'Cognito accepts it when a client is created, but not in an update',
  ),
  made: {
    support: 'native',
    keys: ['ClientSecret'],
    get: shownSecret,
    put: (value, native) => {
      if (value === null || hasSecret(native)) return { ClientSecret: value?.reveal() }
      const says =
        'client.secret needs a client with a secret. Create one of the kind web or machine.'
      throw new ClientError('unsupported_field', says, { field: 'client.secret' })
    },
    limits: SECRET_LIMITS,
  },
}

function warnings(native: Native): readonly Warning[] {
  const stored = ['AllowedOAuthFlows', 'CallbackURLs'].some(
    (name) => texts(native[name]).length > 0,
  )
  if (oauthIsOn(native) || !stored) return []
  return [
    {
      // hashicorp/terraform-provider-aws#34945: such a client looks right and answers invalid_grant.
      code: 'oauth_off',
      field: 'client.grantTypes',
      message:
        'OAuth is switched off for this client (AllowedOAuthFlowsUserPoolClient), so its callbacks and flows have no effect. Set client.grantTypes to switch it on.',
    },
  ]
}

export const mapping: Mapping = {
  fields: {
    id: shown('ClientId', 'Cognito assigns the client id'),
    name: required('ClientName', {
      limits: {
        maxLength: 128,
        pattern: {
          // The service's white space is that of ASCII: it refuses U+00A0.
          expression: /^[\w \t\n\v\f\r+=,.@-]+$/,
          says: 'must consist of letters, digits, spaces and _ + = , . @ -',
        },
      },
    }),
    secret,
    callbacks: list('CallbackURLs', 'omit', { limits: URLS }),
    allowedLogoutUrls: list('LogoutURLs', 'omit', { limits: URLS }),
    grantTypes,
    tokenEndpointAuthMethod: view(
      [],
      (native) =>
        hasSecret(native) ? 'client_secret_basic' : mayHaveSecret(native) ? undefined : 'none',
      'whether a Cognito client has a secret is decided when it is created',
    ),
    supportedIdp: list('SupportedIdentityProviders', 'omit', { limits: { maxLength: 32 } }),
    description: missing('Cognito app clients have no description'),
    webOrigins: missing('Cognito has no list of web origins for a client'),
    appType: view(
      [],
      appTypeOf,
      'Cognito stores no application type; it is derived from the settings',
    ),
    clientMetadata: missing('Cognito app clients have no metadata and cannot be tagged'),
    disabled: view(
      [],
      () => false,
      'Cognito cannot switch an app client off; POST /clients/{clientId}/suspend removes OAuth and its sign-in flows',
    ),
    oidcConformant: fixed<boolean>(true, 'Cognito clients always follow OpenID Connect'),
    auth0Id: missing('the client is not at Auth0'),
    allowedOrigins: missing('Cognito has no list of allowed origins for a client'),
    defaultCallback: key('DefaultRedirectURI', { limits: { maxLength: 1_024 } }),
    initiateLoginUri: missing('Cognito cannot start a login from a third party'),
    logoUri: missing('Cognito app clients have no logo'),
    clientUri: missing('Cognito app clients have no link to a page about them'),
    policyUri: missing('Cognito app clients have no link to a policy'),
    tosUri: missing('Cognito app clients have no link to terms of service'),
    jwksUri: missing('Cognito app clients authenticate with a secret and no keys'),
    contacts: missing('Cognito app clients have no contacts'),
    scopes: list('AllowedOAuthScopes', 'omit', {
      limits: {
        maxItems: 50,
        maxLength: 256,
        pattern: {
          // API reference of CreateUserPoolClient, AllowedOAuthScopes: standard ones and server/scope.
          expression:
            /^(?:openid|email|phone|profile|aws\.cognito\.signin\.user\.admin|[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+\/[\x21\x23-\x5B\x5D-\x7E]+)$/,
          says: 'must be openid, email, phone, profile, aws.cognito.signin.user.admin or a scope of a resource server (server/scope)',
        },
      },
    }),
    responseTypes: view(
      [],
      (native) =>
        texts(native.AllowedOAuthFlows).flatMap((flow) =>
          flow === 'code' ? ['code'] : flow === 'implicit' ? ['token', 'id_token'] : [],
        ),
      'Cognito derives the response types from the grant types',
    ),
    accessTokenLifetime: lifetime('AccessToken', SHORT_LIVED),
    idTokenLifetime: lifetime('IdToken', SHORT_LIVED),
    refreshTokenLifetime: lifetime('RefreshToken', LONG_LIVED),
    refreshTokenIdleLifetime: missing('Cognito refresh tokens have an absolute lifetime only'),
    refreshTokenRotation,
    idTokenSignedResponseAlg: fixed<string | null>('RS256', 'Cognito signs every token with RS256'),
    requirePushedAuthorizationRequests: fixed<boolean>(
      false,
      'Cognito does not support pushed authorization requests',
    ),
    dpopBoundAccessTokens: fixed<boolean>(false, 'Cognito does not support DPoP'),
    firstParty: fixed<boolean>(true, 'Cognito does not distinguish first and third parties'),
    createdAt: view(
      ['CreationDate'],
      ({ CreationDate }) => timeOf(CreationDate),
      'Cognito sets it',
    ),
    updatedAt: view(
      ['LastModifiedDate'],
      ({ LastModifiedDate }) => timeOf(LastModifiedDate),
      'Cognito sets it',
    ),
  },
  omitted: 'reset',
  ...listsOf(MEMBERS),
  rules,
  uris: { maxLength: 1_024, wildcards: false, placeholders: [], customSchemes: true },
  normal,
  warnings,
  suspension,
  // Only the pool's own registration endpoint makes clients of this type (UserPoolClientType).
  registered: ({ ClientType }) => (ClientType === 'DCR' ? 'dynamic' : undefined),
  lint,
}
