/**
 * What an application is and how it gets tokens: its type, which never changes, and the grants, response types and ways
 * of authentication that go with it. Source: Okta, "Dynamic Client Registration" and the types of @okta/okta-sdk-nodejs
 * 8.1.0 (GrantType, OAuthResponseType, OAuthEndpointAuthenticationMethod).
 */

import type { Json } from '../../core/json/json.ts'
import { texts } from '../../core/mapping/lenses.ts'
import type { Lens, Native, NativeChange } from '../../core/mapping/row.ts'
import { DELIVERY, LEEWAY, METHOD, oauth, PKCE, ROTATION } from './members.ts'

const GRANTS = [
  'authorization_code',
  'implicit',
  'password',
  'refresh_token',
  'client_credentials',
  'interaction_code',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:openid:params:grant-type:ciba',
  'urn:okta:params:oauth:grant-type:otp',
  'urn:okta:params:oauth:grant-type:oob',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
]

/** Seconds; Okta's own default for rotating ones. */
export const DEFAULT_LEEWAY = 30

/** Ways of authentication that need a secret. */
const BY_SECRET = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt']

export const grantsOf = (native: Native) => texts(native[oauth('grant_types')])
export const responseTypesOf = (native: Native) => texts(native[oauth('response_types')])
export const typeOf = ({ [oauth('application_type')]: type = null }: Native): Json => type
export const methodOf = ({ [METHOD]: method = 'client_secret_basic' }: Native) => String(method)

/** Whether the client authenticates with a secret. */
export const usesSecret = (native: Native): boolean => BY_SECRET.includes(methodOf(native))

/** Response types of which a grant needs one (Okta: "Dynamic Client Registration", `response_types`). */
export const NEEDED: Readonly<Record<string, readonly string[]>> = {
  authorization_code: ['code'],
  implicit: ['token', 'id_token'],
}

/** Whether each grant has a response type. */
export const lacksResponseType = (native: Native, grant: string): boolean =>
  !(NEEDED[grant] ?? []).some((type) => responseTypesOf(native).includes(type))

const REFRESH = 'refresh_token'
const CIBA = 'urn:openid:params:grant-type:ciba'

/** Settings that come and go with a grant: Okta takes them away with it, and gives them their defaults (recorded). */
const followersOf = (native: Native, grants: readonly string[]): NativeChange => {
  const [had, has] = [grantsOf(native), grants].map(
    (list) => (grant: string) => list.includes(grant),
  )
  if (had === undefined || has === undefined) return {}
  const isRotating = typeOf(native) === 'browser'
  const usual = isRotating
    ? { [ROTATION]: 'ROTATE', [LEEWAY]: DEFAULT_LEEWAY }
    : { [ROTATION]: 'STATIC' }
  const goes = (grant: string) => had(grant) && !has(grant)
  const comes = (grant: string, member: string) =>
    !had(grant) && has(grant) && native[member] === undefined
  return {
    ...(goes(REFRESH) ? { [ROTATION]: undefined, [LEEWAY]: undefined } : {}),
    ...(comes(REFRESH, ROTATION) ? usual : {}),
    ...(goes(CIBA) ? { [DELIVERY]: undefined } : {}),
    ...(comes(CIBA, DELIVERY) ? { [DELIVERY]: 'poll' } : {}),
  }
}

/** A grant that is added brings its response type along, without which Okta refuses it. */
export const grantTypes: Lens<readonly string[]> = {
  support: 'native',
  keys: [oauth('grant_types')],
  get: grantsOf,
  put: (value, native) => {
    const grants = value ?? ['authorization_code']
    const added = grants.filter(
      (grant) =>
        Object.hasOwn(NEEDED, grant) &&
        !grantsOf(native).includes(grant) &&
        lacksResponseType(native, grant),
    )
    const types = added.flatMap((grant) => NEEDED[grant]?.slice(0, 1) ?? [])
    return {
      [oauth('grant_types')]: [...grants],
      ...(types.length === 0
        ? {}
        : { [oauth('response_types')]: [...responseTypesOf(native), ...types] }),
      ...followersOf(native, grants),
    }
  },
  limits: { values: GRANTS },
  note: 'authorization_code and implicit bring their response type along where the client has none of it. What belongs to refresh_token and CIBA comes and goes with them.',
}

export const tokenEndpointAuthMethod: Lens<string | null> = {
  support: 'native',
  keys: [METHOD],
  get: (native) => native[METHOD] as string | undefined,
  put: (value) => {
    const method = value ?? 'client_secret_basic'
    return method === 'none' ? { [METHOD]: method, [PKCE]: true } : { [METHOD]: method }
  },
  limits: { values: ['none', ...BY_SECRET, 'private_key_jwt'] },
  note: 'none sets pkce_required as well, without which Okta refuses it. A change ends or replaces the secrets of the client; its plan says which.',
}

const TYPES: Readonly<Record<string, string>> = {
  web: 'regular_web',
  browser: 'spa',
  native: 'native',
  service: 'non_interactive',
}

/** The kind of application, in the words that all providers share. */
export const appTypeOf = (native: Native): string | undefined => TYPES[String(typeOf(native))]
