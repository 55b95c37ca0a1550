/**
 * Auth0 applications. An update replaces lists and plain values, merges seven objects member by member,
 * deletes what is `null`, and keeps what is left out.
 * Members and limits: Management API v2 (OpenAPI), PATCH /api/v2/clients/{id}; merging as recorded.
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json, withMembers } from '../../core/json/json.ts'
import {
  flag,
  inner,
  key,
  list,
  member,
  missing,
  required,
  shown,
  view,
} from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import { listsOf, normalBy } from '../../core/mapping/members.ts'
import type { Lens, Native } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import { supportedIdp } from './connections.ts'
import { firstParty } from './kinds.ts'
import { lint } from './lint.ts'
import { MEMBERS } from './members.ts'
import {
  refreshTokenIdleLifetime,
  refreshTokenLifetime,
  refreshTokenRotation,
} from './refresh-token.ts'
import { rules } from './rules.ts'
import { suspension } from './suspension.ts'
import { APP_TYPES, GRANT_TYPES } from './values.ts'

/** Auth0 documents 100 URLs for each of these lists. */
const URLS = { maxItems: 100 }

const secret: Lens<Secret | null> = {
  support: 'native',
  keys: ['client_secret'],
  get: (native) => secretOf(native.client_secret),
  put: (value, native) => {
    if (native.client_secret !== undefined) return { client_secret: value?.reveal() }
    if (native.client_id === undefined) throw madeByAuth0()
    throw new ClientError(
      'unsupported_field',
      "client.secret cannot be set here: this server's Auth0 credentials may not read secrets (read:client_keys), so it could not check whether the new secret is in force.",
      { field: 'client.secret' },
    )
  },
  note: "The server's own credentials need the scopes read:client_keys and update:client_keys.",
}

const madeByAuth0 = () =>
  new ClientError(
    'unsupported_field',
    'client.secret cannot be set when a client is created, because Auth0 generates the first one. Rotate it to a value of your own afterwards (POST /clients/{clientId}/rotate-secret).',
    { field: 'client.secret' },
  )

const tokenEndpointAuthMethod: Lens<string | null> = {
  support: 'native',
  keys: ['token_endpoint_auth_method'],
  get: (native) =>
    typeof native.token_endpoint_auth_method === 'string'
      ? native.token_endpoint_auth_method
      : Object.keys(inner(native, 'client_authentication_methods'))[0],
  // The two ways of authentication exclude each other, so one goes when the other comes.
  put: (method) => ({
    token_endpoint_auth_method: method ?? undefined,
    client_authentication_methods: undefined,
  }),
  limits: { values: ['none', 'client_secret_post', 'client_secret_basic'] },
  note: 'Key-based methods are set through providerSettings.client_authentication_methods.',
}

/** Keys that come with a creation are shown by the ids that Auth0 gives them (Management API v2, credentials). */
function expected({ next }: { readonly next: Native }, record: Native): Native {
  const [method, ...others] = Object.entries(inner(next, KEYED))
  const answer = method && inner(record, KEYED)[method[0]]
  const [requested, credentials] = [credentialsOf(method?.[1]), credentialsOf(answer)]
  const areNew =
    requested.length > 0 && requested.every((one) => isRecord(one) && one.id === undefined)
  if (others.length > 0 || !areNew || requested.length !== credentials.length) return next
  return withMembers(next, new Map([[KEYED, record[KEYED]]]))
}

const KEYED = 'client_authentication_methods'

const credentialsOf = (method: Json | undefined): readonly Json[] =>
  isRecord(method) && Array.isArray(method.credentials) ? method.credentials : []

const clientMetadata: Lens<Readonly<Record<string, string>>> = {
  support: 'native',
  keys: ['client_metadata'],
  get: (native) => inner(native, 'client_metadata') as Readonly<Record<string, string>>,
  put: (metadata) => ({ client_metadata: metadata ?? {} }),
  limits: { maxKeys: 10, maxLength: 255 },
}

export const mapping: Mapping = {
  fields: {
    id: shown('client_id', 'Auth0 assigns the client id'),
    name: required('name', {
      limits: { pattern: { expression: /^[^<>]+$/, says: 'must not contain < or >' } },
    }),
    secret,
    callbacks: list('callbacks', 'keep', { limits: URLS }),
    allowedLogoutUrls: list('allowed_logout_urls', 'keep', { limits: URLS }),
    grantTypes: list('grant_types', 'keep', { limits: GRANT_TYPES }),
    tokenEndpointAuthMethod,
    supportedIdp,
    description: key('description', { cleared: '', limits: { maxLength: 140 } }),
    webOrigins: list('web_origins', 'keep', { limits: URLS }),
    appType: key('app_type', { limits: APP_TYPES }),
    clientMetadata,
    disabled: view(
      [],
      () => false,
      'Auth0 cannot switch an application off; POST /clients/{clientId}/suspend removes its grant types',
    ),
    oidcConformant: flag('oidc_conformant', false),
    auth0Id: view(
      [],
      ({ client_id }) => (typeof client_id === 'string' ? client_id : undefined),
      'Auth0 assigns the client id',
    ),
    allowedOrigins: list('allowed_origins', 'keep', { limits: URLS }),
    defaultCallback: missing('Auth0 applications have no default callback'),
    initiateLoginUri: key('initiate_login_uri', { cleared: '' }),
    logoUri: key('logo_uri', { cleared: '' }),
    clientUri: missing('Auth0 applications have no link to a page about them'),
    policyUri: missing('Auth0 applications have no link to a policy'),
    tosUri: missing('Auth0 applications have no link to terms of service'),
    jwksUri: shown('jwks_uri', 'Auth0 shows it and does not accept it in an update'),
    contacts: missing('Auth0 applications have no contacts'),
    scopes: missing('Auth0 stores scopes in client grants, not on the application'),
    responseTypes: missing('Auth0 derives response types from the grant types'),
    accessTokenLifetime: missing('Auth0 stores the lifetime of access tokens on the API'),
    idTokenLifetime: member('jwt_configuration', 'lifetime_in_seconds'),
    refreshTokenLifetime,
    refreshTokenIdleLifetime,
    refreshTokenRotation,
    idTokenSignedResponseAlg: member('jwt_configuration', 'alg', {
      limits: { values: ['HS256', 'RS256', 'RS512', 'PS256'] },
    }),
    requirePushedAuthorizationRequests: flag('require_pushed_authorization_requests', false),
    // https://auth0.com/docs/secure/sender-constraining/configure-sender-constraining
    dpopBoundAccessTokens: missing(
      'providerSettings.require_proof_of_possession accepts DPoP and mutual TLS alike',
    ),
    firstParty,
    createdAt: view(['created_at'], ({ created_at }) => timeOf(created_at), 'Auth0 sets it'),
    updatedAt: view(['updated_at'], ({ updated_at }) => timeOf(updated_at), 'Auth0 sets it'),
  },
  omitted: 'keep',
  ...listsOf(MEMBERS),
  rules,
  uris: {
    maxLength: 2_048,
    wildcards: true,
    placeholders: ['organization_name', 'custom_domain.metadata.*'],
    // Application Login URI only; other keys of an organization are not for it.
    loginPlaceholders: ['organization.metadata.public_*'],
    customSchemes: true,
  },
  normal: normalBy(MEMBERS),
  expected,
  suspension,
  lint,
}
