/**
 * Client metadata of a server that speaks RFC 7591 and RFC 7592. An update is a full replace (RFC 7592
 * section 2.2), so everything that was read goes along, members unknown here too. What a server does not
 * store has no row to change, by its dialect.
 */

import { type Json, same } from '../../core/json/json.ts'
import {
  fixed,
  flag,
  key,
  list,
  missing,
  shown,
  texts,
  view,
  words,
} from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import {
  joined,
  listsOf,
  type MemberClass,
  type MemberTable,
  normalBy,
} from '../../core/mapping/members.ts'
import { keysOf, type Native, type Row, type Rule } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import { withChange } from '../../core/plan/plan.ts'
import {
  CLIENT_RULES,
  methodOf,
  REGISTRATION_RULES,
  SCOPE_TOKEN,
  SECRET_METHODS,
} from '../registration/registration.ts'
import { choice, choices } from '../registration/registration-lenses.ts'
import type { Dialect } from './dialects/dialect.ts'
import { lint } from './lint.ts'
import { DEFAULTS, MEMBERS } from './members.ts'

const UNKNOWN = 'dynamic registration has no such member'
const SERVER = 'the server assigns it'

const FIELDS: Mapping['fields'] = {
  id: shown('client_id', SERVER),
  name: key('client_name'),
  secret: view(
    ['client_secret'],
    (native) => secretOf(native.client_secret),
    'the server generates the secret and accepts none in an update (RFC 7592 section 2.2)',
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
  auth0Id: missing('the client is not at Auth0'),
  allowedOrigins: missing(UNKNOWN),
  defaultCallback: missing(UNKNOWN),
  initiateLoginUri: key('initiate_login_uri'),
  logoUri: key('logo_uri'),
  clientUri: key('client_uri'),
  policyUri: key('policy_uri'),
  tosUri: key('tos_uri'),
  jwksUri: key('jwks_uri'),
  contacts: list('contacts', 'omit'),
  scopes: words('scope', { limits: SCOPE_TOKEN }),
  responseTypes: choices('response_types'),
  accessTokenLifetime: missing(UNKNOWN),
  idTokenLifetime: missing(UNKNOWN),
  refreshTokenLifetime: missing(UNKNOWN),
  refreshTokenIdleLifetime: missing(UNKNOWN),
  refreshTokenRotation: missing(UNKNOWN),
  idTokenSignedResponseAlg: choice('id_token_signed_response_alg'),
  requirePushedAuthorizationRequests: flag('require_pushed_authorization_requests', false),
  dpopBoundAccessTokens: flag('dpop_bound_access_tokens', false),
  firstParty: fixed<boolean>(true, UNKNOWN),
  createdAt: view(
    ['client_id_issued_at'],
    ({ client_id_issued_at: at }) => timeOf(at),
    'the server sets it',
  ),
  updatedAt: missing(UNKNOWN),
}

/** The mapping for servers of one dialect. */
export function createMapping(dialect: Dialect): Mapping {
  const { drops, hides, mirrors, shows, takes, uncleared, volatile, defaults, ways } = dialect
  const table = joined(
    MEMBERS,
    tableOf(takes, 'setting'),
    tableOf(mirrors, 'mirror'),
    tableOf(volatile, 'volatile'),
    tableOf([...shows, ...volatile], 'read-only'),
  )
  const lists = listsOf(table)
  const even = normalBy(table, { ...DEFAULTS, ...defaults })
  return {
    fields: Object.fromEntries(
      Object.entries(FIELDS).map(([field, row]) => [field, rowFor(dialect, field, row)]),
    ) as Mapping['fields'],
    // RFC 6749 appendix A.1; a client may also be known by the URL of its metadata.
    idsMayHold: [' ', '/'],
    // There is no other way in (RFC 7591 section 3).
    registered: () => 'dynamic',
    omitted: 'reset',
    ...lists,
    uncleared,
    settings: lists.settings.filter((name) => !drops.includes(name) && !hides.includes(name)),
    rules: rulesOf(dialect),
    uris: { maxLength: 2_048, wildcards: false, placeholders: [], customSchemes: true },
    normal: (native) => even(ways.normal?.(native) ?? native),
    expected,
    lint,
  }
}

const tableOf = (names: readonly string[], one: MemberClass): MemberTable =>
  Object.fromEntries(names.map((name) => [name, [one]]))

/** Time stamps that some servers have in the place of `client_id_issued_at`. */
const TIMES: Readonly<Record<string, string>> = { createdAt: 'created_at', updatedAt: 'updated_at' }

function rowFor(
  { drops, hides, mirrors, volatile }: Dialect,
  field: string,
  row: Row<unknown>,
): Row<unknown> {
  const time = TIMES[field]
  if (time !== undefined && volatile.includes(time)) {
    return view([time], (native) => timeOf(native[time]), 'the server sets it')
  }
  const keys = keysOf(row)
  const are = (names: readonly string[]) =>
    keys.length > 0 && keys.every((one) => names.includes(one))
  if (are(drops)) return missing('the server does not store it')
  if (are(hides)) return missing('the server does not show it, so it could not be checked')
  if (row.support === 'missing' || !are(mirrors)) return row
  return view(keys, row.get, 'it follows from client.grantTypes')
}

/**
 * A change of `none` to a secret, or back, makes or removes the secret. Logout URIs that are the callbacks may be so
 * because they follow them, as Keycloak shows it, or by chance: both are as planned.
 */
function expected(
  { base, next }: { readonly base: Native; readonly next: Native },
  record: Native,
) {
  const { client_secret, client_secret_expires_at, post_logout_redirect_uris } = record
  const followed =
    same(base.post_logout_redirect_uris ?? null, next.post_logout_redirect_uris ?? null) &&
    sameSet(base.post_logout_redirect_uris, base.redirect_uris) &&
    sameSet(post_logout_redirect_uris, record.redirect_uris)
  return withChange(next, {
    ...(usesSecret(base) === usesSecret(next) ? {} : { client_secret, client_secret_expires_at }),
    ...(followed ? { post_logout_redirect_uris } : {}),
  })
}

const sameSet = (one: Json | undefined, other: Json | undefined) =>
  same([...texts(one)].sort(), [...texts(other)].sort())

const NEEDS_GRANTS: Rule = {
  says: 'client.grantTypes must not be empty with this server, which treats that as authorization_code.',
  field: 'client.grantTypes',
  holds: ({ grant_types: grants }) => grants === undefined || texts(grants).length > 0,
}

function rulesOf({ needsCallbacks, mirrors }: Dialect): readonly Rule[] {
  if (mirrors.includes('response_types')) return [...CLIENT_RULES, NEEDS_GRANTS]
  if (!needsCallbacks) return REGISTRATION_RULES
  return [
    ...REGISTRATION_RULES,
    {
      says: 'client.callbacks must contain at least one URI with this server.',
      field: 'client.callbacks',
      holds: (next) => texts(next.redirect_uris).length > 0,
    },
  ]
}

/** Whether the client authenticates with its secret. */
export const usesSecret = (native: Native) => SECRET_METHODS.includes(String(methodOf(native)))
