/** `POST /jobs` and `POST /jobs/{jobId}/undo`: many clients changed at once. */

import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { checkWritable } from '../../core/plan/plan.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import { neededByName } from '../../core/rights/rights.ts'
import type { JobOptions, JobResult } from '../../service/jobs/log.ts'
import { checkRights } from '../../service/jobs/rights.ts'
import { planAtOnce } from '../../service/jobs/run/plan-at-once.ts'
import { type Submission, submitJob, submittedBefore } from '../../service/jobs/submit.ts'
import { undoneItems } from '../../service/jobs/undo-job.ts'
import { type Answer, shownChanges } from '../answer.ts'
import { actorOf, rightsOf } from '../auth/principal.ts'
import { keyOfRequest } from '../conditions.ts'
import type { Exchange } from '../exchange.ts'
import { jobRequest, undoRequest } from '../schemas/jobs.ts'
import { callerOf, heldAt } from '../target.ts'
import { readJsonBody } from '../wire/body.ts'
import { checkMembers, memberOf } from '../wire/members.ts'
import { checkAtAll, jobOf, mayTakeApproval, rightsOver, traceProviders } from './access.ts'
import { asPatch, invalid, itemsOf, optionsOf, patchOf, within } from './body.ts'
import { selected, sitesOf } from './places.ts'
import { jobBody, resultBody } from './view.ts'

/** Names in the body of a job, which has several for each client. */
const MAX_NAMES = 20_000

/** Submits a job; `?dryRun=true` plans a small one at once, and keeps nothing. */
export async function createJob(exchange: Exchange): Promise<Answer> {
  const { query, settings } = exchange
  const body = readJsonBody(exchange.request, 'clients', MAX_NAMES)
  checkMembers(jobRequest, body)
  if ((body.clients === undefined) === (body.select === undefined)) {
    throw invalid('clients', 'must be present unless "select" is, and not both')
  }
  const options = optionsOf(body)
  const patch = body.patch === undefined ? undefined : patchOf(body.patch)
  const sites = sitesOf(exchange)
  const [actor, token] = [actorOf(callerOf(exchange)), rightsOf(callerOf(exchange))]
  const listed = body.clients === undefined ? undefined : itemsOf(body.clients, patch, sites)
  const key = keyOf(exchange, body)
  if (query.dryRun !== 'true') {
    const before = await submittedBefore(settings.service, key)
    if (before !== undefined) return submitted(before, true)
  }
  const items = listed ?? (await selected(exchange, body.select, patch, sites))
  traceProviders(
    exchange,
    items.map(({ ref }) => ref.provider),
  )
  const rights = rightsOver(
    exchange,
    items.map(({ ref }) => ref.provider),
  )
  const how = plannedFirst(exchange, options, items)
  const submission = { actor, token, options: how, rights, items, ...(patch && { patch }) }
  checkUnread(exchange, submission)
  if (query.dryRun === 'true') return planned(exchange, submission)
  return submit(exchange, { ...submission, ...(key && { key }) })
}

/**
 * Refuses a patch by what it names, where its caller may not read the client: whether that differs from what is
 * there is nothing that a refusal may reveal.
 * @throws ClientError `insufficient_scope`
 */
function checkUnread(exchange: Exchange, { items, patch: common, rights }: Submission): void {
  const { service } = exchange.settings
  const checked = new Set<string>()
  for (const [index, { ref, patch: own }] of items.entries()) {
    const provider = service.providers.get(ref.provider)
    const patch = own ?? common
    if (provider === undefined || patch === undefined) continue
    if (patch.kind === 'undo' || patch.kind === 'suspension') continue
    if (readsAll(exchange, ref.provider)) continue
    if (own === undefined && checked.has(ref.provider)) continue
    if (own === undefined) checked.add(ref.provider)
    const { mapping, ownApi } = provider
    const check = () => {
      checkWritable(mapping, patch)
      checkRights(rights, neededByName(mapping, patch, ownApi !== undefined))
    }
    within(`clients[${index}]`, () => asPatch(check))
  }
}

/** Whether the caller may read every client of a provider. */
const readsAll = (exchange: Exchange, provider: string): boolean =>
  exchange.settings.service.access?.({ provider }) === undefined &&
  heldAt(exchange, provider).has('clients:read')

