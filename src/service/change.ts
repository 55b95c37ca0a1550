/**
 * The safe change: the seven steps by which no setting that the caller did not name changes, no
 * update is lost, and nothing happens without a record. The numbers are those of docs/guarantees.md.
 */

import { diffClients } from '../core/diff.ts'
import { ClientError } from '../core/errors.ts'
import { checkPatch } from '../core/plan.ts'
import { resourceOf } from '../store/resource.ts'
import { sameStanding } from '../store/standing.ts'
import { inAttempts } from './attempts.ts'
import { carryOut } from './carry-out.ts'
import { LOST_RACE, noteOutsideChange, settledHead } from './head.ts'
import { claimKey, recordUnchanged } from './idempotency.ts'
import { intentAfter } from './intent.ts'
import { leasePatch } from './lease-wish.ts'
import { leasesAfter } from './leases.ts'
import { replay } from './replay.ts'
import type { ChangeRequest, ChangeResult } from './request.ts'
import { callerOf, callOf, type Service } from './service.ts'
import { checkSuspension } from './suspension.ts'
import { planWanted, prepareWish } from './wish.ts'

/**
 * Changes one client, or plans the change in a dry run.
 * @throws ClientError as planning and the provider do, `precondition_failed`, `key_in_use`,
 *   `key_reused`, `not_restorable`, `client_suspended`, `client_protected`, `store_unavailable`,
 *   `unavailable`, `deadline_exceeded`, `outcome_unknown`, `conflict`
 */
export async function changeClient(
  service: Service,
  request: ChangeRequest,
): Promise<ChangeResult> {
  const { provider, patch, ref } = request
  const asked = patch.kind === 'lease' ? leasePatch(patch) : patch
  if (asked.kind === 'merge' || asked.kind === 'operations') checkPatch(provider.mapping, asked)
  return inAttempts(service, resourceOf(ref), request, () => attempt(service, request))
}

async function attempt(
  service: Service,
  request: ChangeRequest,
): Promise<ChangeResult | typeof LOST_RACE> {
  const { provider, ref, dryRun, actor } = request
  const { mapping } = provider
  const operationId = service.newId()
  const call = callOf(service, {
    ...request,
    operationId,
    caller: request.caller ?? callerOf(actor),
  })

  // 1. the head of the log, with no change open; what an idempotency key was used for
  const head = await settledHead(service, request)
  await service.reached?.('head loaded')
  const use = await claimKey(service, request, operationId)
  if (use === LOST_RACE) return LOST_RACE
  if (use?.kind === 'used') return replay(service, request, use, call)
  request.confirm?.(head?.standing)
  // 2. the base
  const wish = await prepareWish(service, request, head, operationId)
  const base = await provider.read(ref, call, wish.fields)
  await service.reached?.('base read')
  const baseTag = service.fingerprints.ofState(mapping, base)
  checkPrecondition(request.ifMatch, baseTag)
  const before = dryRun ? head : await noteOutsideChange(service, request, head, base, baseTag)
  if (before === LOST_RACE) return LOST_RACE
  await service.reached?.('outside change recorded')
  // 3. the plan
  const { standing } = before ?? {}
  const wanted = wish.over(base)
  const { warnings, aim } = wanted
  const plan = planWanted(mapping, base, wanted, [standing, aim?.becomes ?? standing])
  request.authorize?.(plan.named)
  if (request.patch.kind !== 'suspension') checkSuspension(mapping, standing, base, plan.next)
  const becomes = leasesAfter(mapping, plan.next, request.patch, aim?.becomes ?? standing)
  const unchanged = plan.unchanged && sameStanding(becomes, standing)
  const steps = plan.unchanged ? [] : provider.steps(ref, base, plan.next)
  const changes = diffClients(mapping, base, plan.next, service.fingerprints.ofSecret)
  const planned = { changes, steps, warnings: [...warnings, ...plan.warnings] }
  if (dryRun) {
    const native = plan.unchanged ? base : plan.next
    return { ...planned, outcome: 'planned', native, tag: baseTag, standing: becomes }
  }
  if (unchanged) {
    if (use !== undefined && !(await recordUnchanged(service, use))) return LOST_RACE
    return { ...planned, outcome: 'unchanged', native: base, tag: baseTag, standing }
  }
  await service.reached?.('change planned')
  // 4. the intent
  const intent = intentAfter(service, request, before, {
    operationId,
    base,
    baseTag,
    next: plan.next,
    changes,
    action: aim?.action,
    ...(sameStanding(becomes, standing) ? {} : { becomes }),
  })
  if (!(await service.store.append(intent))) return LOST_RACE
  await service.reached?.('intent recorded')
  // 5. to 7.
  const running = { intent, provider, ref, base, next: plan.next }
  const done = await carryOut(service, running, steps, { ...call, urgent: true })
  return {
    ...planned,
    outcome: 'applied',
    native: done.native,
    tag: service.fingerprints.ofState(mapping, done.native),
    standing: becomes,
    warnings: [...planned.warnings, ...done.warnings],
    operationId,
  }
}

/** RFC 9110 section 13.1.1: strong comparison; `*` holds for any client that exists. */
export function checkPrecondition(ifMatch: readonly string[] | undefined, tag: string): void {
  if (ifMatch === undefined || ifMatch.includes('*') || ifMatch.includes(tag)) return
  throw new ClientError(
    'precondition_failed',
    'The client has changed since it was read (If-Match no longer holds); nothing was sent. Read it again.',
    { field: 'If-Match' },
  )
}
