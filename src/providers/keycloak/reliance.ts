/** Clients that Keycloak itself, or this server, works by means of. */

import { same } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../call.ts'
import type { Bar, Reliance } from '../provider.ts'
import type { Realm } from './calls/realm.ts'

/**
 * Those that every realm has (keycloak/keycloak, Constants.java and RealmManager.java). Nothing else marks
 * them: their names are placeholders such as `${client_account}`, which anyone may change.
 */
const BUILT_IN: readonly string[] = [
  'account',
  'account-console',
  'admin-cli',
  'broker',
  'realm-management',
  'security-admin-console',
]

/** The realm `master` has one more for each realm. */
const OF_REALM = /-realm$/

/** Who works by means of a client. */
export function relianceOf(realm: Realm | undefined, { id }: ClientRef): Reliance | undefined {
  if (realm === undefined) return undefined
  if (id === realm.clientId) return 'own'
  const ofRealm = realm.realm === 'master' && OF_REALM.test(id)
  return BUILT_IN.includes(id) || ofRealm ? 'built_in' : undefined
}

/** Settings that decide which roles the tokens of a service account have. */
const ROLES = [
  ['fullScopeAllowed', 'left without the roles of its service account'],
  ['defaultClientScopes', 'given other scopes, by which roles get into its tokens'],
  ['protocolMappers', 'given other mappers, by which roles get into its tokens'],
  ['notBefore', 'made to lose its tokens'],
] as const

/** The first such setting that a change sets. */
export function barOf(base: Native, next: Native): Bar | undefined {
  const changed = ROLES.find(([member]) => !same(base[member] ?? null, next[member] ?? null))
  return changed && { member: changed[0], says: changed[1] }
}
