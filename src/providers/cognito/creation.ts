/** Making an app client (CreateUserPoolClient). */

import type { JsonObject } from '../../core/json.ts'
import { same } from '../../core/json.ts'
import type { Native } from '../../core/mapping.ts'
import { secretOf } from '../../core/mapping.ts'
import type { Secret } from '../../core/secret.ts'
import type { Creation } from '../creation.ts'
import { recordsNamed } from '../named.ts'
import type { Place } from '../provider.ts'
import type { SecretStep } from '../secrets.ts'
import { withoutOwnRole } from './analytics.ts'
import { type Invoke, recordOf } from './call.ts'
import { blank, DEFAULTS } from './kinds.ts'
import { mapping } from './mapping.ts'
import { hasSecret } from './record.ts'
import { listClients, readWhole } from './records.ts'

/** Creation in the pools of one account. */
export function createCreation(invoke: Invoke): Creation {
  return {
    blank,
    step: (place, next) => creationStep(invoke, place, next),
    find: async (place, { ClientName }, since, call) => {
      const found = await recordsNamed(
        ClientName,
        (cursor) => listClients(invoke, place, call, cursor),
        (id) => readWhole(invoke, { ...place, id }, call),
      )
      return found.filter(({ CreationDate: at }) => Math.round(Number(at) * 1_000) >= since)
    },
    idOf: ({ ClientId }) => String(ClientId),
  }
}

function creationStep(invoke: Invoke, place: Place, next: Native): SecretStep {
  const confidential = hasSecret(next)
  const body = { ...bodyOf(next), ...(confidential ? { GenerateSecret: true } : {}) }
  let made: Secret | undefined
  return {
    request: { method: 'POST', target: 'CreateUserPoolClient', body },
    send: async (call) => {
      const answer = await invoke('CreateUserPoolClient', place, body, call)
      const native = recordOf(answer, 'outcome_unknown')
      made = secretOf(native.ClientSecret)
      return confidential ? native : { ...native, ClientSecrets: [] }
    },
    reveal: () => made,
  }
}

/** What the service would not set by itself. */
function bodyOf(next: Native): JsonObject {
  const left = new Set([...mapping.readOnlyKeys, ...mapping.hiddenKeys])
  return withoutOwnRole(
    Object.fromEntries(
      Object.entries(next).filter(
        ([name, value]) => !left.has(name) && !same(value, DEFAULTS[name] ?? null),
      ),
    ),
  )
}
