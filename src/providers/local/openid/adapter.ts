/**
 * What oidc-provider stores, kept as documents: one collection for each of its models
 * (https://github.com/panva/node-oidc-provider, docs/README.md, "adapter"). Clients are those of the
 * local provider, read anew for each request, so that a change takes effect at once.
 */

import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import type { JsonObject } from '../../../core/json/json.ts'
import { asDoubles } from '../../../core/json/kept-numbers.ts'
import type { Documents, StoredDocument } from '../../../store/documents.ts'
import { CLIENTS } from '../clients.ts'
import { registeredClients } from './registration.ts'

/** An adapter over documents; `now` gives epoch milliseconds, `registers`: clients register themselves. */
export function createAdapter(
  documents: Documents,
  now: () => number,
  registers: boolean,
): AdapterFactory {
  return (model) => {
    if (model !== 'Client') return modelAdapter(documents, model, now)
    const clients = clientAdapter(documents)
    return registers ? { ...clients, ...registeredClients(documents, now) } : clients
  }
}

/** A client that is disabled is not there for any flow, begun or new. */
function clientAdapter(documents: Documents): Adapter {
  return {
    find: async (id) => {
      const record = await documents.get(CLIENTS, id)
      return record === undefined || record.disabled === true ? undefined : payloadOf(record)
    },
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    // Clients change through the local provider only, where dynamic registration is off.
    upsert: async () => {
      throw new TypeError('Clients are not written by the OpenID Provider.')
    },
    consume: async () => {},
    destroy: async () => {},
    revokeByGrantId: async () => {},
  }
}

function modelAdapter(documents: Documents, model: string, now: () => number): Adapter {
  const collection = `oidc:${model}`
  return {
    find: async (id) => stateOf(await documents.find(collection, 'id', id)),
    findByUid: async (uid) => stateOf(await documents.find(collection, 'uid', uid)),
    findByUserCode: async (userCode) =>
      stateOf(await documents.find(collection, 'userCode', userCode)),
    upsert: async (id, payload, expiresIn) => {
      const { grantId, uid, userCode } = payload
      const expiresAt = expiresIn === undefined ? undefined : Math.ceil(now() / 1_000) + expiresIn
      await documents.put(collection, id, bodyOf(payload), { grantId, uid, userCode, expiresAt })
    },
    consume: async (id) => {
      // Two requests with one code at the same time: the second must not pass (RFC 6749 4.1.2).
      if (await documents.consume(collection, id)) return
      throw new errors.InvalidGrant('it has been used already')
    },
    destroy: async (id) => documents.remove(collection, id),
    revokeByGrantId: async (grantId) => documents.removeGrant(collection, grantId),
  }
}

function stateOf(stored: StoredDocument | undefined): AdapterPayload | undefined {
  if (stored === undefined) return undefined
  const { body, consumedAt } = stored
  return payloadOf(consumedAt === undefined ? body : { ...body, consumed: consumedAt })
}

/** oidc-provider knows doubles only. */
const payloadOf = (body: JsonObject) => asDoubles(body) as unknown as AdapterPayload

/** Payloads are plain JSON, save for members that are `undefined`. */
const bodyOf = (payload: AdapterPayload) => JSON.parse(JSON.stringify(payload)) as JsonObject
