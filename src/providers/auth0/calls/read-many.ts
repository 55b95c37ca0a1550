/**
 * Reading many clients with one call each. Their connections are read the other way round and for all clients at
 * once: for each connection of the tenant, the clients that may use it (Management API, "Get enabled clients for a
 * connection"). So a record that is made here can have connections that are `AGE_MS` old; decision 95 says where
 * that is good enough.
 */

import type { Json, JsonObject } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Call } from '../../call.ts'
import type { ReadOneOfMany } from '../../provider.ts'
import { asMember, ENABLED } from '../connections.ts'
import { listConnections, listEnabledClients, readClient, readWhole } from '../records.ts'
import type { Send } from './call.ts'

/** How old the connections of a record may be (milliseconds). */
const AGE_MS = 300_000
/** The part of a client's time that reading the connections of all may take. */
const SHARE_OF_TIME = 1 / 3
/** The calls that it may take for each client; it saves one. */
const SHARE_OF_CALLS = 1 / 2

/** The connections of each client that has any, as a record has them. */
type Enabled = ReadonlyMap<string, JsonObject>

/** A reader for `count` clients; the connections are read when the first one comes, and again when they are old. */
export function createReadMany(send: Send, count: number, now: () => number): ReadOneOfMany {
  let shared: { readonly at: number; readonly enabled: Promise<Enabled | undefined> } | undefined
  const enabledAt = (call: Call) => {
    const at = now()
    if (shared === undefined || at - shared.at >= AGE_MS) {
      const deadline = at + (call.deadline - at) * SHARE_OF_TIME
      const calls = Math.floor(count * SHARE_OF_CALLS)
      // What goes wrong here only means that each client is read whole.
      const enabled = readEnabled(send, { ...call, deadline }, calls).catch(() => undefined)
      shared = { at, enabled }
    }
    return shared.enabled
  }
  return async (ref, call, { fields, isExpected }) => {
    if (fields.includes('supportedIdp')) return readWhole(send, ref, call, fields)
    const enabled = await enabledAt(call)
    if (enabled === undefined) return readWhole(send, ref, call, fields)
    const native = await readClient(send, ref, call)
    const record = { ...native, [ENABLED]: enabled.get(ref.id) ?? {} }
    return isExpected(record) ? record : readWhole(send, ref, call, fields)
  }
}

/** `undefined`: it would take more than so many calls. */
async function readEnabled(send: Send, call: Call, most: number): Promise<Enabled | undefined> {
  // One for the connections of the tenant, and one for a connection at least.
  if (most < 2) return undefined
  let calls = 0
  const counted: Send = (request, one) => {
    calls += 1
    return calls > most ? Promise.reject(new TypeError('too many calls')) : send(request, one)
  }
  const connections = Object.entries(asMember(await listConnections(counted, call)))
  if (calls + connections.length > most) return undefined
  const clients = await Promise.all(
    connections.map(([id]) => listEnabledClients(counted, id, call)),
  )
  const enabled = new Map<string, JsonObject>()
  for (const [index, [id, connection]] of connections.entries()) {
    for (const client of (clients[index] ?? []).flatMap(idOf)) {
      enabled.set(client, { ...enabled.get(client), [id]: connection })
    }
  }
  return enabled
}

const idOf = (item: Json): readonly string[] =>
  isRecord(item) && typeof item.client_id === 'string' ? [item.client_id] : []
