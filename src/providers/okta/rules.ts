/**
 * What Okta demands of an application, as sentences for the caller. Sources: Okta, "Dynamic Client Registration" (grants
 * by type), the descriptions of the OpenAPI file of the Apps API, recorded refusals; docs/providers/okta.md has the list.
 */

import { isRecord, type Json, same } from '../../core/json/json.ts'
import { doubleOf } from '../../core/json/json-number.ts'
import { texts } from '../../core/mapping/lenses.ts'
import { membersOf } from '../../core/mapping/members.ts'
import type { Native, Rule } from '../../core/mapping/row.ts'
import { FLAG, OBJECT, type Shape, shapeRules, TEXT } from '../../core/mapping/shapes.ts'
import { grantsOf, lacksResponseType, methodOf, NEEDED, typeOf, usesSecret } from './grants.ts'
import { DELIVERY, LEEWAY, MEMBERS, oauth, PKCE, ROTATION, SECRET } from './members.ts'

const settingAt = (path: string) => `client.providerSettings.${path}`

/** Grants that need no redirect URI. */
const WITHOUT_REDIRECT = ['client_credentials', 'password']

/** "urn:okta:…" and others by which a user proves more, and those that need no user. */
const REFUSED_BY_TYPE: Readonly<Record<string, (grant: string) => boolean>> = {
  browser: (grant) => grant === 'client_credentials' || grant === 'password',
  native: (grant) => grant === 'client_credentials',
  service: (grant) =>
    ['authorization_code', 'implicit', 'password', 'refresh_token'].includes(grant),
}

const NEEDS_CODE: readonly Json[] = ['web', 'native']

const hasKeys = ({ [oauth('jwks')]: jwks = null, [oauth('jwks_uri')]: uri = null }: Native) =>
  (typeof uri === 'string' && uri !== '') ||
  (isRecord(jwks) && Array.isArray(jwks.keys) && jwks.keys.length > 0)

const redirectUris = (native: Native) => texts(native[oauth('redirect_uris')])

const GRANT_RULES: readonly Rule[] = [
  {
    says: 'client.callbacks must have at least one URL, unless client.grantTypes has client_credentials or password.',
    field: 'client.callbacks',
    holds: (next) =>
      redirectUris(next).length > 0 ||
      typeOf(next) === 'service' ||
      grantsOf(next).some((grant) => WITHOUT_REDIRECT.includes(grant)),
  },
  {
    says: 'client.grantTypes must contain authorization_code: Okta keeps no web or native application without it. Switch the client off (client.disabled) to end its logins.',
    field: 'client.grantTypes',
    holds: (next) =>
      !NEEDS_CODE.includes(typeOf(next)) || grantsOf(next).includes('authorization_code'),
  },
  {
    says: 'client.grantTypes has a grant that Okta does not give to this type of application (client.appType): client_credentials is for service and web ones, password for native and web ones, and a service application has no logins.',
    field: 'client.grantTypes',
    holds: (next) => {
      const isRefused = REFUSED_BY_TYPE[String(typeOf(next))]
      return isRefused === undefined || !grantsOf(next).some(isRefused)
    },
  },
  {
    says: 'client.grantTypes must not be empty: Okta requires at least one.',
    field: 'client.grantTypes',
    holds: (next) => grantsOf(next).length > 0,
  },
  ...Object.keys(NEEDED).map((grant) => ({
    says: `client.responseTypes must contain ${NEEDED[grant]?.join(' or ')} while client.grantTypes contains ${grant}.`,
    field: 'client.responseTypes',
    holds: (next: Native) => !grantsOf(next).includes(grant) || !lacksResponseType(next, grant),
  })),
  {
    // Documented for client_credentials too, with which six recorded applications have it.
    says: 'client.dpopBoundAccessTokens cannot be true while client.grantTypes contains implicit.',
    field: 'client.dpopBoundAccessTokens',
    holds: (next) =>
      next[oauth('dpop_bound_access_tokens')] !== true || !grantsOf(next).includes('implicit'),
  },
  {
    says: 'client.refreshTokenRotation.graceSeconds must be from 0 to 60.',
    field: 'client.refreshTokenRotation',
    holds: ({ [ROTATION]: type, [LEEWAY]: leeway }) => {
      const seconds = doubleOf(leeway)
      return type !== 'ROTATE' || seconds === undefined || (seconds >= 0 && seconds <= 60)
    },
  },
]

