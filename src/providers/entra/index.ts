/** Applications of one tenant of Microsoft Entra ID, by Microsoft Graph v1.0. */

import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef, Step } from '../call.ts'
import type { ProviderSurroundings } from '../definition.ts'
import type { Provider } from '../provider.ts'
import { isUnreadable } from '../unreadable.ts'
import { authorizationAt } from './calls/authorization.ts'
import { createSender } from './calls/call.ts'
import { createEntraPace } from './calls/pace.ts'
import { createProof } from './calls/proof.ts'
import { applicationPath, listClients, objectIdOf, readClient } from './calls/records.ts'
import type { Seeing } from './calls/seen.ts'
import type { EntraSettings } from './calls/tenant.ts'
import { keys } from './keys.ts'
import { createCreation } from './life/creation.ts'
import { createRestoration } from './life/restoration.ts'
import { mapping } from './mapping.ts'
import { barOf } from './reliance.ts'
import { isPersonal } from './rules.ts'
import { createSecrets } from './secrets.ts'
import { updateSteps } from './update.ts'
import { warningsAt } from './warnings.ts'

export type { EntraSettings }
export { mapping }

/** The provider of a configuration. */
export function create(settings: EntraSettings, { now, budget }: ProviderSurroundings): Provider {
  const pace = createEntraPace(settings.pace ?? {}, { now, budget })
  const send = createSender(settings, { pace, now })
  const lagMs = settings.listLagSeconds * 1_000
  const version = new URL(settings.graphUrl).pathname.replace(/\/$/, '')
  const seeing = { send, lagMs }
  const { creationKeys, servicePrincipals } = settings
  return {
    type: 'entra',
    mapping: { ...mapping, warnings: warningsAt(now) },
    pace: pace.state,
    readLagMs: lagMs,
    read: (ref, call) => readClient(send, ref.id, call),
    steps: (ref, base, next) => updateSteps(seeing, version, ref, { base, next }),
    list: (_, call, cursor) => listClients(send, call, cursor),
    creation: createCreation({ ...seeing, version, creationKeys, servicePrincipals }),
    reliance: ({ id }) => (id === settings.clientId ? 'own' : undefined),
    bar: barOf,
    restoration: createRestoration(seeing, version),
    removal: (ref, base) => removalStep(seeing, version, ref, base),
    // Microsoft Graph, "Delete application": it can be restored for 30 days.
    lostWithRemoval: [
      'the client id: a new client gets another one',
      'secrets and certificates',
      'the service principal with its consents, assignments and policies',
      'identifier URIs, until the removed application is purged',
    ],
    secrets: createSecrets({ ...seeing, version, now }),
    keys,
    authorization: authorizationAt(settings),
    proof: createProof(seeing, version),
  }
}

function removalStep({ send }: Seeing, version: string, ref: ClientRef, base: Native): Step {
  const isKnown = typeof base.id === 'string' && !isUnreadable(base)
  const shownPath = applicationPath(isKnown ? String(base.id) : '{id}')
  return {
    request: { method: 'DELETE', target: `${version}${shownPath}`, body: {} },
    send: async (call) => {
      const path = applicationPath(await objectIdOf(send, base, ref.id, call))
      const operation = 'DELETE /applications/{id}'
      await send({ operation, path, isPersonal: isPersonal(base) }, call)
      return undefined
    },
  }
}
