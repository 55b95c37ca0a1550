/**
 * OpenID Connect applications of an Okta org, by the Apps API v1. It has no conditions on a write, and one door that shows
 * every secret (`secrets.ts`).
 */

import type { Native } from '../../core/mapping/row.ts'
import type { Step } from '../call.ts'
import type { ProviderSurroundings } from '../definition.ts'
import type { Bar, Provider } from '../provider.ts'
import { authorizationAt } from './calls/authorization.ts'
import { createSender, type Send } from './calls/call.ts'
import type { OktaSettings } from './calls/org.ts'
import { createOktaPace } from './calls/pace.ts'
import { createProof } from './calls/proof.ts'
import { type AppIds, appPathAt, listApps, readApp } from './calls/records.ts'
import { createCreation } from './creation.ts'
import { keys } from './keys.ts'
import { mapping } from './mapping.ts'
import { oauth } from './members.ts'
import { createSecrets } from './secrets.ts'
import { lifecycleStep, updateSteps } from './update.ts'

export type { OktaSettings }
export { mapping }

/** The provider of a configuration. */
export function create(settings: OktaSettings, { now, budget }: ProviderSurroundings): Provider {
  const pace = createOktaPace(settings.pace ?? {}, { now, budget })
  const send = createSender(settings, { pace, now })
  const ids: AppIds = new Map()
  return {
    type: 'okta',
    mapping,
    pace: pace.state,
    read: ({ id }, call) => readApp(send, ids, id, call),
    steps: (_, base, next) => updateSteps(send, base, next),
    list: (_, call, cursor) => listApps(send, ids, call, cursor),
    creation: createCreation(send, ids, settings.listLagSeconds),
    reliance: ({ id }) => (id === settings.app?.clientId ? 'own' : undefined),
    bar: barOf,
    beforeRemoval: (base) => (base.status === 'ACTIVE' ? { ...base, status: 'INACTIVE' } : base),
    removal: (ref, base) => removalStep(send, appPathAt(ids, ref, base), base),
    lostWithRemoval: [
      'the client id: a new client gets another one',
      'secrets: a new client gets a new one',
      'assignments of users and groups, and policies of the application',
      "grants of Okta's own API, and administrator roles of the application",
      'tokens issued to it',
    ],
    secrets: createSecrets(send, ids),
    keys,
    authorization: authorizationAt(settings.baseUrl),
    proof: createProof(send),
  }
}

/** Okta would ask this server for something else at the token endpoint. */
function barOf(base: Native, next: Native): Bar | undefined {
  const member = oauth('dpop_bound_access_tokens')
  if (base[member] === next[member]) return undefined
  return { member, says: 'made to use other access tokens than the configuration says (dpop)' }
}

function removalStep(send: Send, path: string, base: Native): Step {
  return {
    request: { method: 'DELETE', target: `/api/v1${path}`, body: {} },
    send: async (call) => {
      // Of a record that cannot be read it is not known whether it is active.
      if (base.status === undefined) await lifecycleStep(send, path, 'deactivate').send(call)
      await send({ operation: 'DELETE /apps/{id}', path }, call)
      return undefined
    },
  }
}
