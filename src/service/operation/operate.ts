/**
 * The seven steps by which no setting that the caller did not name changes, no update is lost, and nothing
 * happens without a record; the numbers are those of docs/guarantees.md. Every write to a provider
 * goes through them. An `Operation` says what to plan and what to answer, and decides nothing else.
 */

import type { Native } from '../../core/mapping/row.ts'
import type { Verdict } from '../../core/rights/access.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { ApprovalMark } from '../../store/log/actor.ts'
import { actionOf, type Entry } from '../../store/log/entry.ts'
import { creationResource, refOf, resourceOf } from '../../store/resource.ts'
import { subjectOf } from '../access/fresh-look.ts'
import { judgeWrite, type PlannedWrite, subjectAfter } from '../access/judged-write.ts'
import { cannotWait } from '../approval/pending-change.ts'
import { readFresh, tagOf } from '../base/fresh-read.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { settlementOf } from './actions.ts'
import { inAttempts } from './attempts.ts'
import { carryOut } from './carry-out.ts'
import { LOST_RACE, noteOutsideChange, settledHead } from './head.ts'
import { type Claimed, claimKey, recordUnchanged } from './idempotency.ts'
import { intentAfter } from './intent.ts'
import type { Begun, Operation, Plan, Repeated } from './operation.ts'

/**
 * Carries out a write, or plans it in a dry run.
 * @throws ClientError as the operation and the provider do, `precondition_failed`, `key_in_use`,
 * `key_reused`, `store_unavailable`, `client_busy`, `too_many_requests`, `deadline_exceeded`,
 * `outcome_unknown`, `change_unresolved`
 */
export function operate<P, R>(service: Service, operation: Operation<P, R>): Promise<R> {
  const { request, first } = operation
  const turn = { resource: resourceOf(refFor(operation, service.newId())), first }
  return inAttempts(service, turn, request, () => attempt(service, operation))
}

/** The client; a new one is represented by its operation until it has an id. */
function refFor<P, R>({ subject }: Operation<P, R>, operationId: string): ClientRef {
  return subject.kind === 'client'
    ? subject.ref
    : refOf(creationResource(subject.place, operationId))
}

async function attempt<P, R>(
  service: Service,
  operation: Operation<P, R>,
): Promise<R | typeof LOST_RACE> {
  const beginning = await begin(service, operation)
  if (beginning === LOST_RACE) return LOST_RACE
  if ('earlierUse' in beginning) return operation.replay(beginning)
  // 3. the plan
  const plan = await operation.plan(beginning)
  const planned = plannedWrite(operation, beginning, plan)
  const verdict = judge(service, operation, planned)
  for (const step of plan.steps) await step.check?.()
  const held = plan.unchanged === undefined && verdict === 'with approval'
  const waits = held && !operation.request.dryRun
  const approval =
    waits || service.approval?.always === true
      ? await passed(service, { ...planned, held }, beginning, plan)
      : undefined
  if (operation.request.dryRun) return plan.planned()
  if (plan.unchanged === undefined) return write(service, operation, beginning, plan, approval)
  const { use } = beginning
  if (use !== undefined && !(await recordUnchanged(service, use))) return LOST_RACE
  return plan.unchanged()
}

function plannedWrite<P, R>(
  { subject, request: { provider } }: Operation<P, R>,
  { ref, read, before }: Beginning<P>,
  { aim: { next, action, becomes }, on: base = read }: Plan<R>,
): PlannedWrite {
  const isNew = subject.kind === 'new'
  return { provider, ref, isNew, base, next, action, standing: before?.standing, becomes }
}

/** Holds the plan against the limits of its caller's grants, in a dry run as in earnest. */
function judge<P, R>(
  service: Service,
  { subject }: Operation<P, R>,
  planned: PlannedWrite,
): Verdict {
  const access = service.access?.(subject.kind === 'client' ? planned.ref : subject.place)
  return access === undefined ? 'granted' : judgeWrite(service, access, planned)
}

/**
 * Lets a change pass that was approved.
 * @throws ClientError `approval_required`, `request_state`
 */
