/**
 * The local provider: clients of the OpenID Provider that is embedded in the server, kept as documents
 * in the server's own database. A change is in force with the next request that the OpenID Provider
 * answers. For development and tests: its login page takes any user.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { updateBody } from '../../core/update-body.ts'
import type { Documents } from '../../store/documents.ts'
import type { Provider } from '../provider.ts'
import { CLIENTS, DEVELOPMENT_CLIENT_ID } from './clients.ts'
import { mapping } from './mapping.ts'
import type { Validate } from './validate.ts'

export interface LocalOptions {
  readonly documents: Documents
  /** Epoch milliseconds. */
  now(): number
  /** Absent: that of an OpenID Provider made for this alone, at the first change. */
  readonly validate?: Validate
}

/** The provider over documents. */
export function createLocalProvider({ documents, now, validate }: LocalOptions): Provider {
  const validator = once(validate)
  return {
    type: 'local',
    mapping,
    read: async ({ id }) => {
      const record = id === DEVELOPMENT_CLIENT_ID ? undefined : reading(documents, id)
      if (record === undefined) throw notFound()
      return record
    },
    steps: ({ id }, base, next) => {
      const body = updateBody(mapping, base, next)
      if (Object.keys(body).length === 0) return []
      return [
        {
          request: { method: 'PATCH', target: '/clients/{id}', body },
          send: async () => {
            if (id === DEVELOPMENT_CLIENT_ID) throw notFound()
            const check = await validator()
            const change = (before: JsonObject) => {
              const after = { ...patched(before, body), updated_at: Math.floor(now() / 1_000) }
              check(after)
              return after
            }
            return changing(documents, id, change)
          },
        },
      ]
    },
  }
}

/** Stores a client as it is, whatever was there; for seeds and tests. */
export function putLocalClient(documents: Documents, record: JsonObject): void {
  documents.put(CLIENTS, String(record.client_id), record)
}

/** A record with members replaced; `null` removes one. */
function patched(record: JsonObject, body: JsonObject): JsonObject {
  const members = new Map<string, Json>(Object.entries(record))
  for (const [name, value] of Object.entries(body)) {
    if (value === null) members.delete(name)
    else members.set(name, value)
  }
  return Object.fromEntries(members)
}

function reading(documents: Documents, id: string): JsonObject | undefined {
  return providing(() => documents.get(CLIENTS, id))
}

function changing(
  documents: Documents,
  id: string,
  change: (before: JsonObject) => JsonObject,
): JsonObject {
  const after = providing(() => documents.change(CLIENTS, id, change))
  if (after === undefined) throw notFound()
  return after
}

/** A transaction that fails is rolled back, so it is certain that nothing was changed. */
function providing<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!isClientError(cause, 'store_unavailable')) throw cause
    throw new ClientError(
      'provider_unavailable',
      'The clients of the local provider cannot be reached at the moment; nothing was changed. Try again later.',
      { cause },
    )
  }
}

const notFound = () => new ClientError('not_found', 'There is no such client.')

/** oidc-provider is loaded when the first change needs it, and then once. */
function once(given: Validate | undefined): () => Promise<Validate> {
  let built = given === undefined ? undefined : Promise.resolve(given)
  return () => {
    built ??= import('./openid.ts').then(({ createValidator }) => createValidator())
    return built
  }
}
