/**
 * Removing a client, by the same seven steps as a change. The last full record is kept sealed in the
 * history; the client itself does not come back.
 */

import { ClientError } from '../core/errors.ts'
import type { Native } from '../core/mapping.ts'
import type { Step } from '../providers/provider.ts'
import { resourceOf } from '../store/resource.ts'
import type { Standing } from '../store/standing.ts'
import { inAttempts } from './attempts.ts'
import { carryOut } from './carry-out.ts'
import { checkPrecondition } from './change.ts'
import { LOST_RACE, noteOutsideChange, settledHead } from './head.ts'
import { claimKey } from './idempotency.ts'
import { intentAfter } from './intent.ts'
import { checkUnprotected } from './protection.ts'
import type { ChangeRequest } from './request.ts'
import { callerOf, callOf, type Service } from './service.ts'

export type RemovalRequest = Omit<ChangeRequest, 'patch' | 'authorize'>

export interface RemovalResult {
  readonly outcome: 'applied' | 'planned'
  /** The record before, and its fingerprint; absent where the request is only told its outcome again. */
  readonly before?: {
    readonly native: Native
    readonly tag: string
    readonly standing: Standing | undefined
  }
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
}

/**
 * Removes a client, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, and as `changeClient` does
 */
export async function removeClient(
  service: Service,
  request: RemovalRequest,
): Promise<RemovalResult> {
  return inAttempts(service, resourceOf(request.ref), request, () => attempt(service, request))
}

async function attempt(
  service: Service,
  request: RemovalRequest,
): Promise<RemovalResult | typeof LOST_RACE> {
  const { provider, ref, dryRun, actor } = request
  if (provider.removal === undefined) throw cannotRemove()
  const operationId = service.newId()
  const call = callOf(service, { ...request, operationId, caller: callerOf(actor) })

  const head = await settledHead(service, request)
  await service.reached?.('head loaded')
  const use = await claimKey(service, request, operationId)
  if (use === LOST_RACE) return LOST_RACE
  if (use?.kind === 'used') {
    const told = use.intent === undefined ? {} : { operationId: use.intent.operationId }
    return { outcome: 'applied', steps: [], ...told, replayed: true }
  }
  checkUnprotected(head?.standing, 'removed')
  const base = await provider.read(ref, call)
  await service.reached?.('base read')
  const baseTag = service.fingerprints.ofState(provider.mapping, base)
  checkPrecondition(request.ifMatch, baseTag)
  const before = { native: base, tag: baseTag, standing: head?.standing }
  const step = provider.removal(ref, base)
  if (dryRun) return { outcome: 'planned', before, steps: [step] }
  const last = await noteOutsideChange(service, request, head, base, baseTag)
  if (last === LOST_RACE) return LOST_RACE
  await service.reached?.('change planned')
  const aim = {
    operationId,
    base,
    baseTag,
    next: null,
    changes: [],
    action: 'remove' as const,
    becomes: {},
  }
  const intent = intentAfter(service, request, last, aim)
  if (!(await service.store.append(intent))) return LOST_RACE
  await service.reached?.('intent recorded')
  const running = { intent, provider, ref, base, next: base }
  await carryOut(service, running, [step], { ...call, urgent: true })
  return { outcome: 'applied', before, steps: [step], operationId }
}

const cannotRemove = () =>
  new ClientError('unsupported_operation', 'This provider has no way to remove a client.')
