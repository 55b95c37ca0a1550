/** A realm: its clients, scopes and policy, and the clients that every realm has. */

import { randomUUID } from 'node:crypto'
import type { KeycloakClient } from './members.ts'

export interface Realm {
  readonly name: string
  /** By the ids of their records. */
  readonly clients: Map<string, KeycloakClient>
  /** By name: id and protocol. */
  readonly scopes: ReadonlyMap<string, { readonly id: string; readonly protocol: string }>
  readonly defaults: { readonly default: readonly string[]; readonly optional: readonly string[] }
  /** How long its sessions last (seconds), which those of a client may not exceed. */
  readonly sessions: SessionSeconds
  /** How long its authorization codes live (seconds). */
  readonly codeSeconds: number
  /** Whether a client policy rotates the secrets of confidential clients. */
  rotatesSecrets: boolean
  /** Lists of clients that it has answered. */
  lists: number
}

export interface SessionSeconds {
  readonly max: number
  readonly idle: number
}

const SESSIONS: SessionSeconds = { max: 36_000, idle: 1_800 }
const CODE_SECONDS = 60

/** What realms of an emulator have otherwise than a new one. */
export interface RealmSettings {
  readonly sessions?: SessionSeconds | undefined
  readonly codeSeconds?: number | undefined
  /** Names of further client scopes. */
  readonly scopes?: readonly string[] | undefined
}

const DEFAULT = ['profile', 'email', 'roles', 'web-origins', 'acr', 'basic']
const OPTIONAL = ['offline_access', 'address', 'phone', 'microprofile-jwt', 'organization']
const OTHERS = ['service_account']
const OF_SAML = ['role_list', 'saml_organization', 'AuthnContextClassRef']

const BUILT_IN = [
  'account',
  'account-console',
  'admin-cli',
  'broker',
  'realm-management',
  'security-admin-console',
]

/** A new realm. */
export function newRealm(
  name: string,
  { sessions = SESSIONS, codeSeconds = CODE_SECONDS, scopes: more = [] }: RealmSettings = {},
): Realm {
  const scopes = [
    ...[...DEFAULT, ...OPTIONAL, ...OTHERS, ...more].map(
      (scope) => [scope, 'openid-connect'] as const,
    ),
    ...OF_SAML.map((scope) => [scope, 'saml'] as const),
  ]
  const realm: Realm = {
    name,
    clients: new Map(),
    scopes: new Map(
      scopes.map(([scope, protocol]) => [scope, { id: randomUUID(), protocol }] as const),
    ),
    defaults: { default: [...DEFAULT, ...OF_SAML], optional: OPTIONAL },
    sessions,
    codeSeconds,
    rotatesSecrets: false,
    lists: 0,
  }
  for (const clientId of BUILT_IN) {
    const id = randomUUID()
    realm.clients.set(id, builtIn(id, clientId, realm))
  }
  return realm
}

function builtIn(id: string, clientId: string, realm: Realm): KeycloakClient {
  const bearerOnly = ['broker', 'realm-management'].includes(clientId)
  return {
    ...BARE,
    id,
    clientId,
    name: `\${client_${clientId}}`,
    bearerOnly,
    standardFlowEnabled: clientId !== 'admin-cli',
    directAccessGrantsEnabled: clientId === 'admin-cli',
    publicClient: !bearerOnly,
    fullScopeAllowed: clientId === 'admin-cli',
    nodeReRegistrationTimeout: 0,
    attributes: { realm_client: String(bearerOnly) },
    defaultClientScopes: ofOpenId(realm, realm.defaults.default),
    optionalClientScopes: [...realm.defaults.optional],
  }
}

/** What a new client has that names nothing. */
export const BARE: KeycloakClient = {
  surrogateAuthRequired: false,
  enabled: true,
  alwaysDisplayInConsole: false,
  clientAuthenticatorType: 'client-secret',
  redirectUris: [],
  webOrigins: [],
  notBefore: 0,
  bearerOnly: false,
  consentRequired: false,
  standardFlowEnabled: true,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  publicClient: false,
  frontchannelLogout: false,
  protocol: 'openid-connect',
  attributes: {},
  authenticationFlowBindingOverrides: {},
  fullScopeAllowed: true,
  nodeReRegistrationTimeout: -1,
}

/** Names of scopes that clients of OpenID Connect can have. */
export const ofOpenId = (realm: Realm, names: readonly string[]): readonly string[] =>
  names.filter((name) => realm.scopes.get(name)?.protocol === 'openid-connect')
