/**
 * What Hydra demands of a client (ory/hydra v2.3.0, client/validator.go), and what its JSON Patch answers with a
 * 500 that names nothing (a value of another type, a duration that is none; measured), as sentences for the caller.
 */

import { isRecord, type Json } from '../../core/json/json.ts'
import { texts } from '../../core/mapping/lenses.ts'
import { membersOf } from '../../core/mapping/members.ts'
import type { Native, Rule } from '../../core/mapping/row.ts'
import { FLAG, type Shape, shapeRules, TEXT, TEXTS } from '../../core/mapping/shapes.ts'
import { readUri } from '../../core/uri/uri-reading.ts'
import { secondsOf } from './lifespans.ts'
import { isLifespan, MEMBERS } from './members.ts'

const isSet = (value: Json | undefined): boolean =>
  value !== undefined && value !== null && value !== ''

const hasKeys = ({ jwks }: Native): boolean =>
  isRecord(jwks) && Array.isArray(jwks.keys) && jwks.keys.length > 0

/** Scheme, host and port as they are spelled: to Hydra a port that is named is another one. */
function placeOf(url: string): string {
  const { scheme, host, port } = readUri(url)
  return `${scheme.toLowerCase()}://${host}${port}`
}

/** Whether each logout URL has a redirect URI of its scheme, host and port. */
function logoutUrlsFit(next: Native): boolean {
  const places = texts(next.redirect_uris).map(placeOf)
  return texts(next.post_logout_redirect_uris).every((url) => places.includes(placeOf(url)))
}

const FIT: readonly Rule[] = [
  {
    says: 'client.allowedLogoutUrls and client.callbacks must fit: each logout URL needs a callback of the same scheme, host and port. Change both in the same request.',
    field: 'client.allowedLogoutUrls',
    holds: logoutUrlsFit,
  },
  {
    // RFC 7591 section 2; Hydra: "Fields jwks and jwks_uri can not both be set".
    says: 'client.jwksUri and client.providerSettings.jwks exclude each other: set one of them to null.',
    field: 'client.providerSettings.jwks',
    holds: (next) => !isSet(next.jwks_uri) || !hasKeys(next),
  },
  {
    says: 'client.tokenEndpointAuthMethod private_key_jwt needs keys: set client.jwksUri or client.providerSettings.jwks in the same request.',
    field: 'client.tokenEndpointAuthMethod',
    holds: (next) =>
      next.token_endpoint_auth_method !== 'private_key_jwt' ||
      isSet(next.jwks_uri) ||
      hasKeys(next),
  },
  {
    says: 'client.providerSettings.token_endpoint_auth_signing_alg must be RS, PS or ES with 256, 384 or 512, such as ES256.',
    field: 'client.providerSettings.token_endpoint_auth_signing_alg',
    holds: ({ token_endpoint_auth_method: method, token_endpoint_auth_signing_alg: alg }) =>
      method !== 'private_key_jwt' || !isSet(alg) || SIGNED_BY_KEYS.test(String(alg)),
  },
]

const SIGNED_BY_KEYS = /^(?:RS|PS|ES)(?:256|384|512)$/

const oneOf =
  (...all: readonly string[]) =>
  (value: Json) =>
    value === '' || all.some((one) => one === value)

const DURATION: Shape = [
  (value) => secondsOf(value) !== undefined,
  'a duration with its unit, such as 1h30m or 90s',
]

/** What each raw setting holds; lifetimes are durations, all others texts. */
const SHAPES: Readonly<Record<string, Shape>> = {
  access_token_strategy: [oneOf('jwt', 'opaque'), 'jwt or opaque'],
  audience: TEXTS,
  backchannel_logout_session_required: FLAG,
  frontchannel_logout_session_required: FLAG,
  jwks: [isRecord, 'a JWK Set, {"keys": [...]}'],
  request_uris: TEXTS,
  skip_logout_consent: FLAG,
  userinfo_signed_response_alg: [oneOf('none', 'RS256'), 'none or RS256'],
}

const shapeOf = (name: string): Shape => SHAPES[name] ?? (isLifespan(name) ? DURATION : TEXT)

/** One for each setting that no field stands for. */
const SHAPED = shapeRules(membersOf(MEMBERS, 'setting'), shapeOf)

export const rules: readonly Rule[] = [...FIT, ...SHAPED]
