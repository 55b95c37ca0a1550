/** Records of clients in answers: what opens them is taken out, and the server's own spelling evened out. */

import { ClientError, type ErrorCode } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject, withoutMembers } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call, ClientRef } from '../call.ts'
import { checkSize } from '../unreadable.ts'
import type { Answered, Caller } from './calls/call.ts'
import type { Dialect } from './dialects/dialect.ts'
import { MEMBERS, READ_WITH } from './members.ts'

/** Reads one client. */
export async function readWhole(
  caller: Caller,
  dialect: Dialect,
  ref: Pick<ClientRef, 'provider' | 'id'>,
  call: Call,
): Promise<Native> {
  const answered = await caller.asClient(ref, { method: 'GET' }, call)
  return recordOf(answered, dialect, ref.id)
}

/** The record in the answer to a read. @throws ClientError `provider_unavailable` */
export function recordOf(
  { found: content, held: custodyRecord }: Answered,
  dialect: Dialect,
  id: string,
): Native {
  const metadata = metadataOf(content, dialect, id, 'provider_unavailable')
  return { ...metadata, [READ_WITH]: custodyRecord.seq }
}

/** The same without a registration. A record that is not one must never be the base of a full replace. */
export function metadataOf(
  answer: Json,
  { authMethodAsList, blankIsUnset, takes, ways }: Dialect,
  id: string,
  otherwise: ErrorCode,
): Native {
  const metadata = isRecord(answer) ? withoutMembers(answer, REGISTRATION) : {}
  if (metadata.client_id !== id) {
    const says = 'The answer of the server is not the client.'
    const content = isRecord(answer) ? metadata : answer
    // What is under another id is another client's record, which says nothing of this one.
    const details = typeof metadata.client_id === 'string' ? {} : { found: content }
    throw new ClientError(otherwise, says, details)
  }
  checkSize(metadata, otherwise)
  // What an empty text means in a member that no one knows is not known either.
  const isKnown = (name: string) => Object.hasOwn(MEMBERS, name) || takes.includes(name)
  // RFC 7591 section 2: "null" values are treated as if they were omitted.
  const empty = Object.keys(metadata).filter(
    (name) => metadata[name] === null || (blankIsUnset && metadata[name] === '' && isKnown(name)),
  )
  const record = withoutMembers(metadata, empty)
  const even = authMethodAsList ? withMethod(record) : record
  return ways.shown?.(even) ?? even
}

/** What opens the client. */
const REGISTRATION = ['registration_access_token', 'registration_client_uri']

/** One method is a text, as requests spell it; none is absent; several stay a list, which cannot be sent. */
function withMethod({ token_endpoint_auth_method: methods, ...record }: JsonObject): JsonObject {
  if (methods === undefined) return record
  const [one, ...more] = (Array.isArray(methods) ? methods : [methods]) as readonly Json[]
  if (one === undefined) return record
  return { ...record, token_endpoint_auth_method: more.length === 0 ? one : methods }
}
