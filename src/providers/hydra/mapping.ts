/**
 * OAuth 2.0 clients of Ory Hydra, as its admin API holds them (v2.3.0). An update is a list of operations
 * (`update.ts`); what no operation names stays. Unset texts are shown as "", unset lists as [] or not at all.
 */

import { isRecord, type Json, withoutMembers } from '../../core/json/json.ts'
import { fixed, flag, key, list, missing, shown, view } from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { listsOf, membersOf } from '../../core/mapping/members.ts'
import type { Native } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import {
  appTypeOf,
  clientMetadata,
  scopes,
  secret,
  text,
  tokenEndpointAuthMethod,
} from './lenses.ts'
import { lifetime, normalLifespan } from './lifespans.ts'
import { lint } from './lint.ts'
import { DEFAULTS, isLifespan, MEMBERS } from './members.ts'
import { rules } from './rules.ts'
import { suspension } from './suspension.ts'
import { warnings } from './warnings.ts'

const UNSEEN = membersOf(MEMBERS, 'unseen')
const EMPTY_IS_ABSENT = membersOf(MEMBERS, 'empty-is-absent')

function normal(native: Native): Native {
  const members = Object.entries(native).filter(
    ([name, value]) => value !== null && !(EMPTY_IS_ABSENT.includes(name) && isEmpty(value)),
  )
  const spelled = members.map(([name, value]) => [
    name,
    isLifespan(name) ? normalLifespan(value) : value,
  ])
  return { ...DEFAULTS, ...Object.fromEntries(spelled) }
}

function isEmpty(value: Json): boolean {
  if (value === '' || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  if (!isRecord(value)) return false
  // A key set without keys.
  return Object.entries(value).every(([name, one]) => name === 'keys' && hasNone(one))
}

const hasNone = (value: Json) => Array.isArray(value) && value.length === 0

const SERVER = 'Hydra sets it'
const OWN_LIFETIMES =
  'Of the authorization code grant; those of other grants are settings of their own. null: the configuration of the server.'

export const mapping: Mapping = {
  fields: {
    id: shown('client_id', 'the client is stored under it'),
    name: text('client_name'),
    secret,
    callbacks: list('redirect_uris', 'keep', {
      note: 'A callback whose scheme, host and port a logout URL needs cannot be removed without that one.',
    }),
    allowedLogoutUrls: list('post_logout_redirect_uris', 'keep', {
      note: 'Each needs a callback of the same scheme, host and port.',
    }),
    grantTypes: list('grant_types', 'keep', {
      note: 'With none, no token is given; the login page still opens.',
    }),
    tokenEndpointAuthMethod,
    supportedIdp: missing('Hydra leaves logins to an application of yours'),
    description: missing('Hydra clients have no description'),
    webOrigins: missing('Hydra has one list of origins, client.allowedOrigins'),
    appType: view(
      [],
      appTypeOf,
      'Hydra stores no application type; it is derived from the settings',
    ),
    clientMetadata,
    disabled: view(
      [],
      () => false,
      'Hydra cannot switch a client off; POST /clients/{clientId}/suspend takes its grant types and redirect URIs away',
    ),
    oidcConformant: fixed<boolean>(true, 'Hydra follows OpenID Connect always'),
    auth0Id: missing('the client is not held by Auth0'),
    allowedOrigins: list('allowed_cors_origins', 'keep', {
      note: 'For the public endpoints, where CORS is switched on in the server.',
    }),
    defaultCallback: missing('OpenID Connect has every request name its redirect_uri'),
    initiateLoginUri: missing('Hydra cannot start a login from a third party'),
    logoUri: text('logo_uri'),
    clientUri: text('client_uri'),
    policyUri: text('policy_uri'),
    tosUri: text('tos_uri'),
    jwksUri: key<string>('jwks_uri', {
      cleared: '',
      note: 'While it is set, a lifetime cannot be cleared.',
    }),
    contacts: list('contacts', 'keep'),
    scopes,
    responseTypes: list('response_types', 'keep'),
    accessTokenLifetime: lifetime('authorization_code_grant_access_token_lifespan', OWN_LIFETIMES),
    idTokenLifetime: lifetime('authorization_code_grant_id_token_lifespan', OWN_LIFETIMES),
    refreshTokenLifetime: lifetime(
      'authorization_code_grant_refresh_token_lifespan',
      OWN_LIFETIMES,
    ),
    refreshTokenIdleLifetime: missing('Hydra refresh tokens have one lifetime'),
    refreshTokenRotation: fixed(
      { enabled: true, graceSeconds: 0 },
      'Hydra replaces a refresh token at each use; a grace period is a setting of the server',
    ),
    idTokenSignedResponseAlg: missing('the key of the server decides how ID tokens are signed'),
    requirePushedAuthorizationRequests: fixed<boolean>(
      false,
      'Hydra does not support pushed authorization requests',
    ),
    dpopBoundAccessTokens: fixed<boolean>(false, 'Hydra does not support DPoP'),
    firstParty: flag('skip_consent', false, {
      note: 'Users of a first-party client are not asked for their consent (skip_consent).',
    }),
    createdAt: view(['created_at'], ({ created_at }) => timeOf(created_at), SERVER),
    updatedAt: view(['updated_at'], ({ updated_at }) => timeOf(updated_at), SERVER),
  },
  // Its router takes %2F for a slash of the path (seen on v2.3.0), so that such a client is out of reach.
  idsMayHold: [' '],
  omitted: 'keep',
  ...listsOf(MEMBERS),
  unseen: { keys: UNSEEN, stamp: 'updated_at' },
  // What was sent and no read shows is no surprise.
  expected: ({ next }) => withoutMembers(next, UNSEEN),
  rules,
  uris: { maxLength: 2_048, wildcards: false, placeholders: [], customSchemes: true },
  normal,
  warnings,
  suspension,
  lint,
}
