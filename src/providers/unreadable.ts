/**
 * Clients whose records cannot be read: the provider holds something else in the place of one. They are
 * never changed, since nothing could be kept as it is, and can still be removed.
 */

import { ClientError, type ErrorCode, isClientError } from '../core/errors.ts'
import type { Json } from '../core/json/json.ts'
import type { Native } from '../core/mapping/row.ts'
import { isTooLong, MAX_RECORD, tooLarge } from '../core/patch/bounds.ts'

/** The one member of what stands for such a record. No provider has one of this name. */
const UNREADABLE = '$unreadable'

/**
 * Refuses a record that is larger than one may be. Of it no more is kept than how large it is.
 * @throws ClientError `otherwise`
 */
export function checkSize(record: Native, otherwise: ErrorCode): void {
  const problem = tooLarge(record)
  if (problem !== undefined) refuse({ ...problem }, otherwise)
}

/**
 * The same for the text of an answer that holds a record, before it is parsed.
 * @throws ClientError `otherwise`
 */
export function checkLength(text: string, otherwise: ErrorCode): void {
  if (isTooLong(text)) refuse({ characters: text.length }, otherwise)
}

function refuse(content: Json, otherwise: ErrorCode): never {
  const { characters, members } = MAX_RECORD
  throw new ClientError(
    otherwise,
    `The record of this client is too large to be read: the limit is ${characters} characters of JSON and ${members} members. Make it smaller at the provider, or remove the client.`,
    { found: content, lasting: true },
  )
}

/** What stands for a record that cannot be read. */
export const unreadableRecord = (content: Json): Native => ({ [UNREADABLE]: content })

/** Whether a record only stands for one that cannot be read. */
export const isUnreadable = (native: Native): boolean => Object.hasOwn(native, UNREADABLE)

/**
 * Turns the failure to read such a client into what stands for its record.
 * @throws every other failure
 */
export function passUnreadable(error: unknown): Native {
  const content = isClientError(error, 'provider_unavailable') ? error.details.found : undefined
  if (content === undefined) throw error
  return unreadableRecord(content)
}
