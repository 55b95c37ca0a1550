/** Making an app client (CreateUserPoolClient). */

import type { JsonObject } from '../../core/json/json.ts'
import { same } from '../../core/json/json.ts'
import { doubleOf } from '../../core/json/json-number.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { isFor } from '../../core/mapping/uses.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Call, Place } from '../call.ts'
import { type CandidateSource, findCandidates } from '../candidates.ts'
import type { Creation } from '../creation.ts'
import type { SecretStep } from '../secrets.ts'
import { withoutOwnRole } from './analytics.ts'
import { type Invoke, recordOf } from './calls/call.ts'
import { blank, chosen, DEFAULTS } from './kinds.ts'
import { mapping } from './mapping.ts'
import { hasSecret } from './record.ts'
import { listClients, readWhole } from './records.ts'

/** Nothing is documented about ListUserPoolClients; this is ours. */
const LIST_LAG_SECONDS = 5

/** Creation in the pools of one account. */
export function createCreation(invoke: Invoke, listLagSeconds = LIST_LAG_SECONDS): Creation {
  const ages: Ages = new Map()
  return {
    blank,
    chosen,
    sent: bodyOf,
    step: (place, next) => creationStep(invoke, place, next),
    listLagMs: listLagSeconds * 1_000,
    find: (place, search, call) =>
      findCandidates(sourceIn(invoke, ages, place, call), search.next.ClientName, search),
    idOf: ({ ClientId }) => String(ClientId),
  }
}

/**
 * When clients were made (epoch milliseconds), by pool and id. That never changes and only a read of each
 * client shows it, so a search that ran out of time goes on with the next one.
 */
type Ages = Map<string, number>

/** Ages that are remembered; a pool has 1,000 clients unless AWS allows more. */
const MAX_AGES = 100_000

function sourceIn(invoke: Invoke, ages: Ages, place: Place, call: Call): CandidateSource {
  const keyOf = (id: string) => JSON.stringify([place.userPoolId ?? null, id])
  return {
    page: async (cursor) => {
      const { items, ...rest } = await listClients(invoke, place, call, cursor)
      const aged = items.map((item) => {
        const createdAt = ages.get(keyOf(item.id))
        return createdAt === undefined ? item : { ...item, createdAt }
      })
      return { ...rest, items: aged }
    },
    read: async (id) => {
      const native = await readWhole(invoke, { ...place, id }, call)
      const at = createdAt(native)
      if (ages.size >= MAX_AGES) ages.clear()
      if (at !== undefined) ages.set(keyOf(id), at)
      return native
    },
    nameOf: ({ ClientName }) => ClientName,
    createdAt,
    ageInRecord: true,
  }
}

/** The service may write 1.548802761334E9, which is kept as it stands. */
function createdAt({ CreationDate }: Native): number | undefined {
  const seconds = doubleOf(CreationDate)
  return seconds === undefined ? undefined : Math.round(seconds * 1_000)
}

function creationStep(invoke: Invoke, place: Place, next: Native): SecretStep {
  const confidential = hasSecret(next)
  // A secret of the caller's own excludes one that the service makes.
  const generates = confidential && next.ClientSecret === undefined
  const body = { ...bodyOf(next), ...(generates ? { GenerateSecret: true } : {}) }
  let value: Secret | undefined
  return {
    request: { method: 'POST', target: 'CreateUserPoolClient', body },
    send: async (call) => {
      const answer = await invoke('CreateUserPoolClient', place, body, call)
      const native = recordOf(answer, 'outcome_unknown')
      value = secretOf(native.ClientSecret)
      return confidential ? native : { ...native, ClientSecrets: [] }
    },
    reveal: () => value,
  }
}

/** What the service would not set by itself. */
function bodyOf(next: Native): JsonObject {
  return withoutOwnRole(
    Object.fromEntries(
      Object.entries(next).filter(
        ([name, value]) => isFor(mapping, name, 'created') && !same(value, DEFAULTS[name] ?? null),
      ),
    ),
  )
}
