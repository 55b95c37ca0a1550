/**
 * Adopts a client that was made elsewhere. If each client is opened by a token of its own, the token comes
 * first, once it is proven: a change that was left open when the previous token was lost can only be settled
 * with it. Then the history begins, by the steps of a change that changes nothing.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRegistration } from '../../providers/adoption.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { WriteRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { findEarlierUse } from '../operation/idempotency.ts'
import { operate } from '../operation/operate.ts'
import { type Begun, onClient, type Plan } from '../operation/operation.ts'

export interface AdoptionRequest extends WriteRequest {
  readonly ref: ClientRef
  /** Absent if the provider opens all of its clients with one credential. */
  readonly registration?: ClientRegistration
  /** Refuses to replace a registration that works; absent: the caller may do that. */
  refuseReplacing?(): never
}

export interface AdoptionResult {
  readonly outcome: 'applied' | 'planned'
  readonly native: Native
  readonly tag: string
  /** The client's standing. */
  readonly standing: Standing | undefined
  readonly operationId?: string
  readonly replayed?: true
}

/**
 * Adopts a client, or reads it with the token in a dry run.
 * @throws ClientError `unsupported_operation`, and as `operate` does
 */
export async function adoptClient(
  service: Service,
  request: AdoptionRequest,
): Promise<AdoptionResult> {
  const { provider, ref, dryRun } = request
  return operate<void, AdoptionResult>(service, {
    ...onClient({ ref, provider }),
    request,
    settling: dryRun ? 'none' : 'waiting',
    open: (call) => (dryRun ? opened(request, 'look', call) : takeOrRead(service, request, call)),
    read: async ({ opened }) => opened,
    plan: planFor,
    replay: async ({ earlierUse: { intent }, opened: native = {}, head }) => ({
      outcome: 'applied',
      native,
      tag: service.fingerprints.ofState(provider.mapping, native),
      standing: head?.standing,
      ...(intent && { operationId: intent.operationId }),
      replayed: true,
    }),
  })
}

/** The history begins with a change that changes nothing. */
function planFor({ base, baseTag, before }: Begun<void>): Plan<AdoptionResult> {
  const snapshot = { native: base, tag: baseTag, standing: before?.standing }
  return {
    aim: { next: base, changes: [], action: 'adopt' },
    steps: [],
    after: 'as read',
    planned: () => ({ ...snapshot, outcome: 'planned' }),
    unchanged: undefined,
    done: ({ operationId }) => ({ ...snapshot, outcome: 'applied', operationId }),
  }
}

/** Adopts the client. If a request is repeated with its key, its token may have been renewed since. */
async function takeOrRead(service: Service, request: AdoptionRequest, call: Call): Promise<Native> {
  const { provider, ref } = request
  try {
    return await opened(request, 'take', call)
  } catch (error) {
    const refused = isClientError(error, 'provider_refused', 'insufficient_scope')
    if (!refused || (await findEarlierUse(service, request)) === undefined) throw error
    return provider.read(ref, call)
  }
}

/** The record, read with the registration's own token if the provider uses one. */
async function opened(
  { provider, ref, registration, refuseReplacing }: AdoptionRequest,
  how: 'look' | 'take',
  call: Call,
): Promise<Native> {
  const { adoption } = provider
  if (adoption !== undefined && registration !== undefined) {
    // Before anything is sent with what the caller provides.
    const refuses = refuseReplacing !== undefined
    if (refuses && (await adoption.replaces(ref, registration, call))) refuseReplacing()
    return adoption[how](ref, registration, call)
  }
  if (adoption === undefined && registration === undefined) return provider.read(ref, call)
  throw new ClientError(
    adoption === undefined ? 'unsupported_operation' : 'invalid_field',
    adoption === undefined
      ? 'This provider opens all of its clients with one credential. Leave out registrationAccessToken and registrationClientUri.'
      : 'registrationAccessToken must be given: each client of this provider is opened by a token of its own.',
    { field: 'registrationAccessToken' },
  )
}
