/** Making a local client: id and secret by chance, checked as every change is. */

import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../core/json/json.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { isFor } from '../../core/mapping/uses.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Documents } from '../../store/documents.ts'
import { findCandidates } from '../candidates.ts'
import type { Creation } from '../creation.ts'
import { SECRET_METHODS } from '../registration/registration.ts'
import { newSecretValue, type SecretStep } from '../secrets.ts'
import { newClient, putClient } from './clients.ts'
import { blank } from './kinds.ts'
import { listClients } from './list.ts'
import { membersOf, newHeld } from './live-secrets.ts'
import { mapping } from './mapping.ts'
import { DEFAULTS } from './members.ts'
import { providing, readClient } from './records.ts'
import type { Validate } from './validate.ts'

export interface CreationParts {
  readonly documents: Documents
  readonly listLagSeconds?: number | undefined
  /** Epoch milliseconds. */
  now(): number
  validator(): Promise<Validate>
}

const LIST_LAG_SECONDS = 5

/** Creation over documents. */
export function createCreation(parts: CreationParts): Creation {
  const { documents, listLagSeconds = LIST_LAG_SECONDS } = parts
  return {
    blank,
    sent: requestBody,
    step: (_, next) => creationStep(parts, next),
    listLagMs: listLagSeconds * 1_000,
    find: (_, search) => {
      const source = {
        page: async (cursor: string | undefined) => listClients(documents, cursor),
        read: async (id: string) => readClient(documents, id),
        nameOf: ({ client_name }: Native) => client_name,
        createdAt,
        ageInRecord: true,
      }
      return findCandidates(source, search.next.client_name, search)
    },
    idOf: ({ client_id }) => String(client_id),
  }
}

/** Records hold whole seconds: the client was made before the end of that one. */
function createdAt({ client_id_issued_at: seconds }: Native): number | undefined {
  return typeof seconds === 'number' ? seconds * 1_000 + 999 : undefined
}

function requestBody(next: Native): JsonObject {
  return Object.fromEntries(
    Object.entries(next).filter(([name]) => isFor(mapping, name, 'created')),
  )
}

function creationStep({ documents, now, validator }: CreationParts, next: Native): SecretStep {
  const body = requestBody(next)
  let value: Secret | undefined
  return {
    request: { method: 'POST', target: '/clients', body },
    check: async () => (await validator())(completed(body, now())),
    send: async () => {
      const validateRecord = await validator()
      const record = completed(body, now())
      validateRecord(record)
      await providing(() => putClient(documents, String(record.client_id), record))
      value = secretOf(record.client_secret)
      return record
    },
    reveal: () => value,
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
