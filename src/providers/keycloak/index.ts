/**
 * Realms of Keycloak servers, by the admin API v1 (26.7.4). Answers to writes are empty, so that every state is learned
 * by a read.
 */

import type { FieldName } from '../../core/client.ts'
import { fieldOfPath, isMapped } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef, Step } from '../call.ts'
import type { Part, ProviderSurroundings } from '../definition.ts'
import type { Provider } from '../provider.ts'
import { createAuthorization } from './calls/authorization.ts'
import { adminPath, createSenders, type SendAt } from './calls/call.ts'
import { createKeycloakPace } from './calls/pace.ts'
import type { KeycloakSettings } from './calls/realm.ts'
import {
  clientPath,
  findId,
  listClients,
  readAlike,
  readClient,
  readWithScopes,
} from './calls/records.ts'
import { isOpenId, notManaged } from './grants.ts'
import { keys } from './keys.ts'
import { createCreation } from './life/creation.ts'
import { createRestoration } from './life/restoration.ts'
import { mapping } from './mapping.ts'
import { barOf, relianceOf } from './reliance.ts'
import { createSecrets } from './secrets.ts'
import { updateSteps } from './update.ts'

export type { KeycloakSettings }
export { mapping }

/** Whether a field may name scopes of the realm. */
const mayNameScopes = (field: FieldName) =>
  !isMapped(field) || field === fieldOfPath(mapping, 'optionalClientScopes')

/** The provider of a configuration. */
export function create(
  settings: KeycloakSettings,
  { now, fingerprintOf, budget }: ProviderSurroundings,
): Provider {
  const names = Object.keys(settings.pools)
  const pace = createKeycloakPace(settings.pace ?? {}, names, { now, budget })
  const sendAt = createSenders(settings, { pace, now })
  const realmOf = ({ userPoolId = '' }: Part) =>
    Object.hasOwn(settings.pools, userPoolId) ? settings.pools[userPoolId] : undefined
  const pathOf = (place: Part) => adminPath(realmOf(place) ?? { realm: '' })
  return {
    type: 'keycloak',
    mapping,
    userPools: names,
    pace: pace.state,
    read: (ref, call, fields = []) =>
      fields.some(mayNameScopes)
        ? readWithScopes(sendAt(ref), ref.id, call)
        : readClient(sendAt(ref), ref.id, call),
    readRecord: (ref, call) => readAlike(sendAt(ref), ref.id, call),
    steps: (ref, base, next) => updateSteps(sendAt(ref), pathOf(ref), base, next),
    list: (userPoolId, call, cursor) =>
      listClients(sendAt(userPoolId === undefined ? {} : { userPoolId }), call, cursor),
    creation: createCreation(sendAt, pathOf, settings.listLagSeconds),
    reliance: (ref) => relianceOf(realmOf(ref), ref),
    bar: barOf,
    removal: (ref, base) => removalStep(sendAt, pathOf(ref), ref, base),
    lostWithRemoval: [
      'the service account with its roles, of which this API may read nothing',
      'roles of the client, and who has them',
      'authorization resources, scopes and policies',
      'sessions, consents and tokens of the client, and its registration access token',
    ],
    restoration: createRestoration(sendAt, pathOf),
    keys,
    secrets: createSecrets({ sendAt, pathOf, now, fingerprintOf }),
    authorization: createAuthorization(realmOf, sendAt),
  }
}

/**
 * By the id of the record: another client that has taken the client id since has another one. A record that cannot be
 * read is looked for.
 */
function removalStep(sendAt: SendAt, adminUrl: string, ref: ClientRef, base: Native): Step {
  if (!isOpenId(base)) throw notManaged(base)
  const send = sendAt(ref)
  const isKnown = typeof base.id === 'string'
  return {
    request: {
      method: 'DELETE',
      target: `${adminUrl}${isKnown ? clientPath(base) : '/clients/{id}'}`,
      body: {},
    },
    send: async (call) => {
      const path = clientPath(isKnown ? base : { id: await findId(send, ref.id, call) })
      await send({ operation: 'DELETE /clients/{id}', path }, call)
      return undefined
    },
  }
}