function passed<P, R>(
  { approval }: Service,
  planned: PlannedWrite & { readonly held: boolean },
  { baseTag }: Beginning<P>,
  { aim: { changes, action, becomes, copiedFrom } }: Plan<R>,
): Promise<ApprovalMark | undefined> {
  if (approval === undefined) throw cannotWait()
  const { provider, ref, isNew, standing, held } = planned
  const { id: _, ...site } = ref
  return approval.pass({
    provider,
    place: isNew ? site : ref,
    action: actionOf({ action }),
    baseTag: isNew ? '' : baseTag,
    standing: isNew ? undefined : standing,
    becomes,
    changes,
    copiedFrom,
    held,
    after: subjectAfter(planned),
  })
}

/** The state of an attempt before it is planned. */
interface Beginning<P> extends Begun<P> {
  readonly ref: ClientRef
  /** The base; `undefined`: the client is not there. */
  readonly read: Native | undefined
  /** The key as it is bound to this attempt, if there is one. */
  readonly use: Claimed | undefined
}

async function begin<P, R>(
  service: Service,
  operation: Operation<P, R>,
): Promise<Beginning<P> | Repeated | typeof LOST_RACE> {
  const { request } = operation
  const { provider, actor, deadline, requestId, onUpstream, dryRun } = request
  const operationId = service.newId()
  const ref = refFor(operation, operationId)
  const { caller = callerOf(actor), reserve } = request
  const call = callOf(service, {
    operationId,
    deadline,
    requestId,
    caller,
    reserve,
    onUpstream,
  })
  // 1. the head of the log, with no change open; what an idempotency key was used for
  const opened = await operation.open(call)
  const head = await headFor(service, operation, ref)
  await service.reached?.('head loaded')
  const use = await claimKey(service, request, operationId)
  if (use === LOST_RACE) return LOST_RACE
  if (use?.kind === 'used') return { earlierUse: use, call, head, opened }
  const start = { operationId, call, head, opened }
  const prepared = await operation.prepare(start)
  // 2. the base
  const read = await readFresh(service, {
    ...{ provider, ref, deadline, head },
    read: () => operation.read(start, prepared),
  })
  await service.reached?.('base read')
  if (read !== undefined && operation.subject.kind === 'client') {
    service.access?.(ref)?.look(subjectOf(provider, ref, read, head?.standing))
  }
  const base = read ?? {}
  // A client that is gone has no state.
  const baseTag = read ? service.fingerprints.ofState(provider.mapping, read) : (tagOf(head) ?? '')
  operation.check({ native: base, tag: baseTag, standing: head?.standing })
  const identity = { ref, provider }
  const before = dryRun ? head : await noteOutsideChange(service, identity, head, base, baseTag)
  if (before === LOST_RACE) return LOST_RACE
  await service.reached?.('outside change recorded')
  return { ...start, ref, use, prepared, read, base, baseTag, before }
}

async function headFor<P, R>(
  service: Service,
  { subject, settling, request }: Operation<P, R>,
  ref: ClientRef,
): Promise<Entry | undefined> {
  if (subject.kind === 'new') return undefined
  if (settling === 'none') return service.store.last(resourceOf(ref))
  const { deadline, key } = request
  return settledHead(service, { ref, deadline, ...(key && { key }) }, settling)
}

async function write<P, R>(
  service: Service,
  { request }: Operation<P, R>,
  { operationId, call, ref, base, baseTag, before }: Beginning<P>,
  plan: Plan<R>,
  approval: ApprovalMark | undefined,
): Promise<R | typeof LOST_RACE> {
  const { provider, requestId, actor, deadline, key } = request
  const { next, rotation } = plan.aim
  await settlementOf(plan.aim).prepare()
  await service.reached?.('change planned')
  // 4. the intent
  const intentRequest = { provider, ref, requestId, actor, deadline, ...(key && { key }) }
  const aim = { ...plan.aim, operationId, base, baseTag, approval }
  const intent = await intentAfter(service, intentRequest, before, aim)
  if (!(await service.store.append(intent))) return LOST_RACE
  await service.reached?.('intent recorded')
  // 5. to 7.
  const running = {
    intent,
    provider,
    ref,
    base,
    next: next ?? base,
    ...(rotation && { rotation }),
    ...(plan.added && { added: plan.added }),
    maySeeClient: request.maySeeClient ?? true,
  }
  return plan.done(await carryOut(service, running, plan, { ...call, urgent: true }))
}
