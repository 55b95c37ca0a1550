/**
 * One client of a job: planned, or changed under an idempotency key of its own. So a runner that
 * takes over after a crash, or works on it at the same time, causes the same single effect and
 * finds the same outcome.
 */

import { type FieldChange, withoutValues } from '../../../core/diff.ts'
import { ClientError, type ErrorCode, isClientError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json/json.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import type { Patch } from '../../../core/patch/patch.ts'
import type { OwnPermission } from '../../../core/rights/permissions.ts'
import type { Need } from '../../../core/rights/rights.ts'
import type { ReadOneOfMany } from '../../../providers/provider.ts'
import type { Actor, JobOrigin } from '../../../store/log/actor.ts'
import type { JobApproval, JobReap, JobResult } from '../../../store/log/job-entry.ts'
import { resourceOf } from '../../../store/resource.ts'
import { withinDeadline } from '../../base/deadline.ts'
import { whenUnknown } from '../../base/next-step.ts'
import type { ChangeRequest, ChangeResult, Suspending, Undo } from '../../base/request.ts'
import { callerOf, callOf, type Service } from '../../base/service.ts'
import { changeClient } from '../../change/change.ts'
import { keyOf } from '../../operation/idempotency.ts'
import type { JobItem } from '../items.ts'
import { checkRights } from '../rights.ts'
import { lookForJob, purposeOf } from './job-access.ts'
import { approvalFor } from './job-approval.ts'
import { reapOne } from './reap-work.ts'

export interface Task {
  /** The job and the callers behind it; the work is done on behalf of the submitter. */
  readonly job: JobOrigin
  /** What it may do besides changing clients. */
  readonly rights: readonly OwnPermission[]
  /**
   * Those of them that its submitter still has; absent: all.
   * @throws ClientError where its submitter may not change clients any more
   */
  readonly rightsToday?: (() => readonly OwnPermission[]) | undefined
  /** Its place among the clients of the job. */
  readonly index: number
  readonly item: JobItem
  readonly patch: Patch | Undo | Suspending
  /** What it goes by, where the job reaps. */
  readonly reap?: JobReap
  /** The tag of the state that it was planned from. */
  readonly planned?: string | undefined
  /** What an approval of its planned change is bound to; absent: that takes none. */
  readonly print?: string | undefined
  /** By whose approval the job was set to work; absent: that took none. */
  readonly approved?: JobApproval | undefined
  readonly phase: 'plan' | 'run'
  /** The time that it may take (milliseconds). */
  readonly limitMs: number
  /** Reads the client as one of many; absent: it is read by itself. */
  readonly readOneOfMany?: ReadOneOfMany | undefined
  /** What the job leaves of the provider's rate to others, if it says so. */
  readonly reserve?: number | undefined
}

export interface Worked {
  readonly result: JobResult
  /** How long its calls waited for their turns in total (milliseconds). */
  readonly waitedMs: number
  /** Its outcome is not certain yet, so it is repeated after this time (milliseconds). */
  readonly againMs?: number
  /** It got no turn at the provider's pace. */
  readonly refused: boolean
}

/** All jobs of one submitter take turns as one caller, separate from the submitter's own requests. */
const jobsOf = (submittedBy: Actor) => `jobs of ${callerOf(submittedBy)}`

/** Failures that are temporary, or after which the same key reveals the outcome. */
const PASSING: readonly ErrorCode[] = [
  'provider_throttled',
  'store_unavailable',
  'client_busy',
  'too_many_requests',
  'key_in_use',
  'deadline_exceeded',
  'outcome_unknown',
]
/** The default pause before it is repeated (milliseconds). */
const PAUSE_MS = 1_000
/** If the differences of one client are longer than this, only their names are recorded (characters). */
const MAX_CHANGES = 10_000

/** Does the work of one client; never rejects. */
export async function work(service: Service, task: Task): Promise<Worked> {
  let waitedMs = 0
  const deadline = service.now() + task.limitMs
  let print: string | undefined
  const approval = approvalFor(service, task, (held) => {
    print = held
  })
  const bounded = { ...withinDeadline(service, deadline), approval }
  const { index: item, item: of } = task
  let request: ChangeRequest | undefined
  try {
    request = requestOf(bounded, task, deadline, (ms) => {
      waitedMs += ms
    })
    const { ref, provider, requestId } = request
    const reading = callOf(bounded, { operationId: requestId, requestId, deadline })
    await lookForJob(bounded, { ref, provider }, purposeOf(task), reading)
    const report = await reportedBy(bounded, request, task)
    const held = print === undefined ? {} : { print }
    const unseen = isUnseen(bounded, request) ? { unseen: true as const } : {}
    const result: JobResult = { item, client: of.ref, ...report, ...held, ...unseen }
    return { result, waitedMs, refused: false }
  } catch (thrown) {
    const clientError = isClientError(thrown) ? thrown : fault(thrown)
    const error = await uncertain(bounded, request, clientError)
    const result: JobResult = { item, client: of.ref, ...failureOf(error) }
    const refused = error.code === 'provider_throttled'
    if (!PASSING.includes(error.code)) return { result, waitedMs, refused }
    const againMs = Math.max((error.details.retryAfter ?? 0) * 1_000, PAUSE_MS)
    return { result, waitedMs, againMs, refused }
  }
}

/** Does what the job is about, and says what came of it. */
async function reportedBy(
  service: Service,
  request: ChangeRequest,
  { phase, reap }: Task,
): Promise<Report> {
  const { patch } = request
  if (patch.kind !== 'suspension') {
    const ended = await changeUnlessDone(service, request)
    // That nothing would change is a part of what the client is like.
    return reportOf(ended, phase, phase === 'plan' && isUnseen(service, request))
  }
  if (reap === undefined) {
    const ended = await changeUnlessDone(service, request).catch(asRemoved)
    return reportOf(ended, phase, true)
  }
  const { finding, changed } = await reapOne(service, { ...request, patch }, reap)
  if (changed === undefined) return { outcome: 'unchanged', reap: finding }
  // A client that is off already is planned for its removal alone.
  const outcome = phase === 'plan' ? 'planned' : 'applied'
  return { ...reportOf({ ...changed, outcome }, phase, true), reap: finding }
}

/** Whether the job may change a client that no grant of its submitter lets it read. */
function isUnseen(service: Service, { ref }: Pick<ChangeRequest, 'ref'>): boolean {
  const access = service.access?.(ref)
  return access !== undefined && !READS.some((permission) => access.may(permission))
}

/** What shows the differences of a client. */
const READS = ['clients:read', 'jobs:read'] as const

/** A failure while an earlier attempt is still open does not show what that attempt has done. */
async function uncertain(
  { store }: Service,
  request: ChangeRequest | undefined,
  error: ClientError,
): Promise<ClientError> {
  if (request?.key === undefined || PASSING.includes(error.code)) return error
  const head = await store.last(resourceOf(request.ref)).catch(() => undefined)
  if (head?.kind !== 'intent' || head.key !== request.key.log) return error
  const { operationId } = head
  return new ClientError(
    'outcome_unknown',
    `The change was sent and its outcome is not known yet; the server settles it by itself. ${whenUnknown(operationId)}`,
    { operationId, outcome: 'unknown', cause: error },
  )
}

function requestOf(
  service: Service,
  {
    job,
    rights,
    rightsToday,
    index,
    item,
    patch,
    planned,
    phase,
    reap,
    readOneOfMany,
    reserve,
  }: Task,
  deadline: number,
  waited: (milliseconds: number) => void,
): ChangeRequest {
  const { ref, ifMatch = planned } = item
  const provider = service.providers.get(ref.provider)
  if (provider === undefined) {
    throw new ClientError('not_found', `The provider ${ref.provider} is no longer configured.`)
  }
  const allowed = rightsToday?.() ?? rights
  // It contains spaces, which no caller's own key can have.
  const { id, submittedBy: actor } = job
  const name = `job ${id} ${index}`
  // Who started it may change; what is asked for does not.
  const content = [{ ...ref }, (reap ?? patch) as unknown as Json]
  return {
    ref,
    provider,
    patch,
    ...(ifMatch === undefined ? {} : { ifMatch: [ifMatch] }),
    ...(phase === 'run' ? { key: keyOf(service.fingerprints, actor, name, content) } : {}),
    dryRun: phase === 'plan',
    // The result of the dry run is stored for everyone who may read jobs.
    ...(phase === 'plan' ? { maySeeSecrets: false } : {}),
    authorize: (needs) => {
      const taken = patch.kind === 'suspension' ? SUSPENDING : needs
      service.access?.(ref)?.take(reap === undefined ? taken : [...taken, ...REMOVING])
      checkRights(allowed, taken)
    },
    actor,
    job,
    caller: jobsOf(actor),
    readOneOfMany,
    reserve,
    requestId: `job:${id}`,
    deadline,
    onUpstream: ({ waitedMs = 0 }) => waited(waitedMs),
  }
}

/** Makes the change; if the client has changed since the plan, it checks whether anything is left to do. */
async function changeUnlessDone(service: Service, request: ChangeRequest): Promise<ChangeResult> {
  try {
    return await changeClient(service, request)
  } catch (error) {
    if (!isClientError(error, 'precondition_failed') || request.ifMatch === undefined) throw error
    const { ifMatch: _, key: __, ...anyState } = request
    const plan = await changeClient(service, { ...anyState, dryRun: true })
    if (plan.steps.length > 0) throw error
    return { ...plan, outcome: 'unchanged' }
  }
}

/** A client that was removed meanwhile. */
function asRemoved(error: unknown): never {
  if (!isClientError(error, 'not_found') && !isClientError(error, 'client_gone')) throw error
  throw new ClientError(
    'not_restorable',
    'The client has been removed. POST /clients/{clientId}/copy makes a new one of its last state.',
  )
}

/** A suspension changes settings that no one need have permission to change themselves. */
const SUSPENDING: readonly Need[] = [{ permission: 'clients:suspend', field: 'client.disabled' }]

/** Who has a client reaped has it removed. */
const REMOVING: readonly Need[] = [{ permission: 'clients:delete', field: 'client' }]

type Report = Omit<JobResult, 'item' | 'client'>

function reportOf(
  { outcome, changes, warnings, tag, operationId, steps }: ChangeResult,
  phase: Task['phase'],
  isChange = false,
): Report {
  const unchanged =
    !isChange && (outcome === 'unchanged' || (outcome === 'planned' && steps.length === 0))
  return {
    outcome: unchanged ? 'unchanged' : outcome,
    ...(phase === 'plan' && !unchanged ? { changes: fitting(changes), tag } : {}),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(operationId === undefined ? {} : { operationId }),
  }
}

const fitting = (changes: readonly FieldChange[]) =>
  stringifyJson(changes).length > MAX_CHANGES ? withoutValues(changes) : changes

function failureOf({ code, message, field, details }: ClientError): Report {
  const { operationId, providerMessage } = details
  return {
    outcome: 'failed',
    code,
    error: message,
    ...(field === undefined ? {} : { field }),
    ...(providerMessage === undefined ? {} : { providerMessage }),
    ...(operationId === undefined ? {} : { operationId }),
  }
}

const fault = (cause: unknown) =>
  new ClientError('internal', 'An internal error occurred for this client.', { cause })
