/**
 * The safe change: the seven steps by which no setting that the caller did not name changes, no
 * update is lost, and nothing happens without a record. The numbers are those of docs/guarantees.md.
 */

import { diffClients, type FieldChange } from '../../core/diff.ts'
import type { Native } from '../../core/mapping/row.ts'
import { checkPatch } from '../../core/plan/plan.ts'
import { neededFor, neededToSet } from '../../core/rights/rights.ts'
import { replaceHidden } from '../../core/secrecy/hidden.ts'
import { type Standing, sameStanding } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import type { ChangeRequest, ChangeResult } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { leasePatch } from '../lease/lease-wish.ts'
import { leasesAfter } from '../lease/leases.ts'
import { inAttempts } from '../operation/attempts.ts'
import { begin } from '../operation/base.ts'
import { carryOut } from '../operation/carry-out.ts'
import { danglingWarnings } from '../operation/dangling.ts'
import { LOST_RACE } from '../operation/head.ts'
import { recordUnchanged } from '../operation/idempotency.ts'
import { intentAfter } from '../operation/intent.ts'
import { replay } from '../operation/replay.ts'
import { checkRelianceInChange } from './own-client.ts'
import { checkProtection } from './protection.ts'
import { checkSuspension } from './suspension.ts'
import type { Wish } from './wanted.ts'
import { planWanted, prepareWish } from './wish.ts'

/**
 * Changes one client, or plans the change in a dry run.
 * @throws ClientError as planning and the provider do, `precondition_failed`, `key_in_use`,
 *   `key_reused`, `not_restorable`, `client_suspended`, `client_protected`, `own_client`,
 *   `store_unavailable`, `unavailable`, `too_many_requests`, `deadline_exceeded`, `outcome_unknown`, `conflict`
 */
export async function changeClient(
  service: Service,
  request: ChangeRequest,
): Promise<ChangeResult> {
  const { provider, patch, ref } = request
  const asked = patch.kind === 'lease' ? leasePatch(patch) : patch
  if (asked.kind === 'merge' || asked.kind === 'operations') checkPatch(provider.mapping, asked)
  const first = patch.kind === 'suspension' && patch.suspended
  return inAttempts(service, resourceOf(ref), { ...request, first }, () =>
    attempt(service, request),
  )
}

async function attempt(
  service: Service,
  request: ChangeRequest,
): Promise<ChangeResult | typeof LOST_RACE> {
  const { provider, ref, dryRun } = request
  const { mapping } = provider
  const begun = await begin(service, request, (head, id) => {
    request.confirm?.(head?.standing)
    return prepareWish(service, request, head, id)
  })
  if (begun === LOST_RACE) return LOST_RACE
  if (begun.kind === 'repeated') return replay(service, request, begun.used, begun.call)
  const { operationId, call, use, prepared: wish, baseTag, before } = begun
  const base = comparable(service, request, begun.base)
  // 3. the plan
  const { standing } = before ?? {}
  const wanted = wish.over(base)
  const { warnings, aim } = wanted
  const plan = planWanted(mapping, base, wanted, [standing, aim?.becomes ?? standing])
  // What a suspension took away was decided before, and so is given back without that.
  const api = request.patch.kind === 'suspension' ? undefined : provider.ownApi?.(ref)
  request.authorize?.([...neededToSet(plan.hidden), ...neededFor(mapping, { ...plan, base, api })])
  if (request.patch.kind !== 'suspension') checkSuspension(mapping, standing, base, plan.next)
  checkProtection(request, standing, base, plan.next)
  const becomes = leasesAfter(mapping, [base, plan.next], request.patch, aim?.becomes ?? standing)
  const unchanged = plan.unchanged && sameStanding(becomes, standing)
  const steps = plan.unchanged ? [] : provider.steps(ref, base, plan.next)
  const changes = diffClients(mapping, base, plan.next, service.fingerprints.ofSecret)
  checkRelied(service, request, base, { wish, standing, changes })
  const planned = { changes, steps, warnings: [...warnings, ...plan.warnings] }
  if (dryRun) {
    const native = plan.unchanged ? base : plan.next
    const records = { base, next: plan.next }
    const dangling = steps.length === 0 ? [] : await danglingWarnings(provider, ref, records, call)
    const told = { ...planned, warnings: [...planned.warnings, ...dangling] }
    return { ...told, outcome: 'planned', native, tag: baseTag, standing: becomes }
  }
  if (unchanged) {
    if (use !== undefined && !(await recordUnchanged(service, use))) return LOST_RACE
    return { ...planned, outcome: 'unchanged', native: base, tag: baseTag, standing }
  }
  await service.reached?.('change planned')
  // 4. the intent
  const intent = await intentAfter(service, request, before, {
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
  const { maySeeClient = true } = request
  const running = { intent, provider, ref, base, next: plan.next, maySeeClient }
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

/**
 * Whether it is refused must not confirm a guess either, so it is judged as a dry run is.
 * @throws ClientError `own_client`
 */
function checkRelied(
  service: Service,
  request: ChangeRequest,
  base: Native,
  { wish, standing, changes }: Judged,
): void {
  const { provider, ref } = request
  if (provider.reliance?.(ref, base) === undefined) return
  const unseen = comparable(service, { ...request, dryRun: true }, base)
  const plan = planWanted(provider.mapping, unseen, wish.over(unseen), [standing, standing])
  const needs = neededFor(provider.mapping, { ...plan, base: unseen })
  const bar = provider.bar?.(unseen, plan.next)
  checkRelianceInChange(request, base, { changes, needs, bar })
}

interface Judged {
  readonly wish: Wish
  readonly standing: Standing | undefined
  readonly changes: readonly FieldChange[]
}

/**
 * The record that a dry run is planned on. A secret that is set must not be compared with the one that is
 * there, or an empty plan would confirm a guess; so something else stands in its place.
 */
function comparable(
  { newId }: Service,
  { patch, provider, dryRun, maySeeSecrets = true }: ChangeRequest,
  base: Native,
): Native {
  const isAsked = patch.kind === 'merge' || patch.kind === 'operations'
  if (!dryRun || maySeeSecrets || !isAsked) return base
  return replaceHidden(provider.mapping, base, () => newId())
}
