/**
 * Requests for approval as events, by how they stand: each state of a request is reported once. They are looked for in the list
 * of requests, so that one event is sent of what changed twice between two looks.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { REQUESTS, refOf } from '../../store/resource.ts'
import { type ApprovalView, findRequest, stateOf, timeOf } from '../approval/approval-log.ts'
import type { Service } from '../base/service.ts'
import { type ClientEvent, conditionEvent } from './client-event.ts'

/** How long the end of a request is reported after the last day on which it can be decided (milliseconds). */
const REPORTED_MS = 86_400_000
/** The most that are looked at, so that a position stays small. */
const MOST = 1_000

/** Those that have been asked for since a time (epoch milliseconds). */
export async function requestEvents(
  service: Pick<Service, 'store' | 'now' | 'requestsWaitMs'>,
  notBefore: number,
): Promise<readonly ClientEvent[]> {
  const reportedMs = service.requestsWaitMs + REPORTED_MS
  const from = Math.max(notBefore, timeOf(service) - reportedMs)
  const found = await service.store.search({ provider: REQUESTS, from, limit: MOST })
  const views = await Promise.all(
    found.map(({ resource }) => findRequest(service, refOf(resource).id)),
  )
  return views.flatMap((view) => (view === undefined ? [] : [eventOf(service, view)]))
}

function eventOf(service: Pick<Service, 'store' | 'now'>, view: ApprovalView): ClientEvent {
  const { id, requested, decided, ended } = view
  const { place, operation, actor, changes, expiresAt, job } = requested
  const state = stateOf(service, view)
  const { id: clientId = ended?.created, ...site } = place
  const fields = [...new Set(changes.map(({ field }) => field))]
  const data: JsonObject = {
    provider: place.provider,
    ...(clientId === undefined ? {} : { clientId }),
    request: id,
    state,
    operation,
    ...(job === undefined ? {} : { job: job.id }),
    fields,
    submittedBy: { ...actor },
    expiresAt: new Date(expiresAt).toISOString(),
    ...(decided === undefined ? {} : { decidedBy: { ...decided.actor } }),
    ...(ended?.operationId === undefined ? {} : { operationId: ended.operationId }),
  }
  const at = ended?.at ?? decided?.at ?? requested.at
  // A client that is to be made has no id yet.
  const client = { ...site, id: clientId ?? id }
  return conditionEvent('clientry.approval', client, {
    about: JSON.stringify([id, state]),
    at,
    data,
  })
}
