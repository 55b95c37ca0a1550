/**
 * Clients of a Keycloak realm: `kc.sh export`, a partial export of the admin console, a file for `--import-realm`, or single
 * clients, all as the admin API spells them (ClientRepresentation).
 */

import { isRecord, type Json, type JsonObject, memberOf } from '../../core/json/json.ts'
import type { ImportedClient, Loss, Reading, Source } from './imported.ts'
import { checkSource } from './placeholders.ts'
import { fault, jsonOf } from './source-value.ts'

/** Clients that every realm has, and those that stand for other realms in the one that manages them. */
const BUILT_IN =
  /^(account|account-console|admin-cli|broker|realm-management|security-admin-console|.+-realm)$/

/** What an import makes of members that are not there (JpaRealmProvider.addClient of the server). */
const DEFAULTS: JsonObject = {
  enabled: true,
  standardFlowEnabled: true,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  publicClient: false,
}

/**
 * Reads realms.
 * @throws ClientError `invalid_field`
 */
export function readKeycloakRealm(sources: readonly Source[]): Reading {
  const losses: Loss[] = []
  const clients = sources.flatMap((source) => {
    checkSource(source.path, source.text)
    const value = jsonOf(source.path, source.text)
    const parts = Array.isArray(value) ? (value as readonly Json[]) : [value]
    return parts.flatMap((part) => clientsOf(source, part, losses))
  })
  return { clients, losses, variables: new Map() }
}

function clientsOf({ path }: Source, part: Json, losses: Loss[]): readonly ImportedClient[] {
  if (!isRecord(part)) throw fault(path, 'is no realm and no client of Keycloak')
  const { realm, clientId } = part
  // A file for `--import-realm` may have users alone.
  const { clients = realm === undefined || clientId !== undefined ? [part] : [] } = part
  if (!Array.isArray(clients)) throw fault(path, 'has "clients" that are no list')
  if (realm !== undefined && clientId === undefined) losses.push(...otherParts(path, part))
  return clients.flatMap((client: Json): readonly ImportedClient[] => {
    const id = isRecord(client) ? memberOf(client, 'clientId') : undefined
    if (!isRecord(client) || typeof id !== 'string') {
      losses.push({ about: path, what: 'a client', why: 'it has no clientId' })
      return []
    }
    const about = `${path}: ${id}`
    const why = whyLeftOut(client, id)
    if (why !== undefined) {
      losses.push({ about, what: 'the client', why })
      return []
    }
    const pool = typeof realm === 'string' ? { userPoolId: realm } : {}
    return [{ about, type: 'keycloak', native: { ...DEFAULTS, ...client }, ...pool }]
  })
}

function whyLeftOut({ protocol = 'openid-connect' }: JsonObject, id: string): string | undefined {
  if (BUILT_IN.test(id)) return 'Keycloak makes it for each realm'
  return protocol === 'openid-connect' ? undefined : `its protocol is ${String(protocol)}`
}

/** What else a realm holds. */
function otherParts(path: string, realm: JsonObject): readonly Loss[] {
  const names = Object.entries(realm)
    .filter(([name, part]) => typeof part === 'object' && part !== null && name !== 'clients')
    .map(([name]) => name)
  if (names.length === 0) return []
  return [{ about: path, what: names.join(', '), why: 'Clientry manages clients only' }]
}
