/**
 * Adopting a client that was made elsewhere. Where each client is opened by a token of its own, that comes
 * first, once it is proven: a change that was left open when the one before was lost can only be settled
 * with it. Then comes the history, by the steps of a change that changes nothing.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRegistration } from '../../providers/adoption.ts'
import type { Call } from '../../providers/call.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import type { ChangeRequest } from '../base/request.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { inAttempts } from '../operation/attempts.ts'
import { LOST_RACE, noteOutsideChange, settledHead, standingOf } from '../operation/head.ts'
import { claimKey, usedBefore } from '../operation/idempotency.ts'
import { intentAfter } from '../operation/intent.ts'
import { close } from '../operation/settle.ts'

export interface AdoptionRequest extends Omit<ChangeRequest, 'patch' | 'authorize' | 'ifMatch'> {
  /** Absent where the provider opens all of its clients with one credential. */
  readonly registration?: ClientRegistration
  /** Refuses to put another registration in the place of one that works; absent: the caller may. */
  refuseReplacing?(): never
}

export interface AdoptionResult {
  readonly outcome: 'applied' | 'planned'
  readonly native: Native
  readonly tag: string
  /** What holds for the client beside its settings. */
  readonly standing: Standing | undefined
  readonly operationId?: string
  readonly replayed?: true
}

/**
 * Adopts a client, or looks at it with the token in a dry run.
 * @throws ClientError `unsupported_operation`, and as `changeClient` does
 */
export async function adoptClient(
  service: Service,
  request: AdoptionRequest,
): Promise<AdoptionResult> {
  return inAttempts(service, resourceOf(request.ref), request, () => attempt(service, request))
}

async function attempt(
  service: Service,
  request: AdoptionRequest,
): Promise<AdoptionResult | typeof LOST_RACE> {
  const { provider, ref, dryRun, actor, caller = callerOf(actor) } = request
  const operationId = service.newId()
  const call = callOf(service, { ...request, operationId, caller })
  const found = (native: Native) => ({
    native,
    tag: service.fingerprints.ofState(provider.mapping, native),
  })
  if (dryRun) {
    const standing = await standingOf(service, resourceOf(ref))
    return { outcome: 'planned', ...found(await opened(request, 'look', call)), standing }
  }
  const taken = found(await takeOrRead(service, request, call))
  const head = await settledHead(service, request)
  const known = { ...taken, standing: head?.standing }
  const use = await claimKey(service, request, operationId)
  if (use === LOST_RACE) return LOST_RACE
  if (use?.kind === 'used') {
    const told = use.intent === undefined ? {} : { operationId: use.intent.operationId }
    return { outcome: 'applied', ...known, ...told, replayed: true }
  }
  const before = await noteOutsideChange(service, request, head, taken.native, taken.tag)
  if (before === LOST_RACE) return LOST_RACE
  const aim = {
    operationId,
    base: taken.native,
    baseTag: taken.tag,
    next: taken.native,
    changes: [],
    action: 'adopt' as const,
  }
  const intent = await intentAfter(service, request, before, aim)
  if (!(await service.store.append(intent))) return LOST_RACE
  const running = { intent, provider, ref, base: taken.native, next: taken.native }
  await close(service, running, { outcome: 'applied', native: taken.native }, 'request')
  return { outcome: 'applied', ...known, operationId }
}

/** Takes the client in. The token of a request that is repeated by its key may have been renewed since. */
async function takeOrRead(service: Service, request: AdoptionRequest, call: Call): Promise<Native> {
  const { provider, ref } = request
  try {
    return await opened(request, 'take', call)
  } catch (error) {
    const refused = isClientError(error, 'provider_refused', 'insufficient_scope')
    if (!refused || (await usedBefore(service, request)) === undefined) throw error
    return provider.read(ref, call)
  }
}

/** The record, read with what the registration gave out where the provider goes by that. */
async function opened(
  { provider, ref, registration, refuseReplacing }: AdoptionRequest,
  how: 'look' | 'take',
  call: Call,
): Promise<Native> {
  const { adoption } = provider
  if (adoption !== undefined && registration !== undefined) {
    // Before anything is sent by what the caller brings.
    const refuses = refuseReplacing !== undefined
    if (refuses && (await adoption.replaces(ref, registration, call))) refuseReplacing()
    return adoption[how](ref, registration, call)
  }
  if (adoption === undefined && registration === undefined) return provider.read(ref, call)
  throw new ClientError(
    adoption === undefined ? 'unsupported_operation' : 'invalid_field',
    adoption === undefined
      ? 'This provider opens all of its clients with one credential; leave registrationAccessToken and registrationClientUri out.'
      : 'registrationAccessToken must be given: each client of this provider is opened by a token of its own.',
    { field: 'registrationAccessToken' },
  )
}
