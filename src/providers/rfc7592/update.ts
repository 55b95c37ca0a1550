/** The update of a client (RFC 7592 section 2.2): everything that was read, with what was changed. */

import { ClientError } from '../../core/errors.ts'
import { type JsonObject, same } from '../../core/json/json.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { updateBody } from '../../core/plan/update-body.ts'
import type { ClientRef, Step } from '../call.ts'
import type { Caller } from './calls/call.ts'
import type { Dialect } from './dialects.ts'
import { usesSecret } from './mapping.ts'
import { READ_WITH } from './members.ts'

export interface UpdateParts {
  readonly caller: Caller
  readonly dialect: Dialect
  readonly mapping: Mapping
}

/** What a dry run shows: the address is in the registration, which is read when it is sent. */
export const CLIENT_URI = 'registration_client_uri'

/**
 * The one call that turns `base` into `next`.
 * @throws ClientError `unsupported_field`
 */
export function updateSteps(
  parts: UpdateParts,
  ref: ClientRef,
  base: Native,
  next: Native,
): readonly Step[] {
  const { caller, dialect } = parts
  if (same(base, next)) return []
  checkSecretStays(dialect, base, next)
  const body = updateBodyOf(parts, ref, base, next)
  return [
    {
      request: { method: 'PUT', target: CLIENT_URI, body },
      send: async (call) => {
        await caller.asClient(ref, { method: 'PUT', body, ...madeAt(dialect, base) }, call)
        // Answers may echo what was not stored, so that the state is always read back.
        return undefined
      },
    },
  ]
}

/** What an update sends to hold `next`. */
function updateBodyOf(
  { dialect, mapping }: UpdateParts,
  ref: ClientRef,
  base: Native,
  next: Native,
): JsonObject {
  return { ...updateBody(mapping, base, next), ...identity(dialect, ref, base) }
}

function identity(
  { clientIdInUpdate, secretInUpdate }: Dialect,
  { id }: ClientRef,
  { client_secret: secret }: Native,
): JsonObject {
  return {
    ...(clientIdInUpdate ? { client_id: id } : {}),
    ...(secret !== undefined && secretInUpdate !== 'kept' ? { client_secret: secret } : {}),
  }
}

/** Where only updates renew tokens, a token that is no longer the same tells of another writer. */
export function madeAt({ renewsToken }: Dialect, { [READ_WITH]: seq }: Native) {
  return typeof seq === 'number' && renewsToken !== 'always' ? { madeAt: seq } : {}
}

function checkSecretStays({ secretInUpdate }: Dialect, base: Native, next: Native): void {
  if (Array.isArray(next.token_endpoint_auth_method)) {
    throw new ClientError(
      'unsupported_field',
      'client.tokenEndpointAuthMethod holds several methods, which no update can send; set one of them.',
      { field: 'client.tokenEndpointAuthMethod' },
    )
  }
  if (secretInUpdate !== 'renewed' || !usesSecret(base) || !usesSecret(next)) return
  throw new ClientError(
    'unsupported_operation',
    'This server makes a new secret with every update of a client that authenticates with one, which would cut off its application; nothing was sent. Change the client at the server itself.',
  )
}
