/**
 * The connections that are enabled for a client. Auth0 keeps them on the connections, not on the
 * client; a record carries them in a member of ours, so that one plan covers both.
 */

import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { inner } from '../../core/mapping/lenses.ts'
import type { Lens, Native } from '../../core/mapping/row.ts'

/** Connections enabled for the client: id → `{ name, strategy }`. Not a member of Auth0's. */
export const ENABLED = '$connections'
/** Connections of the tenant, read only when some shall change. Not a member of Auth0's. */
export const AVAILABLE = '$tenant_connections'

export const supportedIdp: Lens<readonly string[]> = {
  support: 'native',
  keys: [ENABLED],
  afterCreation: true,
  get: (native) => Object.values(inner(native, ENABLED)).map(nameOf).sort(),
  put: (names, native) => {
    // A record that was read always has it; one without is a client that is only being made.
    if (native[ENABLED] === undefined) throw notYet()
    const connections = { ...inner(native, AVAILABLE), ...inner(native, ENABLED) }
    return {
      [ENABLED]: Object.fromEntries((names ?? []).map((name) => entryOf(connections, name))),
    }
  },
  note: 'Names of connections. Auth0 stores them on the connections, so a change takes one call for each.',
}

function entryOf(connections: JsonObject, name: string): readonly [string, Json] {
  const match = Object.entries(connections).find(([, connection]) => nameOf(connection) === name)
  if (match !== undefined) return match
  throw new ClientError(
    'invalid_field',
    'client.supportedIdp must contain only names of connections of this Auth0 tenant.',
    { field: 'client.supportedIdp' },
  )
}

const notYet = () =>
  new ClientError(
    'unsupported_field',
    'client.supportedIdp cannot be set when a client is created, because Auth0 stores it on the connections. Set it afterwards.',
    { field: 'client.supportedIdp' },
  )

const nameOf = (connection: Json) =>
  isRecord(connection) && typeof connection.name === 'string' ? connection.name : ''

/** Ids of connections to enable and to disable. */
export function connectionChanges(
  base: Native,
  next: Native,
): { readonly enable: readonly string[]; readonly disable: readonly string[] } {
  const before = Object.keys(inner(base, ENABLED))
  const after = Object.keys(inner(next, ENABLED))
  return {
    enable: after.filter((id) => !before.includes(id)),
    disable: before.filter((id) => !after.includes(id)),
  }
}

/** Connections as the API lists them, as a member of a record. */
export function asMember(connections: readonly Json[]): JsonObject {
  return Object.fromEntries(
    connections.flatMap((connection) => {
      if (!isRecord(connection) || typeof connection.id !== 'string') return []
      const { id, name = '', strategy = '' } = connection
      return [[id, { name, strategy }]]
    }),
  )
}
