/**
 * What the header and the verified claims of an access token must say (RFC 9068, section 4; Amazon
 * Cognito, "Verifying a JSON web token"). One row a check, in the order in which they are reported.
 * No sentence says what was expected: that would help only those who forge.
 */

import type { JsonObject } from '../../core/json/json.ts'
import type { Issuer } from './issuers.ts'
import { clientIdOf } from './principal.ts'

/** What a check sees. */
export interface TokenCase {
  readonly header: JsonObject
  readonly claims: JsonObject
  readonly issuer: Issuer
  readonly nowSeconds: number
}

interface TokenRule {
  readonly says: string
  holds(token: TokenCase): boolean
}

const MAX_TEXT_LENGTH = 1_024

const ACCESS_TYPES: readonly string[] = ['at+jwt', 'application/at+jwt']
/** Types of issuers that do not stamp access tokens. */
const PLAIN_TYPES: readonly string[] = ['', 'jwt', 'application/jwt', ...ACCESS_TYPES]

const RULES: readonly TokenRule[] = [
  {
    says: 'The token is not an access token.',
    holds: ({ header, issuer }) =>
      (issuer.requireTyp ? ACCESS_TYPES : PLAIN_TYPES).includes(typeOf(header)),
  },
  {
    // Cognito stamps `token_use`; OpenID Connect Core section 3.1.3.6: hashes are in ID tokens only
    says: 'The token is not an access token.',
    holds: ({ claims, issuer }) =>
      (claims.token_use === 'access' ||
        (claims.token_use === undefined && issuer.audience !== undefined)) &&
      !Object.hasOwn(claims, 'at_hash') &&
      !Object.hasOwn(claims, 'c_hash'),
  },
  {
    // The sender of a bound token has to show its key (RFC 9449 section 7.2, RFC 8705 section 3), and we
    // ask for no proof: as a Bearer token it would serve a thief. RFC 7800 section 3.1: any `cnf` binds.
    says: 'The access token is bound to a key, and only Bearer tokens without cnf are accepted.',
    holds: ({ claims }) => !Object.hasOwn(claims, 'cnf'),
  },
  {
    says: 'The access token has no valid expiry time.',
    holds: ({ claims }) => isTime(claims.exp),
  },
  {
    says: 'The access token has no valid issue time.',
    holds: ({ claims, issuer, nowSeconds }) =>
      isTime(claims.iat) && Number(claims.iat) <= nowSeconds + issuer.skewSeconds,
  },
  {
    says: 'The access token has expired.',
    holds: ({ claims, issuer, nowSeconds }) => Number(claims.exp) > nowSeconds - issuer.skewSeconds,
  },
  {
    says: 'The access token is not valid yet.',
    holds: ({ claims, issuer, nowSeconds }) =>
      claims.nbf === undefined ||
      (isTime(claims.nbf) && Number(claims.nbf) <= nowSeconds + issuer.skewSeconds),
  },
  {
    says: 'The lifetime of the access token is not accepted.',
    holds: ({ claims, issuer }) => {
      const lifetime = Number(claims.exp) - Number(claims.iat)
      return lifetime > 0 && lifetime <= issuer.maxLifetimeSeconds
    },
  },
  {
    says: 'The access token is for another audience.',
    holds: ({ claims, issuer }) =>
      issuer.audience === undefined ||
      audiences(claims.aud).some((one) => issuer.audience?.includes(one)),
  },
  {
    says: 'The access token has no valid subject.',
    holds: ({ claims }) => isText(claims.sub),
  },
  {
    says: 'The access token has no valid client id.',
    holds: ({ claims, issuer }) =>
      isOptionalText(claims.client_id) &&
      isOptionalText(claims.azp) &&
      (claims.client_id !== undefined || !issuer.requireTyp),
  },
  {
    says: 'The access token was issued to an application that is not accepted.',
    holds: ({ claims, issuer }) => issuer.clientIds?.includes(clientIdOf(claims) ?? '') ?? true,
  },
  {
    says: 'The access token has malformed scopes.',
    holds: ({ claims }) =>
      (claims.scope === undefined || typeof claims.scope === 'string') &&
      (claims.permissions === undefined || isTextList(claims.permissions)),
  },
  {
    says: 'The access token has a malformed token id.',
    holds: ({ claims }) => isOptionalText(claims.jti),
  },
]

/** The sentence of the first check that fails. */
export function tokenFault(token: TokenCase): string | undefined {
  return RULES.find((rule) => !rule.holds(token))?.says
}

/** Lower case, since media types have no case; empty when there is none. */
function typeOf({ typ }: JsonObject): string {
  if (typ === undefined) return ''
  return typeof typ === 'string' && typ !== '' ? typ.toLowerCase() : 'malformed'
}

/** Seconds; JSON allows numbers such as 1e308. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= Number.MAX_SAFE_INTEGER
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_LENGTH
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || isText(value)
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function audiences(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return isTextList(value) ? value : []
}
