/**
 * Rotation of secrets, where there is any: RFC 7592 has none, and some servers make a new secret with
 * every update, which is then what an update without a change is for.
 */

import { ClientError } from '../../core/errors.ts'
import { secretOf } from '../../core/mapping.ts'
import type { Secret } from '../../core/secret.ts'
import type { ClientRef } from '../provider.ts'
import { hintOf, type SecretStep, type Secrets } from '../secrets.ts'
import { usesSecret } from './mapping.ts'
import { readWhole } from './records.ts'
import { CLIENT_URI, madeAt, type UpdateParts, updateBodyOf } from './update.ts'

/** Rotation at one server; `undefined` where it has none. */
export function createSecrets(parts: UpdateParts): Secrets | undefined {
  const { caller, dialect } = parts
  if (dialect.secretInUpdate !== 'renewed') return undefined
  return {
    atOnce: 1,
    list: async (ref, call) => {
      const native = await readWhole(caller, dialect, ref, call)
      const value = secretOf(native.client_secret)?.reveal()
      return value === undefined || !usesSecret(native) ? [] : [{ id: ONE, hint: hintOf(value) }]
    },
    add: (ref, base) => addStep(parts, ref, base),
  }
}

/** There is never another one. */
const ONE = 'current'

function addStep(
  parts: UpdateParts,
  ref: ClientRef,
  base: Parameters<Secrets['add']>[1],
): SecretStep {
  const { caller, dialect } = parts
  const body = updateBodyOf(parts, ref, base, base)
  let made: Secret | undefined
  return {
    request: { method: 'PUT', target: CLIENT_URI, body },
    send: async (call) => {
      if (!usesSecret(base)) {
        throw new ClientError(
          'provider_refused',
          'The client does not authenticate with a secret, so that the server makes none for it.',
        )
      }
      await caller.asClient(ref, { method: 'PUT', body, ...madeAt(dialect, base) }, call)
      const native = await readWhole(caller, dialect, ref, call).catch(unread)
      made = secretOf(native.client_secret)
      return native
    },
    reveal: () => made,
  }
}

/** There is a new secret, and what it is could not be learned. */
function unread(cause: unknown): never {
  const says = 'The server made a new secret and could not be asked for it; read the client.'
  throw new ClientError('outcome_unknown', says, { cause })
}
