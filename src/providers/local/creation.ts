/** Making a local client: id and secret by chance, checked as every change is. */

import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../core/json.ts'
import type { Native } from '../../core/mapping.ts'
import { secretOf } from '../../core/mapping.ts'
import type { Secret } from '../../core/secret.ts'
import type { Documents } from '../../store/documents.ts'
import type { Creation } from '../creation.ts'
import { recordsNamed } from '../named.ts'
import { SECRET_METHODS } from '../registration.ts'
import { newSecretValue, type SecretStep } from '../secrets.ts'
import { newClient, putClient } from './clients.ts'
import { blank } from './kinds.ts'
import { listClients } from './list.ts'
import { membersOf, newHeld } from './live-secrets.ts'
import { mapping } from './mapping.ts'
import { providing, readClient } from './records.ts'
import { DEFAULTS } from './settings.ts'
import type { Validate } from './validate.ts'

export interface CreationParts {
  readonly documents: Documents
  /** Epoch milliseconds. */
  now(): number
  validator(): Promise<Validate>
}

/** Creation over documents. */
export function createCreation(parts: CreationParts): Creation {
  const { documents } = parts
  return {
    blank,
    step: (_, next) => creationStep(parts, next),
    find: async (_, { client_name }, since) => {
      const found = await recordsNamed(
        client_name,
        async (cursor) => listClients(documents, cursor),
        async (id) => readClient(documents, id),
      )
      const earliest = Math.floor(since / 1_000)
      return found.filter(({ client_id_issued_at: at }) => Number(at) >= earliest)
    },
    idOf: ({ client_id }) => String(client_id),
  }
}

function creationStep({ documents, now, validator }: CreationParts, next: Native): SecretStep {
  const left = mapping.readOnlyKeys
  const body = Object.fromEntries(Object.entries(next).filter(([name]) => !left.includes(name)))
  let made: Secret | undefined
  return {
    request: { method: 'POST', target: '/clients', body },
    send: async () => {
      const check = await validator()
      const record = completed(body, now())
      check(record)
      providing(() => putClient(documents, String(record.client_id), record))
      made = secretOf(record.client_secret)
      return record
    },
    reveal: () => made,
  }
}

/** With what the provider makes up; a secret only where one is needed and none was given. */
function completed(body: JsonObject, now: number): JsonObject {
  const { token_endpoint_auth_method: method = DEFAULTS.token_endpoint_auth_method } = body
  const needed = SECRET_METHODS.includes(String(method)) && body.client_secret === undefined
  const { client_name: name = '' } = body
  return newClient(
    {
      ...body,
      client_id: randomUUID(),
      client_name: String(name),
      ...(needed ? membersOf([newHeld(newSecretValue(), now)]) : {}),
    },
    now,
  )
}
