/**
 * Clients of the embedded OpenID Provider. A record is what dynamic registration knows (RFC 7591
 * section 2, OpenID Connect Dynamic Client Registration 1.0 section 2), spelled as oidc-provider does,
 * with members of our own for what it has no word for. An absent member means its default.
 */

import { ClientError } from '../../core/errors.ts'
import {
  fixed,
  flag,
  inner,
  key,
  list,
  missing,
  required,
  shown,
  view,
  words,
} from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import { listsOf, normalBy } from '../../core/mapping/members.ts'
import type { Lens } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import { choice, choices } from '../registration/registration-lenses.ts'
import { lifetime } from './lenses.ts'
import { lint } from './lint.ts'
import {
  AUTH_METHODS,
  DEFAULTS,
  GRANT_TYPES,
  MEMBERS,
  RESPONSE_TYPES,
  SCOPES,
  SIGNING_ALGORITHMS,
} from './members.ts'
import { rules } from './rules.ts'

/** A day: an access token as JWT cannot be taken back before it ends. */
const MAX_TOKEN_LIFETIME = 86_400
/** A year; grants are kept for longer. */
const MAX_REFRESH_LIFETIME = 31_536_000

const secret: Lens<Secret | null> = {
  support: 'native',
  keys: ['client_secret', 'live_secrets'],
  get: (native) => secretOf(native.client_secret),
  // One that is set replaces all that are live.
  put: (value) => ({ client_secret: value?.reveal(), live_secrets: undefined }),
  // RFC 6749 appendix A.2: client-secret = *VSCHAR
  limits: { pattern: { expression: /^[\x20-\x7e]+$/, says: 'must be printable ASCII' } },
  note: 'A public client (client.tokenEndpointAuthMethod none) keeps it, and it is not used.',
}

const clientMetadata: Lens<Readonly<Record<string, string>>> = {
  support: 'native',
  keys: ['metadata'],
  get: (native) => inner(native, 'metadata') as Readonly<Record<string, string>>,
  put: (metadata) => ({ metadata: metadata ?? undefined }),
}

const scopes = words('scope', {
  limits: { values: SCOPES },
  note: 'None: any scope of OpenID Connect, and none of the API.',
})

const refreshTokenRotation: Mapping['fields']['refreshTokenRotation'] = {
  support: 'native',
  keys: ['rotate_refresh_tokens'],
  get: (native) => ({ enabled: native.rotate_refresh_tokens !== false, graceSeconds: 0 }),
  put: (value) => {
    if (value !== null && value.graceSeconds > 0) {
      throw new ClientError(
        'unsupported_field',
        'client.refreshTokenRotation.graceSeconds must be 0 here: the OpenID Provider accepts a refresh token only once, and a second use ends the grant.',
        { field: 'client.refreshTokenRotation.graceSeconds' },
      )
    }
    return { rotate_refresh_tokens: value?.enabled }
  },
  limits: { members: { graceSeconds: 0 } },
}

const KEPT = 'the server sets it'

export const mapping: Mapping = {
  fields: {
    id: shown('client_id', 'the client is stored under it'),
    name: required('client_name'),
    secret,
    callbacks: list('redirect_uris', 'keep'),
    allowedLogoutUrls: list('post_logout_redirect_uris', 'keep'),
    grantTypes: choices('grant_types', GRANT_TYPES),
    tokenEndpointAuthMethod: choice('token_endpoint_auth_method', AUTH_METHODS),
    supportedIdp: missing('the local provider has one source of users, its own login page'),
    description: key('description'),
    webOrigins: list('web_origins', 'keep', {
      note: 'Browsers may call the token endpoint from here, as from client.allowedOrigins.',
    }),
    appType: choice('application_type', ['web', 'native']),
    clientMetadata,
    disabled: flag('disabled', false, {
      note: 'No flow, no refresh and no new token; access tokens that are JWTs stay valid until they expire.',
    }),
    oidcConformant: fixed<boolean>(true, 'the OpenID Provider always follows OpenID Connect'),
    auth0Id: missing('the client is not at Auth0'),
    allowedOrigins: list('allowed_origins', 'keep'),
    defaultCallback: missing('in OpenID Connect, every request names its redirect_uri'),
    initiateLoginUri: key('initiate_login_uri'),
    logoUri: key('logo_uri'),
    clientUri: key('client_uri'),
    policyUri: key('policy_uri'),
    tosUri: key('tos_uri'),
    jwksUri: key('jwks_uri'),
    contacts: list('contacts', 'omit'),
    scopes,
    responseTypes: choices('response_types', RESPONSE_TYPES),
    accessTokenLifetime: lifetime('access_token_lifetime', MAX_TOKEN_LIFETIME),
    idTokenLifetime: lifetime('id_token_lifetime', MAX_TOKEN_LIFETIME),
    refreshTokenLifetime: lifetime('refresh_token_lifetime', MAX_REFRESH_LIFETIME),
    refreshTokenIdleLifetime: missing('the OpenID Provider has no idle lifetime of refresh tokens'),
    refreshTokenRotation,
    idTokenSignedResponseAlg: choice('id_token_signed_response_alg', SIGNING_ALGORITHMS),
    requirePushedAuthorizationRequests: flag('require_pushed_authorization_requests', false),
    dpopBoundAccessTokens: flag('dpop_bound_access_tokens', false),
    firstParty: flag('first_party', true, {
      note: 'Users of a first-party client are not asked for their consent.',
    }),
    createdAt: view(['client_id_issued_at'], (native) => timeOf(native.client_id_issued_at), KEPT),
    updatedAt: view(['updated_at'], (native) => timeOf(native.updated_at), KEPT),
  },
  omitted: 'keep',
  ...listsOf(MEMBERS),
  rules,
  uris: { maxLength: 2_048, wildcards: false, placeholders: [], customSchemes: true },
  normal: normalBy(MEMBERS, DEFAULTS),
  warnings: (native) =>
    native.rotate_refresh_tokens === false && native.token_endpoint_auth_method === 'none'
      ? [
          {
            code: 'refresh_tokens_not_rotated',
            field: 'client.refreshTokenRotation',
            message:
              'client.refreshTokenRotation: RFC 9700 section 4.14.2 has refresh tokens of public clients rotated.',
          },
        ]
      : [],
  suspension: {
    doesNotStop: ['access tokens that are JWTs, if an API accepts them until they expire'],
  },
  lint,
}
