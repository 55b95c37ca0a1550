/**
 * What a new application starts from. `KINDS` is what we decide; `defaultsOf` is what Auth0 sets where
 * a creation names nothing (162 recorded creations of auth0-deploy-cli, terraform-provider-auth0 and
 * go-auth0), so that only what differs is sent.
 *
 * Sources of the kinds: RFC 9700 section 2.1.1 (code flow, no implicit) and section 4.14.2 (refresh
 * tokens of public clients rotate); RFC 9700 section 2.4 (no password grant); RFC 6749 section 2.3.1
 * (Basic is what a server must take), section 4.4 (client credentials for confidential clients only);
 * Auth0 docs, "OIDC-Conformant Authentication" and "Signing Algorithms" (RS256: a public client cannot
 * verify HS256). PKCE is no setting of an application: Auth0 checks a challenge whenever one is sent.
 */

import type { ClientKind } from '../../core/client-kind.ts'
import { type JsonObject, same } from '../../core/json/json.ts'
import type { Native, NativeChange, View } from '../../core/mapping/row.ts'

const ID_TOKEN_SECONDS = 36_000
/** Of third parties in strict mode. */
const STRICT_SECONDS = 3_600
const REFRESH_SECONDS = 2_592_000
const REFRESH_IDLE_SECONDS = 1_296_000
/** For clients that are made with `client_secret_post`, whatever their type. */
const LONG_REFRESH_SECONDS = 31_557_600
const LONG_REFRESH_IDLE_SECONDS = 2_592_000

/** Sent whole: beside a part of it Auth0 sets no lifetime (47 recorded creations). */
const RS256 = {
  jwt_configuration: { alg: 'RS256', lifetime_in_seconds: ID_TOKEN_SECONDS, secret_encoded: false },
}
const CODE_FLOW = { grant_types: ['authorization_code', 'refresh_token'], ...RS256 }
const PUBLIC = {
  ...CODE_FLOW,
  token_endpoint_auth_method: 'none',
  refresh_token: {
    rotation_type: 'rotating',
    expiration_type: 'expiring',
    leeway: 0,
    infinite_token_lifetime: false,
    infinite_idle_token_lifetime: false,
    token_lifetime: REFRESH_SECONDS,
    idle_token_lifetime: REFRESH_IDLE_SECONDS,
  },
}
const CONFIDENTIAL = { token_endpoint_auth_method: 'client_secret_basic' }

const KINDS: Readonly<Record<ClientKind, JsonObject>> = {
  spa: { app_type: 'spa', ...PUBLIC },
  native: { app_type: 'native', ...PUBLIC },
  web: { app_type: 'regular_web', ...CODE_FLOW, ...CONFIDENTIAL },
  machine: { app_type: 'non_interactive', grant_types: ['client_credentials'], ...CONFIDENTIAL },
}

/** The record that a new application of a kind starts from. */
export function blank(kind: ClientKind): Native {
  const own = { oidc_conformant: true, ...KINDS[kind] }
  return { ...defaultsOf(own), ...own }
}

/** What Auth0 sets by itself beside these members. */
export function defaultsOf(native: Native): Native {
  const third = native.is_first_party === false
  const strict = third && native.third_party_security_mode === 'strict'
  return {
    is_first_party: true,
    is_token_endpoint_ip_header_trusted: false,
    oidc_conformant: third || native.app_type === 'resource_server',
    sso_disabled: false,
    cross_origin_authentication: false,
    custom_login_page_on: true,
    grant_types: strict ? ['authorization_code'] : grantsOf(native),
    jwt_configuration: strict ? STRICT_TOKENS : tokensOf(native),
    refresh_token: refreshOf(native, third, strict),
    ...(third ? { third_party_security_mode: 'permissive' } : {}),
  }
}

const STRICT_TOKENS = { alg: 'RS256', lifetime_in_seconds: STRICT_SECONDS, secret_encoded: false }

function grantsOf({ app_type: type }: Native): readonly string[] {
  if (type === 'resource_server') return []
  const users = ['authorization_code', 'implicit', 'refresh_token']
  return type === 'spa' || type === 'native' ? users : [...users, 'client_credentials']
}

const tokensOf = ({ app_type: type }: Native): JsonObject =>
  type === 'resource_server'
    ? { alg: 'RS256', secret_encoded: false }
    : { lifetime_in_seconds: ID_TOKEN_SECONDS, secret_encoded: false }

function refreshOf(native: Native, third: boolean, strict: boolean): JsonObject {
  const long = native.token_endpoint_auth_method === 'client_secret_post'
  return {
    rotation_type: third && !strict ? 'rotating' : 'non-rotating',
    expiration_type: third ? 'expiring' : 'non-expiring',
    leeway: 0,
    infinite_token_lifetime: !third || strict,
    infinite_idle_token_lifetime: !third,
    token_lifetime: long ? LONG_REFRESH_SECONDS : REFRESH_SECONDS,
    idle_token_lifetime: long ? LONG_REFRESH_IDLE_SECONDS : REFRESH_IDLE_SECONDS,
  }
}

const PARTY = ['is_first_party']
const isFirst = (native: Native) => native.is_first_party !== false

/**
 * Whose an application is. A creation settles it (Auth0 docs, "First-Party and Third-Party Applications"), and with it what
 * Auth0 sets beside.
 */
export const firstParty: View<boolean> = {
  support: 'read-only',
  keys: PARTY,
  get: isFirst,
  why: 'Auth0 refuses to turn a first party into a third party or back; only a creation sets it',
  made: {
    support: 'native',
    keys: PARTY,
    get: isFirst,
    put: (value, native) => ({
      ...movedDefaults(native, value ?? true),
      is_first_party: value ?? true,
    }),
  },
}

/** What the new client has from Auth0 alone, as Auth0 sets it for the other party. */
function movedDefaults(native: Native, is_first_party: boolean): NativeChange {
  const [before, after] = [defaultsOf(native), defaultsOf({ ...native, is_first_party })]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const isDefault = (name: string) => same(native[name] ?? null, before[name] ?? null)
  return Object.fromEntries([...names].filter(isDefault).map((name) => [name, after[name]]))
}
