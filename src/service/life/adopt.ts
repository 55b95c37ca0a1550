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
import { resourceOf } from '../../store/resource.ts'
import { subjectOf } from '../access/fresh-look.ts'
import { judgeWrite, subjectAfter } from '../access/judged-write.ts'
import { cannotWait } from '../approval/pending-change.ts'
import type { WriteRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { findEarlierUse } from '../operation/idempotency.ts'
import { operate } from '../operation/operate.ts'
import { type Begun, onClient, type Plan } from '../operation/operation.ts'

export interface AdoptionRequest extends WriteRequest {
  readonly ref: ClientRef
  /** Absent if the provider opens all of its clients with one credential. */
  readonly registration?: ClientRegistration
  /** Refuses to replace a registration that works, unless the caller may do that; absent: it may. */
  refuseReplacing?(): void
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
    open: (call) => (dryRun ? lookAt(service, request, call) : takeOrRead(service, request, call)),
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

async function lookAt(service: Service, request: AdoptionRequest, call: Call): Promise<Native> {
  await judgeFirst(service, request, call)
  return opened(request, 'look', call)
}

/** Adopts the client. If a request is repeated with its key, its token may have been renewed since. */
async function takeOrRead(service: Service, request: AdoptionRequest, call: Call): Promise<Native> {
  const { provider, ref } = request
  try {
    await judgeFirst(service, request, call)
    return await opened(request, 'take', call)
  } catch (error) {
    const refused = isClientError(error, 'provider_refused', 'insufficient_scope')
    if (!refused || (await findEarlierUse(service, request)) === undefined) throw error
    const native = await provider.read(ref, call)
    const head = await service.store.last(resourceOf(ref))
    service.access?.(ref)?.look(subjectOf(provider, ref, native, head?.standing))
    return native
  }
}

/**
 * Judges the client by what its registration shows, where grants of the caller are limited: nothing that opens a client
 * is kept which is outside of them, or takes an approval that is not there. What is kept then is judged again, as any other
 * change.
 * @throws ClientError `not_found`, always the same one, `insufficient_scope`, as `Approval.pass`, or as the provider does
 */
async function judgeFirst(service: Service, request: AdoptionRequest, call: Call): Promise<void> {
  const { ref, provider, registration } = request
  const { adoption } = provider
  const access = service.access?.(ref)
  if (access === undefined || adoption === undefined || registration === undefined) return
  const standing = (await service.store.last(resourceOf(ref)))?.standing
  if (!access.goesByRecord) access.look({ ...ref, name: null, team: standing?.team })
  // Also where it is opened already: what the caller provides is answered the same whether the client is known here or not.
  const base = await adoption.look(ref, registration, call).catch(cannotLook)
  access.look(subjectOf(provider, ref, base, standing))
  const plan = { base, next: base, action: 'adopt', standing, becomes: undefined } as const
  const planned = { provider, ref, isNew: false, ...plan }
  const held = judgeWrite(service, access, planned) === 'with approval'
  const { approval } = service
  if (request.dryRun || !(held || approval?.always === true)) return
  // Before the token is kept: it is not, unless someone else has approved that.
  if (approval === undefined) throw cannotWait()
  await approval.pass({
    provider,
    place: ref,
    action: 'adopt',
    baseTag: service.fingerprints.ofState(provider.mapping, base),
    standing,
    becomes: undefined,
    changes: [],
    held,
    after: subjectAfter(planned),
  })
}

/** Some servers renew the token with every read, so that looking would lose it. */
function cannotLook(error: unknown): never {
  if (!isClientError(error, 'unsupported_operation')) throw error
  throw new ClientError(
    'insufficient_scope',
    'At this server a client cannot be looked at before it is adopted, so adopting takes a grant of clients:write without a limit and without approval.',
  )
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
