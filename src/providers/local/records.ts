/** Clients as documents, whose failures are reported as those of a provider. */

import { ClientError, isClientError } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import type { Documents } from '../../store/documents.ts'
import { checkSize } from '../unreadable.ts'
import { CLIENTS, isOwn } from './clients.ts'

/** What a call about a client would name; nothing is called. */
export const targetOf = (id: string) => `/clients/${encodeURIComponent(id)}`

/** A client; the server's own are hidden from everyone. @throws ClientError `not_found` */
export async function readClient(documents: Documents, id: string): Promise<JsonObject> {
  const record: Json | undefined = isOwn(id)
    ? undefined
    : await providing(() => documents.getEvenly(CLIENTS, id))
  if (record === undefined) throw notFound()
  if (isRecord(record)) {
    checkSize(record, 'provider_unavailable')
    return record
  }
  const says = 'The record in the store of the local provider is not a client.'
  throw new ClientError('provider_unavailable', says, { found: record })
}

/** Replaces a client by what `change` makes of it, all of it or nothing. */
export async function changeClient(
  documents: Documents,
  id: string,
  change: (before: JsonObject) => JsonObject,
): Promise<JsonObject> {
  if (isOwn(id)) throw notFound()
  const after = await providing(() => documents.change(CLIENTS, id, change))
  if (after === undefined) throw notFound()
  return after
}

/** A read, or a write of which it is certain that nothing was changed when it fails so. */
export async function providing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw asProvider(cause)
  }
}

function asProvider(cause: unknown): unknown {
  if (!isClientError(cause, 'store_unavailable')) return cause
  return new ClientError(
    'provider_unavailable',
    'The clients of the local provider cannot be reached at the moment. Nothing was changed. Try again later.',
    { cause },
  )
}

export const notFound = () => new ClientError('not_found', 'There is no such client.')
