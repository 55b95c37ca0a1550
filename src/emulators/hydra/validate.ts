/** What the server demands of a client, and what it fills in (ory/hydra v2.3.0, client/validator.go). */

import { isRecord } from '../copy.ts'
import type { HydraClient } from './members.ts'
import { refuseMetadata } from './refusal.ts'

const METADATA = 'invalid_client_metadata'
const ALGORITHMS = 'RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and ES512'
const MIN_SECRET = 6
/** The scopes of a client that names none, as the server is configured by default. */
const DEFAULT_SCOPE = 'offline_access offline openid'

/** The client with its defaults, or a refusal. */
export function validated(client: HydraClient): HydraClient {
  checkKeys(client)
  const secret = String(client.client_secret ?? '')
  if (secret !== '' && secret.length < MIN_SECRET) {
    refuseMetadata(
      METADATA,
      `Field client_secret must contain a secret that is at least ${MIN_SECRET} characters long.`,
    )
  }
  const origins = texts(client.allowed_cors_origins).map(origin)
  const algorithm = client.userinfo_signed_response_alg || 'none'
  if (algorithm !== 'none' && algorithm !== 'RS256') {
    refuseMetadata(METADATA, "Field userinfo_signed_response_alg can either be 'none' or 'RS256'.")
  }
  checkUris(client)
  const subject = client.subject_type || 'public'
  if (subject !== 'public') {
    refuseMetadata(
      METADATA,
      `Subject type ${subject} is not supported by server, only [public] are allowed.`,
    )
  }
  const strategy = client.access_token_strategy
  if (strategy !== '' && strategy !== 'jwt' && strategy !== 'opaque') {
    refuseMetadata(
      METADATA,
      `invalid access token strategy: expected one of [jwt, opaque] but got ${strategy}`,
    )
  }
  return {
    ...client,
    allowed_cors_origins: origins,
    client_secret_expires_at: 0,
    scope: client.scope || DEFAULT_SCOPE,
    subject_type: subject,
    token_endpoint_auth_method: client.token_endpoint_auth_method || 'client_secret_basic',
    userinfo_signed_response_alg: algorithm,
  }
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [])

function checkKeys(client: HydraClient): void {
  const { jwks, jwks_uri: uri, token_endpoint_auth_signing_alg: algorithm } = client
  if (client.token_endpoint_auth_method === 'private_key_jwt') {
    if (uri === '' && jwks === null) {
      refuseMetadata(
        METADATA,
        "When token_endpoint_auth_method is 'private_key_jwt', either jwks or jwks_uri must be set.",
      )
    }
    if (algorithm !== '' && !ALGORITHMS.split(/, | and /).includes(String(algorithm))) {
      refuseMetadata(
        METADATA,
        `Only ${ALGORITHMS} are supported as algorithms for private key authentication.`,
      )
    }
  }
  if (uri !== '' && jwks !== null) {
    refuseMetadata(METADATA, 'Fields jwks and jwks_uri can not both be set, you must choose one.')
  }
  const keys: readonly unknown[] = isRecord(jwks) && Array.isArray(jwks.keys) ? jwks.keys : []
  if (keys.some((key) => isRecord(key) && key.kty !== 'EC' && key.kty !== 'RSA')) {
    refuseMetadata(METADATA, 'Invalid JSON web key in set.')
  }
}

function origin(text: string): string {
  const [, scheme = '', authority = '', rest = ''] =
    /^(?:([a-z]+):)?(?:\/\/([^/?#]*))?(.*)$/i.exec(text) ?? []
  if (!/^https?$/i.test(scheme)) {
    refuseMetadata(METADATA, `Origin URL ${text} must use https:// or http:// as HTTP scheme.`)
  }
  if (authority.includes('@')) {
    refuseMetadata(
      METADATA,
      `Origin URL ${text} has HTTP user and/or password set which is not allowed.`,
    )
  }
  if (rest.replace(/^\/+(?=$|[?#])/, '') !== '') {
    refuseMetadata(
      METADATA,
      `Origin URL ${text} must have an empty path, query, and fragment but one of the parts is not empty.`,
    )
  }
  return `${scheme}://${authority}`
}

/** Scheme, host and port as they are spelled; `undefined` for what Go's `ParseRequestURI` refuses. */
function placeOf(uri: string): string | undefined {
  const [, scheme, authority = ''] = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?/i.exec(uri) ?? []
  if (scheme === undefined) return uri.startsWith('/') ? '' : undefined
  return `${scheme.toLowerCase()}//${authority.slice(authority.lastIndexOf('@') + 1)}`
}

function checkUris(client: HydraClient): void {
  const places = texts(client.redirect_uris).map((uri) => {
    const place = placeOf(uri)
    if (place === undefined)
      refuseMetadata('invalid_redirect_uri', `Unable to parse redirect URL: ${uri}`)
    if (uri.includes('#')) {
      refuseMetadata('invalid_redirect_uri', 'Redirect URIs must not contain fragments (#).')
    }
    return place
  })
  for (const uri of texts(client.post_logout_redirect_uris)) {
    const place = placeOf(uri)
    if (place === undefined)
      refuseMetadata(METADATA, `Unable to parse post_logout_redirect_uri: ${uri}`)
    if (!places.includes(place)) {
      refuseMetadata(
        METADATA,
        `post_logout_redirect_uri '${uri}' must match the domain, port, scheme of at least one of the registered redirect URIs but did not'`,
      )
    }
  }
}