const SIGN_IN_RULES: readonly Rule[] = [
  {
    says: `client.tokenEndpointAuthMethod none needs PKCE: ${settingAt(PKCE)} must be true.`,
    field: settingAt(PKCE),
    holds: (next) => methodOf(next) !== 'none' || next[PKCE] === true,
  },
  {
    says: `client.tokenEndpointAuthMethod private_key_jwt needs keys: set client.jwksUri or ${settingAt(oauth('jwks'))} with it.`,
    field: 'client.tokenEndpointAuthMethod',
    holds: (next) => methodOf(next) !== 'private_key_jwt' || hasKeys(next),
  },
  {
    says: `client.jwksUri cannot be set beside ${settingAt(oauth('jwks'))}: Okta would delete the keys that it keeps of the client. Remove those first.`,
    field: 'client.jwksUri',
    holds: ({ [oauth('jwks')]: jwks = null, [oauth('jwks_uri')]: uri = null }) =>
      uri === null || !hasKeys({ [oauth('jwks')]: jwks }),
  },
  {
    says: 'client.secret cannot be set: the client authenticates without one (client.tokenEndpointAuthMethod).',
    field: 'client.secret',
    holds: (next) => next[SECRET] === undefined || usesSecret(next),
  },
  {
    says: `client.callbacks must not contain * unless ${settingAt(oauth('wildcard_redirect'))} is SUBDOMAIN.`,
    field: 'client.callbacks',
    holds: (next) =>
      next[oauth('wildcard_redirect')] === 'SUBDOMAIN' ||
      !redirectUris(next).some((uri) => uri.includes('*')),
  },
  {
    says: `client.initiateLoginUri cannot be cleared while ${settingAt(oauth('idp_initiated_login'))}.mode is SPEC or OKTA; set mode DISABLED with it.`,
    field: 'client.initiateLoginUri',
    holds: ({ [oauth('idp_initiated_login')]: login = null, ...next }) =>
      !isRecord(login) ||
      !['SPEC', 'OKTA'].includes(String(login.mode)) ||
      typeof next[oauth('initiate_login_uri')] === 'string',
  },
]

const oneOf = (...values: readonly Json[]): Shape => [
  (value) => values.some((one) => same(one, value)),
  `one of ${values.join(', ')}`,
]
const ALGORITHMS = ['HS', 'RS', 'ES'].flatMap((kind) =>
  [256, 384, 512].map((bits) => `${kind}${bits}`),
)

/** What each raw setting holds, where that is no flag (types of the OpenAPI file). */
const SHAPES: Readonly<Record<string, Shape>> = {
  accessibility: OBJECT,
  'credentials.userNameTemplate': OBJECT,
  'settings.app': OBJECT,
  'settings.identityStoreId': TEXT,
  'settings.inlineHookId': TEXT,
  'settings.notes.enduser': TEXT,
  'settings.notifications': OBJECT,
  [oauth('backchannel_authentication_request_signing_alg')]: oneOf(...ALGORITHMS),
  [oauth('backchannel_custom_authenticator_id')]: TEXT,
  [DELIVERY]: oneOf('poll', 'ping', 'push'),
  [oauth('frontchannel_logout_uri')]: TEXT,
  [oauth('id_token_encrypted_response_alg')]: TEXT,
  [oauth('idp_initiated_login')]: OBJECT,
  [oauth('issuer_mode')]: oneOf('CUSTOM_URL', 'ORG_URL', 'DYNAMIC'),
  [oauth('jwks')]: OBJECT,
  [oauth('network')]: OBJECT,
  [oauth('request_object_signing_alg')]: oneOf(...ALGORITHMS),
  [oauth('sector_identifier_uri')]: TEXT,
  [oauth('subject_type')]: oneOf('public', 'pairwise'),
  [oauth('wildcard_redirect')]: oneOf('DISABLED', 'SUBDOMAIN'),
  visibility: OBJECT,
}

const SHAPED = shapeRules(membersOf(MEMBERS, 'setting'), (name) => SHAPES[name] ?? FLAG)

export const rules: readonly Rule[] = [...GRANT_RULES, ...SIGN_IN_RULES, ...SHAPED]
