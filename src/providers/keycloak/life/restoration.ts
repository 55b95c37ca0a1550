/**
 * Giving back a client that was removed. Keycloak takes the id of a record, the client id and the secret of the caller's
 * own in a `POST`, and gives the same client back (measured on 26.7.4, docs/providers/keycloak.md).
 */

import { texts } from '../../../core/mapping/lenses.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Call, ClientRef, Step } from '../../call.ts'
import type { Part } from '../../definition.ts'
import type { Restorable, Restoration } from '../../restoration.ts'
import { attributesOf } from '../attributes.ts'
import type { Send, SendAt } from '../calls/call.ts'
import { readClient, readScopes } from '../calls/records.ts'
import { LISTS } from '../calls/scopes.ts'
import { isOpenId, notManaged } from '../grants.ts'
import { isMasked } from '../lenses.ts'
import { requestBody } from './creation.ts'

/** Restoration in the realms of a provider. */
export const createRestoration = (
  sendAt: SendAt,
  pathOf: (place: Part) => string,
): Restoration => ({
  plan: (ref, removed, call) => planned(sendAt(ref), removed, call),
  step: (ref, next) => restoringStep(sendAt(ref), pathOf(ref), ref, next),
  isIt: (next, native) => next.id === native.id,
})

/** Scopes that the realm no longer has are dropped by Keycloak without a word. */
async function planned(send: Send, removed: Native, call: Call): Promise<Restorable> {
  if (!isOpenId(removed)) throw notManaged(removed)
  const scopes = await readScopes(send, call)
  const isThere = (scope: string) => Object.hasOwn(scopes, scope)
  const lists = LISTS.map((list) => [list, texts(removed[list]).filter(isThere)] as const)
  const gone = LISTS.flatMap((list) => texts(removed[list]).filter((scope) => !isThere(scope)))
  const { access: _, secret, ...record } = removed
  const whole = { ...record, ...Object.fromEntries(lists) }
  const lost = lostOf(removed, gone)
  return { next: secret === undefined || isMasked(secret) ? whole : { ...whole, secret }, lost }
}

function lostOf(removed: Native, scopes: readonly string[]): readonly string[] {
  const { serviceAccountsEnabled, authorizationServicesEnabled, secret = null } = removed
  const phrases: readonly (readonly [boolean, string])[] = [
    [isMasked(secret), 'the secret, which this server could not read: Keycloak makes another one'],
    [
      attributesOf(removed)['client.secret.rotated'] !== undefined,
      'the former secret, which went on beside the newest one',
    ],
    [
      serviceAccountsEnabled === true,
      'the roles of the service account: it comes back as another user, without any',
    ],
    [authorizationServicesEnabled === true, 'authorization resources, scopes and policies'],
    [scopes.length > 0, `the scopes ${scopes.join(', ')}, which the realm no longer has`],
    [true, 'roles of the client, and who has them'],
    [true, 'sessions, consents and tokens of the client, and its registration access token'],
  ]
  return phrases.flatMap(([is, says]) => (is ? [says] : []))
}

function restoringStep(send: Send, path: string, ref: ClientRef, next: Native): Step {
  const { id = null, bearerOnly = false } = next
  const body = { ...requestBody(next), id, clientId: ref.id, bearerOnly }
  return {
    request: { method: 'POST', target: `${path}/clients`, body },
    send: async (call) => {
      await send({ operation: 'POST /clients', path: '/clients', body }, call)
      return readClient(send, ref.id, call)
    },
  }
}
