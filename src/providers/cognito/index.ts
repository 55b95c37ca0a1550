/**
 * Amazon Cognito, spoken as signed JSON 1.1 and never through a typed SDK: that drops members newer
 * than itself, and on a full replace a dropped member is a reset one.
 */

import { same } from '../../core/json/json.ts'
import { updateBody } from '../../core/plan/update-body.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { ClientRef, Step } from '../call.ts'
import type { ProviderSurroundings } from '../definition.ts'
import type { Provider } from '../provider.ts'
import { withoutOwnRole } from './analytics.ts'
import { createAuthorization } from './calls/authorization.ts'
import { address, type CognitoOptions, createInvoke, type Invoke, recordOf } from './calls/call.ts'
import { credentialSource } from './calls/credentials.ts'
import { danglingOf } from './calls/dangling.ts'
import { createElsewhere } from './calls/elsewhere.ts'
import { type CognitoPace, createCognitoPace } from './calls/pace.ts'
import { createProof } from './calls/proof.ts'
import { createCreation } from './creation.ts'
import { mapping } from './mapping.ts'
import { listClients, readWhole } from './records.ts'
import { createSecrets } from './secrets.ts'

export { mapping }

/** What the settings of user pools mean. */
export interface CognitoSettings {
  readonly pools: Readonly<
    Record<string, { readonly region: string; readonly endpoint: string; readonly domain?: string }>
  >
  /** Absent: those of the environment, read anew for each call, since they rotate. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: Secret
    readonly sessionToken?: Secret
  }
  readonly pace?: CognitoPace | undefined
  readonly listLagSeconds?: number | undefined
}

/** The provider of a configuration. */
export const create = (
  { credentials, ...settings }: CognitoSettings,
  { now, budget, environmentCredentials }: ProviderSurroundings,
): Provider => {
  const source = credentialSource(credentials, environmentCredentials)
  return createCognitoProvider({ ...settings, credentials: source, now, budget })
}

/** User pools of one AWS account. */
export function createCognitoProvider(settings: CognitoOptions): Provider {
  const pace = createCognitoPace(settings.pace ?? {}, settings.pools, {
    now: settings.now,
    budget: settings.budget,
  })
  const invoke = createInvoke(settings, pace)
  return {
    type: 'cognito',
    mapping,
    userPools: Object.keys(settings.pools),
    pace: pace.state,
    read: (ref, call) => readWhole(invoke, ref, call),
    steps: (ref, base, next) => {
      if (same(base, next)) return []
      const body = { ...withoutOwnRole(updateBody(mapping, base, next)), ...address(ref) }
      return [
        {
          request: { method: 'POST', target: 'UpdateUserPoolClient', body },
          send: async (call) => {
            const answer = await invoke('UpdateUserPoolClient', ref, body, call)
            const after = recordOf(answer, 'outcome_unknown')
            const { ClientSecrets } = base
            return ClientSecrets === undefined ? after : { ...after, ClientSecrets }
          },
        },
      ]
    },
    elsewhere: createElsewhere(invoke),
    dangling: (ref, native, call) => danglingOf(invoke, ref, native, call),
    list: (userPoolId, call, cursor) =>
      listClients(invoke, userPoolId === undefined ? {} : { userPoolId }, call, cursor),
    creation: createCreation(invoke, settings.listLagSeconds),
    removal: (ref) => removalStep(invoke, ref),
    // Cognito keeps these by the client, outside of UpdateUserPoolClient.
    lostWithRemoval: [
      'the client id: a new client gets another one',
      'secrets: a new client gets a new one',
      'risk and session configuration, UI customization, branding and terms of the client',
      'tokens issued to it',
    ],
    secrets: createSecrets(invoke),
    proof: createProof(invoke),
    authorization: createAuthorization(({ userPoolId = '' }) => settings.pools[userPoolId]?.domain),
  }
}

function removalStep(invoke: Invoke, ref: ClientRef): Step {
  const body = address(ref)
  return {
    request: { method: 'POST', target: 'DeleteUserPoolClient', body },
    send: async (call) => {
      // The client was read a moment ago, so that a refusal is none of its id.
      await invoke('DeleteUserPoolClient', ref, body, call)
      return undefined
    },
  }
}