/** Submits the job that takes back what another one has done. */
export async function undoJob(exchange: Exchange): Promise<Answer> {
  const { service } = exchange.settings
  const view = await jobOf(exchange)
  if (view.job.reap !== undefined) checkAtAll(exchange, view, ['clients:suspend'])
  const body = readJsonBody(exchange.request, 'autoStart')
  checkMembers(undoRequest, body)
  const autoStart = memberOf(undoRequest, body, 'autoStart')
  const allowPartial = memberOf(undoRequest, body, 'allowPartial') ?? false
  const key = keyOf(exchange, [view.id, body])
  const before = await submittedBefore(service, key)
  if (before !== undefined) return submitted(before, true)
  const items = await undoneItems(service, view, allowPartial)
  const [actor, token] = [actorOf(callerOf(exchange)), rightsOf(callerOf(exchange))]
  const options = plannedFirst(exchange, { autoStart, maxFailures: 0 }, items)
  const rights = rightsOver(
    exchange,
    items.map(({ ref }) => ref.provider),
  )
  const submission = { actor, token, options, rights, items, undoes: view.id }
  return submit(exchange, { ...submission, ...(key && { key }) })
}

/** A job that was to start at once is planned first, where someone else may have to see what it changes. */
function plannedFirst(
  exchange: Exchange,
  options: JobOptions,
  items: Submission['items'],
): JobOptions {
  const providers = new Set(items.map(({ ref }) => ref.provider))
  return options.autoStart && mayTakeApproval(exchange, [...providers])
    ? { ...options, asks: true }
    : options
}

/** Makes a job durable, and answers it. */
export async function submit({ settings }: Exchange, submission: Submission): Promise<Answer> {
  const view = await submitJob(settings.service, submission)
  settings.jobs.wake(view.id)
  return submitted(view, false)
}

/** Answers a job that there is. */
export function submitted(view: Parameters<typeof jobBody>[0], replayed: boolean): Answer {
  return {
    status: 202,
    headers: {
      location: `/jobs/${encodeURIComponent(view.id)}`,
      ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
    },
    body: jobBody(view),
  }
}

/** A key is bound to the whole body, wherever the clients in it are. */
export function keyOf(exchange: Exchange, content: Json) {
  delete exchange.trace.ref
  return keyOfRequest(exchange, { principal: callerOf(exchange) }, content)
}

/** What a small job would do, client by client. */
async function planned(exchange: Exchange, submission: Submission): Promise<Answer> {
  const { settings, request, requestId } = exchange
  if (submission.items.length > MAX_AT_ONCE) {
    throw new ClientError(
      'too_large',
      `An immediate dry run can have at most ${MAX_AT_ONCE} clients. Without dryRun, the job itself begins with a dry run, and changes nothing before POST /jobs/{jobId}/start.`,
    )
  }
  const { deadline } = request
  const results = await planAtOnce(settings.service, submission, { requestId, deadline })
  const at = settings.service.now()
  return {
    status: 200,
    body: {
      dryRun: true,
      results: results.map((result) => resultBody(visible(exchange, result), 'plan', at, true)),
    },
  }
}

/** What its caller may know of a result: the differences are a part of the client. */
function visible(exchange: Exchange, result: JobResult): JobResult {
  const { changes, warnings, tag, ...summary } = result
  const { client } = result
  const granted = heldAt(exchange, client.provider)
  const access = exchange.settings.service.access?.(client)
  const may = access?.may ?? ((permission: Permission) => granted.has(permission))
  // That nothing would change is a part of it as well.
  if (!may('clients:read')) {
    const outcome = summary.outcome === 'unchanged' ? 'planned' : summary.outcome
    return { ...summary, outcome, unseen: true }
  }
  const visibleChanges = changes && (shownChanges(may, changes) as unknown as JobResult['changes'])
  const etag = tag === undefined ? {} : { tag }
  return {
    ...summary,
    ...etag,
    ...(visibleChanges && { changes: visibleChanges }),
    ...(warnings && { warnings }),
  }
}

/** Reads of so many clients may fit into the time of a request. */
const MAX_AT_ONCE = 100
