/**
 * Auth0, spoken as plain JSON over HTTP. The client's connections are a second resource: they are
 * read along with it and changed in calls of their own, enabled ones first and disabled ones last.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { updateBody } from '../../core/plan/update-body.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { ClientRef, Step } from '../call.ts'
import type { ProviderSurroundings } from '../definition.ts'
import type { Budget } from '../pace/pace-budget.ts'
import type { Provider } from '../provider.ts'
import { passUnreadable } from '../unreadable.ts'
import { authorizationAt } from './calls/authorization.ts'
import { createSender, type Send } from './calls/call.ts'
import { createKeys } from './calls/credentials.ts'
import { type Auth0Pace, createAuth0Pace } from './calls/pace.ts'
import { createProof } from './calls/proof.ts'
import { createReadMany } from './calls/read-many.ts'
import { type TokenSettings, tenantToken } from './calls/token.ts'
import { connectionChanges, ENABLED } from './connections.ts'
import { createCreation } from './creation.ts'
import { mapping } from './mapping.ts'
import { clientPath, listClients, readClient, readWhole, writtenClient } from './records.ts'
import { checkEditable } from './rules.ts'
import { secrets } from './secrets.ts'
import { barOf } from './sign-in.ts'

export interface Auth0Options extends TokenSettings {
  /** Lets new redirect URIs and origins hold a wildcard label. */
  readonly allowWildcards: boolean
  readonly pace?: Auth0Pace | undefined
  /** How long a new client may be missing from the tenant's list. */
  readonly listLagSeconds?: number | undefined
  /** Divides the tenant's rate between instances. */
  readonly budget?: Budget | undefined
}

/** RFC 9700 section 4.1.3 asks for exact redirect URIs, so wildcards are a deliberate choice. */
const withoutWildcards: Mapping = { ...mapping, uris: { ...mapping.uris, wildcards: false } }

export { mapping }

/** What the settings of a tenant mean. */
export interface Auth0Settings {
  /** Without a trailing slash. */
  readonly baseUrl: string
  /** The audience of the Management API; `<baseUrl>/api/v2/` unless the tenant has another. */
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: Secret
  /** Lets new redirect URIs and origins hold a wildcard label. */
  readonly allowWildcards: boolean
  /** What the tenant's plan allows, where it is not to be learned. */
  readonly pace?: Auth0Pace | undefined
  /** How long a new client may be missing from the tenant's list. */
  readonly listLagSeconds?: number | undefined
}

/** The provider of a configuration. */
export const create = (
  { clientSecret, ...settings }: Auth0Settings,
  { now, budget }: ProviderSurroundings,
): Provider =>
  createAuth0Provider({ ...settings, clientSecret: () => clientSecret.reveal(), now, budget })

/** One Auth0 tenant. */
export function createAuth0Provider(settings: Auth0Options): Provider {
  const pace = createAuth0Pace(settings.pace ?? {}, { now: settings.now, budget: settings.budget })
  const source = tenantToken(settings, pace)
  const send = createSender(settings, pace, source)
  return {
    type: 'auth0',
    mapping: settings.allowWildcards ? mapping : withoutWildcards,
    pace: pace.state,
    prepare: async (call) => {
      await source.token(call)
    },
    read: (ref, call, fields) => readWhole(send, ref, call, fields),
    readRecord: (ref, call) => readClient(send, ref, call),
    readMany: (count) => createReadMany(send, count, settings.now),
    steps: (ref, base, next) => {
      const { enable, disable } = connectionChanges(base, next)
      return [
        ...enable.map((id) => connectionStep(send, ref, id, true)),
        ...clientSteps(send, ref, base, next),
        ...disable.map((id) => connectionStep(send, ref, id, false)),
      ]
    },
    list: (_, call, cursor) => listClients(send, call, cursor),
    creation: createCreation(send, settings.listLagSeconds),
    reliance: ({ id }, native) => {
      if (id === settings.clientId) return 'own'
      // "All Applications", which stands for the tenant itself (Management API, `global`).
      return native.global === true ? 'built_in' : undefined
    },
    bar: barOf,
    removal: (ref) => removalStep(send, ref),
    // Management API, "Delete a Client": related configuration is removed too.
    lostWithRemoval: [
      'the client id: a new client gets another one',
      'client grants, credentials and rate limit policies of the client',
      'tokens and consents issued to it',
    ],
    secrets,
    keys: createKeys(send),
    proof: createProof(send),
    authorization: authorizationAt(settings.baseUrl),
  }
}

function clientSteps(send: Send, ref: ClientRef, base: Native, next: Native): readonly Step[] {
  const body = updateBody(mapping, base, next)
  // Auth0 refuses an update without any member.
  if (Object.keys(body).length === 0) return []
  checkEditable(mapping, base, body)
  return [
    {
      request: { method: 'PATCH', target: `/api/v2${clientPath(ref)}`, body },
      send: async (call) => {
        const request = { operation: 'PATCH /clients/{id}', path: clientPath(ref), body }
        const after = writtenClient(await send(request, call))
        return { ...after, [ENABLED]: base[ENABLED] ?? {} }
      },
    },
  ]
}

function connectionStep(send: Send, ref: ClientRef, id: string, status: boolean): Step {
  const body = [{ client_id: ref.id, status }]
  const path = `/connections/${encodeURIComponent(id)}/clients`
  return {
    request: { method: 'PATCH', target: `/api/v2${path}`, body },
    send: async (call) => {
      const operation = 'PATCH /connections/{id}/clients'
      await send({ operation, path, body }, call).catch(connectionError)
      return undefined
    },
  }
}

/** A connection that has gone meanwhile is not a client that is missing. */
function connectionError(error: unknown): never {
  if (!isClientError(error, 'not_found')) throw error
  throw new ClientError(
    'provider_refused',
    'Auth0 no longer has one of the connections that client.supportedIdp names. Nothing was changed.',
    { field: 'client.supportedIdp' },
  )
}

function removalStep(send: Send, ref: ClientRef): Step {
  return {
    request: { method: 'DELETE', target: `/api/v2${clientPath(ref)}`, body: {} },
    send: async (call) => {
      // The removal of what is not there is a 204 as well (OpenAPI), so it is looked for first.
      await readClient(send, ref, call).catch(passUnreadable)
      await send({ operation: 'DELETE /clients/{id}', path: clientPath(ref) }, call)
      return undefined
    },
  }
}
