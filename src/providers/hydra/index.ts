/**
 * Ory Hydra, by the admin API of the open-source server (v2.3.0). Every state is learned by a read: answers to writes
 * differ from it, and a 500 says nothing.
 */

import type { Secret } from '../../core/secrecy/secret.ts'
import type { ClientRef, Step } from '../call.ts'
import type { ProviderSurroundings } from '../definition.ts'
import type { Provider } from '../provider.ts'
import { registrationKeys } from '../registration/registration-keys.ts'
import { authorizationAt } from './calls/authorization.ts'
import { createSender, type Send } from './calls/call.ts'
import { createHydraPace, type HydraPace } from './calls/pace.ts'
import { createProof } from './calls/proof.ts'
import { createCreation } from './creation.ts'
import { mapping } from './mapping.ts'
import { clientPath, listClients, readClient } from './records.ts'
import { secrets } from './secrets.ts'
import { updateSteps } from './update.ts'

export { mapping }

/** What the settings of a server mean. */
export interface HydraSettings {
  /** The admin API, without a trailing slash. */
  readonly baseUrl: string
  readonly token?: Secret
  readonly header?: { readonly name: string; readonly value: Secret }
  /** The public address, without a trailing slash. */
  readonly issuer?: string | undefined
  /** How long a new client may be missing from a read. */
  readonly listLagSeconds?: number | undefined
  readonly pace?: HydraPace | undefined
}

/** The provider of a configuration. */
export function create(settings: HydraSettings, { now, budget }: ProviderSurroundings): Provider {
  const pace = createHydraPace(settings.pace ?? {}, { now, budget })
  const send = createSender(settings, pace)
  return {
    type: 'hydra',
    mapping,
    pace: pace.state,
    read: ({ id }, call) => readClient(send, id, call),
    steps: (ref, base, next) => updateSteps(send, ref, base, next),
    list: (_, call, cursor) => listClients(send, call, cursor),
    creation: createCreation(send, settings.listLagSeconds),
    removal: (ref) => removalStep(send, ref),
    lostWithRemoval: [
      'the client id: a new client gets another one',
      'the secret: a new client gets a new one',
      'the registration access token',
      'tokens, sessions and consents that were given to it',
    ],
    secrets,
    keys: registrationKeys,
    proof: createProof(send),
    authorization: authorizationAt(settings.issuer),
  }
}

function removalStep(send: Send, { id }: ClientRef): Step {
  const path = clientPath(id)
  return {
    request: { method: 'DELETE', target: path, body: {} },
    send: async (call) => {
      await send({ operation: 'DELETE /admin/clients/{id}', path }, call)
      return undefined
    },
  }
}
