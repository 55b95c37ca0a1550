/** Making an application (Management API v2, POST /api/v2/clients). */

import { ClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { same } from '../../core/json/json.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { isFor } from '../../core/mapping/uses.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import { findCandidates } from '../candidates.ts'
import type { Creation } from '../creation.ts'
import type { SecretStep } from '../secrets.ts'
import type { Send } from './calls/call.ts'
import { blank, defaultsOf } from './kinds.ts'
import { mapping } from './mapping.ts'
import { createdAtOf, listWithAges, readWhole, writtenClient } from './records.ts'

/** A list of Auth0 is eventually consistent; no bound is documented, and this is ours. */
const LIST_LAG_SECONDS = 30

/** Creation in one tenant. */
export function createCreation(send: Send, listLagSeconds = LIST_LAG_SECONDS): Creation {
  return {
    blank,
    sent: bodyOf,
    step: (_, next) => creationStep(send, next),
    listLagMs: listLagSeconds * 1_000,
    find: (_, search, call) => {
      const source = {
        page: (cursor: string | undefined) => listWithAges(send, call, cursor),
        read: (id: string) => readWhole(send, { id }, call),
        nameOf: ({ name }: Native) => name,
        createdAt: createdAtOf,
        ageInRecord: false,
      }
      return findCandidates(source, search.next.name, search)
    },
    idOf: ({ client_id }) => String(client_id),
  }
}

function creationStep(send: Send, next: Native): SecretStep {
  const body = bodyOf(next)
  let value: Secret | undefined
  return {
    request: { method: 'POST', target: '/api/v2/clients', body },
    send: async (call) => {
      const request = { operation: 'POST /clients', path: '/clients', body }
      const created = writtenClient(await send(request, call))
      value = secretOf(created.client_secret)
      // The answer shows more than a read does (a private signing key, and the secret whatever the
      // scopes), and which connections a new client has is for the tenant to say.
      return readWhole(send, { id: created.client_id }, call).catch(unread)
    },
    reveal: () => value,
  }
}

/** What Auth0 would not set by itself. */
function bodyOf(next: Native): JsonObject {
  const defaults = defaultsOf(next)
  return Object.fromEntries(
    Object.entries(next).filter(
      ([name, value]) => isFor(mapping, name, 'created') && !same(value, defaults[name] ?? null),
    ),
  )
}

/** The client is there, and what it looks like could not be learned. */
function unread(cause: unknown): never {
  const says = 'Auth0 created the client, but it could not be read back.'
  throw new ClientError('outcome_unknown', says, { cause })
}
