/**
 * The safe change: the seven steps by which no setting that the caller did not name changes, no
 * update is lost, and nothing happens without a record. The numbers are those of docs/guarantees.md.
 */

import type { FieldName } from '../core/client.ts'
import { diffClients, type FieldChange } from '../core/diff.ts'
import { ClientError } from '../core/errors.ts'
import { writtenFields } from '../core/json-patch.ts'
import type { Native, Warning } from '../core/mapping.ts'
import type { Patch } from '../core/patch.ts'
import { withoutPaths } from '../core/paths.ts'
import { checkPatch, type Plan, planChange } from '../core/plan.ts'
import type { Call, ClientRef, Provider, Step } from '../providers/provider.ts'
import type { Actor, Intent } from '../store/store.ts'
import { carryOut } from './carry-out.ts'
import { noteOutsideChange, settledHead } from './head.ts'
import { checkDeadline, withRetries } from './retry.ts'
import { callerOf, callOf, resourceOf, type Service } from './service.ts'
import { sealedPlace } from './settle.ts'

export interface ChangeRequest {
  readonly ref: ClientRef
  readonly provider: Provider
  readonly patch: Patch
  /** The tags of `If-Match`; absent: any state will do. */
  readonly ifMatch?: readonly string[]
  readonly dryRun: boolean
  /** Refuses fields that the caller may not change, once it is known which ones would. */
  authorize?(named: readonly FieldName[]): void
  readonly actor: Actor
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly onUpstream?: Call['onUpstream']
}

export interface ChangeResult {
  /** What became of it: `planned` in a dry run, `unchanged` when there was nothing to do. */
  readonly outcome: 'applied' | 'unchanged' | 'planned'
  /** The record as the provider holds it now; in a dry run the planned one. */
  readonly native: Native
  /** Fingerprint of the state that the provider holds now; in a dry run of the base. */
  readonly tag: string
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
}

/** Thrown within this module when another instance was first; the attempt starts again. */
const LOST_RACE = Symbol('lost race')

/**
 * Changes one client, or plans the change in a dry run.
 * @throws ClientError as planning and the provider do, `precondition_failed`, `store_unavailable`,
 *   `unavailable`, `deadline_exceeded`, `outcome_unknown`, `conflict`
 */
export async function changeClient(
  service: Service,
  request: ChangeRequest,
): Promise<ChangeResult> {
  const { provider, patch, ref, deadline } = request
  checkPatch(provider.mapping, patch)
  return service.turns.take(resourceOf(ref), deadline, () =>
    withRetries(service, deadline, async () => {
      for (;;) {
        checkDeadline(service, deadline)
        const result = await attempt(service, request)
        if (result !== LOST_RACE) return result
      }
    }),
  )
}

async function attempt(
  service: Service,
  request: ChangeRequest,
): Promise<ChangeResult | typeof LOST_RACE> {
  const { provider, ref, patch, dryRun } = request
  const { mapping } = provider
  const operationId = service.newId()
  const call = callOf(service, { ...request, operationId, caller: callerOf(request.actor) })

  // 1. the head of the log, with no change open
  const head = await settledHead(service, request)
  await service.reached?.('head loaded')
  // 2. the base
  const base = await provider.read(ref, call, fieldsOf(patch))
  await service.reached?.('base read')
  const baseTag = service.fingerprints.ofState(mapping, base)
  checkPrecondition(request.ifMatch, baseTag)
  const seq = dryRun ? 0 : await noteOutsideChange(service, request, head, base, baseTag)
  if (seq === undefined) return LOST_RACE
  await service.reached?.('outside change recorded')
  // 3. the plan
  const plan = planChange(mapping, base, patch)
  request.authorize?.(plan.named)
  const steps = plan.unchanged ? [] : provider.steps(ref, base, plan.next)
  const changes = diffClients(mapping, base, plan.next, service.fingerprints.ofSecret)
  const planned = { changes, steps, warnings: plan.warnings }
  if (plan.unchanged) {
    return { ...planned, outcome: dryRun ? 'planned' : 'unchanged', native: base, tag: baseTag }
  }
  if (dryRun) return { ...planned, outcome: 'planned', native: plan.next, tag: baseTag }
  await service.reached?.('change planned')
  // 4. the intent
  const intent = intentOf(service, request, { operationId, seq, base, baseTag, plan, changes })
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
    warnings: [...plan.warnings, ...done.warnings],
    operationId,
  }
}

function fieldsOf(patch: Patch): readonly FieldName[] {
  return patch.kind === 'merge'
    ? (Object.keys(patch.fields) as FieldName[])
    : [...writtenFields(patch.operations)]
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

interface Planned {
  readonly operationId: string
  readonly seq: number
  readonly base: Native
  readonly baseTag: string
  readonly plan: Plan
  readonly changes: readonly FieldChange[]
}

function intentOf(service: Service, request: ChangeRequest, planned: Planned): Intent {
  const { operationId, seq, base, baseTag, plan, changes } = planned
  const resource = resourceOf(request.ref)
  const place = sealedPlace(resource, seq, operationId)
  const kept = (native: Native) => withoutPaths(native, request.provider.mapping.hiddenKeys)
  return {
    kind: 'intent',
    resource,
    seq,
    at: service.now(),
    operationId,
    requestId: request.requestId,
    actor: request.actor,
    deadline: request.deadline,
    baseTag,
    changes,
    state: service.fingerprints.masked(request.provider.mapping, base),
    sealed: service.seal.close({ base: kept(base), next: kept(plan.next) }, place),
  }
}
