/**
 * Client metadata of a server that speaks RFC 7591 and RFC 7592. An update is a full replace (RFC 7592
 * section 2.2), so everything that was read goes along, members that nobody here knows too. What a
 * server does not store has no row to change, by its dialect.
 */

import { fixed, key, list, missing, shown, texts, view, words } from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import { listsOf, normalBy } from '../../core/mapping/members.ts'
import type { Native, Rule } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import {
  methodOf,
  REGISTRATION_RULES,
  SCOPE_TOKEN,
  SECRET_METHODS,
} from '../registration/registration.ts'
import { choice, choices } from '../registration/registration-lenses.ts'
import type { Dialect } from './dialects.ts'
import { DEFAULTS, MEMBERS } from './members.ts'

const UNKNOWN = 'dynamic registration knows no such member'
const SERVER = 'the server makes it'

const FIELDS: Mapping['fields'] = {
  id: shown('client_id', SERVER),
  name: key('client_name'),
  secret: view(
    ['client_secret'],
    (native) => secretOf(native.client_secret),
    'the server makes the secret and takes none in an update (RFC 7592 section 2.2)',
  ),
  callbacks: list('redirect_uris', 'keep'),
  allowedLogoutUrls: list('post_logout_redirect_uris', 'omit'),
  grantTypes: choices('grant_types'),
  tokenEndpointAuthMethod: choice('token_endpoint_auth_method'),
  supportedIdp: missing(UNKNOWN),
  description: missing(UNKNOWN),
  webOrigins: missing(UNKNOWN),
  appType: choice('application_type', ['web', 'native']),
  clientMetadata: missing(UNKNOWN),
  disabled: fixed<boolean>(false, 'dynamic registration has no way to switch a client off'),
  oidcConformant: fixed<boolean>(true, UNKNOWN),
  auth0Id: missing('the client is not held by Auth0'),
  allowedOrigins: missing(UNKNOWN),
  defaultCallback: missing(UNKNOWN),
  initiateLoginUri: key('initiate_login_uri'),
  logoUri: key('logo_uri'),
  policyUri: key('policy_uri'),
  tosUri: key('tos_uri'),
  jwksUri: key('jwks_uri'),
  scopes: words('scope', { limits: SCOPE_TOKEN }),
  responseTypes: choices('response_types'),
  accessTokenLifetime: missing(UNKNOWN),
  idTokenLifetime: missing(UNKNOWN),
  refreshTokenLifetime: missing(UNKNOWN),
  refreshTokenIdleLifetime: missing(UNKNOWN),
  refreshTokenRotation: missing(UNKNOWN),
  idTokenSignedResponseAlg: choice('id_token_signed_response_alg'),
  firstParty: fixed<boolean>(true, UNKNOWN),
  createdAt: view(
    ['client_id_issued_at'],
    ({ client_id_issued_at: at }) => timeOf(at),
    'the server sets it',
  ),
  updatedAt: missing(UNKNOWN),
}

const LISTS = listsOf(MEMBERS)

/** The mapping for servers of one dialect. */
export function createMapping(dialect: Dialect): Mapping {
  const { drops } = dialect
  const held = Object.entries(FIELDS).map(([field, row]) => {
    const keys: readonly string[] = row.support === 'missing' ? [] : row.keys
    const dropped = keys.length > 0 && keys.every((one) => drops.includes(one))
    return [field, dropped ? missing('the server does not store it') : row]
  })
  return {
    fields: Object.fromEntries(held) as Mapping['fields'],
    omitted: 'reset',
    ...LISTS,
    settings: LISTS.settings.filter((name) => !drops.includes(name)),
    rules: rulesOf(dialect),
    uris: { maxLength: 2_048, wildcards: false, placeholders: [], customSchemes: true },
    normal: normalBy(MEMBERS, DEFAULTS),
  }
}

function rulesOf({ needsCallbacks }: Dialect): readonly Rule[] {
  if (!needsCallbacks) return REGISTRATION_RULES
  return [
    ...REGISTRATION_RULES,
    {
      says: 'client.callbacks must hold at least one URI with this server.',
      field: 'client.callbacks',
      holds: (next) => texts(next.redirect_uris).length > 0,
    },
  ]
}

/** Whether the client authenticates with its secret. */
export const usesSecret = (native: Native) => SECRET_METHODS.includes(String(methodOf(native)))
