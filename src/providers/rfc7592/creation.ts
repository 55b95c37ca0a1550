/**
 * Registering a client (RFC 7591 section 3). Only the answer contains its id and what opens it, and no
 * server lists its clients: where the answer is lost, no one can say what became of it.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import { type JsonObject, withoutMembers } from '../../core/json/json.ts'
import { type Mapping, secretOf } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { pathsBarred } from '../../core/mapping/uses.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Call, Place } from '../call.ts'
import type { Creation } from '../creation.ts'
import { blank } from '../local/kinds.ts'
import type { SecretStep } from '../secrets.ts'
import type { Custody } from './custody.ts'

import { readWhole } from './records.ts'
import type { UpdateParts } from './update.ts'

export interface CreationParts extends UpdateParts {
  readonly custody: Custody
}

/** Creation at one server. */
export function createCreation(parts: CreationParts): Creation {
  const { custody, caller, dialect, mapping } = parts
  return {
    blank: (kind) => withoutMembers(blank(kind), [...dialect.drops, ...dialect.hides]),
    sent: (next) => requestBody(mapping, next),
    step: (place, next) => creationStep(parts, place, next),
    // What is found is in custody, which is our own.
    listLagMs: 0,
    find: async ({ provider }, { since }, call) => {
      const ids = await custody.madeBy(call.operationId, since)
      const records = ids.map((id) =>
        readWhole(caller, dialect, { provider, id }, call).catch(notKept),
      )
      const matches = (await Promise.all(records)).filter((record) => record !== undefined)
      // Without an answer there is no id, and without an id nothing to look for.
      return matches.length === 0 ? undefined : matches.map((native) => ({ native, proven: true }))
    },
    idOf: ({ client_id }) => String(client_id),
  }
}

const requestBody = (mapping: Mapping, next: Native) =>
  withoutMembers(next, pathsBarred(mapping, 'created'))

/** A line of the list without a registration: the process died between the two. */
function notKept(error: unknown): undefined {
  if (!isClientError(error, 'not_found')) throw error
}

function creationStep(parts: CreationParts, place: Place, next: Native): SecretStep {
  const { caller, dialect, mapping } = parts
  const plain = requestBody(mapping, next)
  const body = dialect.ways.made?.(plain) ?? plain
  let value: Secret | undefined
  return {
    request: { method: 'POST', target: 'registration_endpoint', body },
    send: async (call) => {
      const answer = await caller.register(body, call)
      const id = await takeIn(parts, answer, call)
      value = secretOf(answer.client_secret)
      const ref = { provider: place.provider, id }
      return readWhole(caller, dialect, ref, call).catch(unread)
    },
    reveal: () => value,
  }
}

/** Keeps what opens the new client, before anything else is done with it; gives its id. */
async function takeIn({ custody }: CreationParts, answer: JsonObject, call: Call): Promise<string> {
  const {
    client_id: id,
    registration_access_token: token,
    registration_client_uri: clientUri,
  } = answer
  if (typeof id !== 'string' || id === '' || typeof token !== 'string' || token === '') {
    throw new ClientError(
      'outcome_unknown',
      'The answer of the server is not a client that can be managed.',
    )
  }
  const uri = typeof clientUri === 'string' ? clientUri : undefined
  await custody.keep(id, { token, uri }, call.operationId).catch(unread)
  return id
}

/** The client is there, and what it looks like could not be learned. */
function unread(cause: unknown): never {
  const why = isClientError(cause, 'provider_misconfigured', 'client_gone')
    ? `: ${cause.message}`
    : '.'
  const says = `The server registered the client, but it could not be read back${why}`
  throw isClientError(cause, 'outcome_unknown')
    ? cause
    : new ClientError('outcome_unknown', says, { cause })
}
