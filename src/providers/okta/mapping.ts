/**
 * OpenID Connect applications of Okta, as the Apps API holds them. An update replaces the whole application
 * (`update.ts`). A record has one member for each setting, named by its path (`OPENED`).
 */

import { isRecord, type Json, same, withoutMembers } from '../../core/json/json.ts'
import {
  fixed,
  flag,
  key,
  list,
  missing,
  required,
  shown,
  view,
} from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { listsOf, normalBy } from '../../core/mapping/members.ts'
import type { Native } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import { appTypeOf, grantTypes, tokenEndpointAuthMethod } from './grants.ts'
import {
  clientMetadata,
  disabled,
  firstParty,
  MAX_URL,
  nullable,
  refreshTokenRotation,
  secret,
} from './lenses.ts'
import { lint } from './lint.ts'
import { CLIENT_ID, DELIVERY, LEEWAY, MEMBERS, OPENED, oauth, ROTATION } from './members.ts'
import { rules } from './rules.ts'
import { consequences } from './warnings.ts'

/** An org that gets single logout shows `participate_slo: false` with every application that has never been asked (recorded). */
/** An org with single logout shows this of every application that was never given another value (recorded). */
const ordered = normalBy(MEMBERS, { [oauth('participate_slo')]: false })
const JWKS = oauth('jwks')

/** `null` means none, and what Okta adds to a key is no setting of the client. */
function normal(native: Native): Native {
  const held = Object.entries(native).filter(([, value]) => value !== null && value !== '')
  const spelled = held.map(([name, value]) => [name, name === JWKS ? normalKeys(value) : value])
  return ordered(Object.fromEntries(spelled))
}

function normalKeys(jwks: Json): Json {
  if (!isRecord(jwks) || !Array.isArray(jwks.keys)) return jwks
  return { ...jwks, keys: (jwks.keys as readonly Json[]).map(normalKey) }
}

/** What Okta makes of a key: its id, its times, links. */
export const OF_KEY = ['id', 'created', 'lastUpdated', '_links']

function normalKey(jwk: Json): Json {
  if (!isRecord(jwk)) return jwk
  const held = Object.entries(withoutMembers(jwk, OF_KEY)).filter(([, value]) => value !== null)
  return { status: 'ACTIVE', ...Object.fromEntries(held) }
}

/** What Okta sets and takes away by itself where grants come and go. */
const FOLLOW_GRANTS = [ROTATION, LEEWAY, DELIVERY]

/** A default that was asked for, and what follows other settings, is what Okta shows. */
function expected({ base, next }: { base: Native; next: Native }, record: Native): Native {
  const isSame = (name: string) => same(base[name] ?? null, next[name] ?? null)
  const followers = isSame(oauth('grant_types')) ? [] : FOLLOW_GRANTS.filter(isSame)
  const cleared = Object.keys(base).filter((name) => !Object.hasOwn(next, name))
  const shownNow = Object.entries(record).filter(([name]) =>
    [...followers, ...cleared].includes(name),
  )
  return { ...withoutMembers(next, followers), ...Object.fromEntries(shownNow) }
}

const OF_SERVER = 'it is a rule of an authorization server (its access policies)'
const OF_ORG = 'it belongs to the org (Security, API, Trusted Origins)'
const GIVEN = 'Okta sets it'

export const mapping: Mapping = {
  fields: {
    id: shown(CLIENT_ID, 'it is the name by which users and tokens know the client'),
    name: required('label', { limits: { maxLength: 100 } }),
    secret,
    callbacks: list(oauth('redirect_uris'), 'keep', {
      note: 'Never empty, unless the client has client_credentials or password.',
    }),
    allowedLogoutUrls: list(oauth('post_logout_redirect_uris'), 'keep'),
    grantTypes,
    tokenEndpointAuthMethod,
    supportedIdp: missing('routing rules are policies of the org'),
    description: nullable('settings.notes.admin', {
      note: 'The note for administrators (settings.notes.admin).',
    }),
    webOrigins: missing(OF_ORG),
    appType: view(
      [oauth('application_type')],
      appTypeOf,
      'Okta changes the type of no application; create another client',
    ),
    clientMetadata,
    disabled,
    oidcConformant: fixed<boolean>(true, 'Okta follows OpenID Connect always'),
    auth0Id: missing('the client is not held by Auth0'),
    allowedOrigins: missing(OF_ORG),
    defaultCallback: missing('OpenID Connect has every request name its redirect_uri'),
    initiateLoginUri: key<string>(oauth('initiate_login_uri')),
    logoUri: nullable(oauth('logo_uri')),
    clientUri: nullable(oauth('client_uri')),
    policyUri: key<string>(oauth('policy_uri')),
    tosUri: key<string>(oauth('tos_uri')),
    jwksUri: key<string>(oauth('jwks_uri')),
    contacts: missing('Okta keeps no contacts of an application'),
    scopes: missing(
      "scopes belong to authorization servers and their access policies; grants of Okta's own API are a list of their own",
    ),
    responseTypes: list(oauth('response_types'), 'keep', {
      limits: { values: ['code', 'token', 'id_token'] },
    }),
    accessTokenLifetime: missing(OF_SERVER),
    idTokenLifetime: missing('ID tokens of Okta last one hour'),
    refreshTokenLifetime: missing(OF_SERVER),
    refreshTokenIdleLifetime: missing(OF_SERVER),
    refreshTokenRotation,
    idTokenSignedResponseAlg: missing('the key of the org signs ID tokens (RS256)'),
    requirePushedAuthorizationRequests: fixed<boolean>(
      false,
      'no setting of an application of Okta asks for pushed authorization requests',
    ),
    dpopBoundAccessTokens: flag(oauth('dpop_bound_access_tokens'), false),
    firstParty,
    createdAt: view(['created'], ({ created }) => timeOf(created), GIVEN),
    updatedAt: view(['lastUpdated'], ({ lastUpdated }) => timeOf(lastUpdated), GIVEN),
  },
  opened: OPENED,
  omitted: 'reset',
  ...listsOf(MEMBERS),
  expected,
  rules,
  uris: { maxLength: MAX_URL, wildcards: true, placeholders: [], customSchemes: true },
  normal,
  consequences,
  suspension: {
    doesNotStop: [
      'issued access tokens and ID tokens, until they expire',
      'sessions at Okta, in which other applications go on',
    ],
  },
  lint,
}
