/**
 * The secret of an application. There is one: a new one replaces it, and for up to 30 seconds either
 * may be accepted (Management API v2, POST /api/v2/clients/{id}/rotate-secret).
 */

import type { Native } from '../../core/mapping.ts'
import { secretOf } from '../../core/mapping.ts'
import type { Secret } from '../../core/secret.ts'
import type { ClientRef } from '../provider.ts'
import { hintOf, type SecretStep, type Secrets } from '../secrets.ts'
import type { Send } from './call.ts'
import { ENABLED } from './connections.ts'
import { clientPath, readClient, writtenClient } from './records.ts'

/** Auth0 gives its one secret no id. */
const ONLY = 'current'

/** Rotation in one tenant. */
export function createSecrets(send: Send): Secrets {
  return {
    atOnce: 1,
    list: async (ref, call) => {
      const native = await readClient(send, ref, call)
      const value = secretOf(native.client_secret)?.reveal()
      if (value !== undefined) return [{ id: ONLY, hint: hintOf(value) }]
      // Not shown with keys in its place, nor without the scope read:client_keys.
      return native.client_authentication_methods === undefined ? [{ id: ONLY }] : []
    },
    add: (ref, base) => rotationStep(send, ref, base),
  }
}

function rotationStep(send: Send, ref: ClientRef, base: Native): SecretStep {
  let made: Secret | undefined
  return {
    request: { method: 'POST', target: '/api/v2/clients/{id}/rotate-secret', body: {} },
    send: async (call) => {
      const operation = 'POST /clients/{id}/rotate-secret'
      const answer = await send({ operation, path: `${clientPath(ref)}/rotate-secret` }, call)
      const { client_secret, ...after } = writtenClient(answer)
      made = secretOf(client_secret)
      // What reads do not show must not be in the record either: it would look like a change.
      const hidden = base.client_secret === undefined || client_secret === undefined
      return { ...after, ...(hidden ? {} : { client_secret }), [ENABLED]: base[ENABLED] ?? {} }
    },
    reveal: () => made,
  }
}
