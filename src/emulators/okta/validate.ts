/**
 * What Okta refuses in a body. Texts are recorded or in the OpenAPI file where a comment says so; the others are made up,
 * in the recorded form with the member first.
 */

import { isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import type { OktaApp } from './org.ts'
import { failure, invalid } from './refusal.ts'

type Members = Readonly<Record<string, unknown>>

const SETTINGS = 'settings.oauthClient'
const inSettings = (name: string, says: string) =>
  invalid('settings', `${SETTINGS}.${name}: ${says}`)

const objectOf = (value: unknown): Members => (isRecord(value) ? value : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Refuses an application; `body` as it was sent. */
export function checkApp(app: OktaApp, body: Members): void {
  const { label, name } = app
  if (name !== 'oidc_client') refuse(failure(400, 'E0000001', 'Api validation failed: name'))
  if (typeof label !== 'string' || label === '') {
    invalid('label', 'label: The field cannot be left blank')
  }
  if (String(label).length > 100) invalid('label', 'label: The field is too long')
  const oauth = objectOf(objectOf(app.settings).oauthClient)
  const client = objectOf(objectOf(app.credentials).oauthClient)
  checkGrants(oauth)
  checkUris(oauth)
  checkClient(client, oauth)
  checkSecret(objectOf(objectOf(body.credentials).oauthClient).client_secret, client)
}

const TYPES = ['web', 'browser', 'native', 'service']
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  service: [
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:saml2-bearer',
    // In no document, and on a recorded application.
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ],
}
const NOT_FOR: Readonly<Record<string, readonly string[]>> = {
  browser: ['client_credentials', 'password'],
  native: ['client_credentials'],
}

function checkGrants(oauth: Members): void {
  const type = String(oauth.application_type)
  if (!TYPES.includes(type)) inSettings('application_type', 'not a valid application type')
  const grants = listOf(oauth.grant_types).map(String)
  const types = listOf(oauth.response_types).map(String)
  if (grants.length === 0) inSettings('grant_types', 'The field cannot be left blank')
  const needsCode = type === 'web' || type === 'native'
  if (needsCode && !grants.includes('authorization_code')) {
    // Salesforce help 001123173 shows this text.
    invalid(
      'settings',
      `'grant_types' must contain 'authorization_code' when 'application_type' is '${type}'.`,
    )
  }
  const only = GRANTS[type]
  const isWrong = (grant: string) =>
    (only !== undefined && !only.includes(grant)) || NOT_FOR[type]?.includes(grant) === true
  const wrong = grants.find(isWrong)
  if (wrong !== undefined) inSettings('grant_types', `'${wrong}' is not for '${type}'`)
  if (grants.includes('authorization_code') && !types.includes('code')) {
    inSettings('response_types', "must contain 'code'")
  }
  const hasToken = types.includes('token') || types.includes('id_token')
  if (grants.includes('implicit') && !hasToken) {
    inSettings('response_types', "must contain 'token' or 'id_token'")
  }
  // Documented for client_credentials too, with which recorded applications have it.
  if (oauth.dpop_bound_access_tokens === true && grants.includes('implicit')) {
    inSettings('dpop_bound_access_tokens', 'cannot be used with implicit')
  }
}

/** Absolute, with a scheme, and a wildcard only where that is on, in the first label. */
const URI = /^[a-z][a-z0-9+.-]*:[^\s#]+$/i

function checkUris(oauth: Members): void {
  const uris = listOf(oauth.redirect_uris).map(String)
  const grants = listOf(oauth.grant_types)
  const needsNone =
    oauth.application_type === 'service' ||
    grants.includes('client_credentials') ||
    grants.includes('password')
  if (uris.length === 0 && !needsNone) inSettings('redirect_uris', 'must have at least one')
  const all = [...uris, ...listOf(oauth.post_logout_redirect_uris).map(String)]
  const bad = all.find((uri) => !URI.test(uri))
  if (bad !== undefined) inSettings('redirect_uris', 'must be valid URIs')
  if (oauth.wildcard_redirect !== 'SUBDOMAIN' && uris.some((uri) => uri.includes('*'))) {
    inSettings('redirect_uris', 'wildcards are not allowed')
  }
  const login = objectOf(oauth.idp_initiated_login)
  if (['SPEC', 'OKTA'].includes(String(login.mode)) && oauth.initiate_login_uri === undefined) {
    inSettings('initiate_login_uri', 'must be set')
  }
}

function checkClient(client: Members, oauth: Members): void {
  const { client_id: id, token_endpoint_auth_method: method, pkce_required: pkce } = client
  // OpenAPI file: 6 to 100 characters, not ALL_CLIENTS.
  if (!/^[\w$.+!*'(),-]{6,100}$/.test(String(id)) || id === 'ALL_CLIENTS') {
    invalid('client_id', "client_id: 'client_id' is not valid.")
  }
  if (method === 'none' && pkce !== true) {
    invalid('credentials', "'pkce_required' must be true when there is no client authentication.")
  }
  const keys = listOf(objectOf(oauth.jwks).keys)
  if (method === 'private_key_jwt' && keys.length === 0 && oauth.jwks_uri === undefined) {
    inSettings('jwks', 'must be set for private_key_jwt')
  }
  checkKeys(keys.map(objectOf))
}

const MAX_KEYS = 50
const MIN_RSA_BYTES = 256

/** The length of RSA keys is recorded; the other texts are in the OpenAPI file. */
function checkKeys(keys: readonly Members[]): void {
  const part = 'JsonWebKey'
  if (keys.length > MAX_KEYS) invalid(part, `maximum number of keys allowed (${MAX_KEYS})`)
  const kids = keys.map(({ kid }) => kid)
  if (new Set(kids).size < kids.length)
    invalid(part, "All keys in the 'jwks' must have a unique `kid`.")
  const isShort = ({ kty, n }: Members) =>
    kty === 'RSA' && Buffer.from(String(n), 'base64url').length < MIN_RSA_BYTES
  if (keys.some(isShort)) {
    invalid(part, "RSA key length in the 'jwks' is less than '2,048' bits for the given key.")
  }
}

/** Texts of the OpenAPI file. */
export function checkSecret(secret: unknown, client: Members = {}): void {
  if (secret === undefined || secret === '') return
  const says = (text: string) => invalid('client_secret', `client_secret: ${text}`)
  const { token_endpoint_auth_method: method } = client
  const text = String(secret)
  if (method === 'none' || method === 'private_key_jwt') {
    invalid(
      'client_secret',
      `'client_secret' can't be used when 'token_endpoint_auth_method' is '${method}'.`,
    )
  }
  if (text.length < 14) says("'client_secret' must be at least '14' characters long.")
  if (text.length > 100) says("'client_secret' can't be more than '100' characters long.")
  if (!/^[\x20-\x7e]+$/.test(text)) says('must only contain printable ASCII: [x20-x7E]+')
  if (method === 'client_secret_jwt' && text.length < 32) {
    says("'client_secret' must be at least '32' characters long.")
  }
}
