/** A request for approval as a caller may see it. */

import type { Json, JsonObject } from '../../core/json/json.ts'
import { type ApprovalView, commentOf, stateOf } from '../../service/approval/approval-log.ts'
import { openEntry } from '../../service/base/record-storage.ts'
import type { Service } from '../../service/base/service.ts'
import { shownChanges } from '../answer.ts'
import type { Site } from '../target.ts'

/** What it changes is a part of the client; how it stands is known to everyone who may know of it. */
export function requestBody(service: Service, view: ApprovalView, may: Site['may']): JsonObject {
  const { id, requested, decided, ended } = view
  const { operation, place, action, actor, at, expiresAt, job } = requested
  const comment = decided && commentOf(service, decided)
  const made = ended?.created === undefined ? {} : { id: ended.created }
  const changes = () => [...shownChanges(may, openEntry(service, requested).changes)] as Json[]
  return {
    id,
    state: stateOf(service, view),
    operation,
    client: { ...place, ...made },
    ...(action === 'change' ? {} : { action }),
    submittedBy: { ...actor },
    submittedAt: rfc3339(at),
    expiresAt: rfc3339(expiresAt),
    // What a job changes is in its results.
    ...(job === undefined
      ? may('clients:read')
        ? { changes: changes() }
        : { withheld: true }
      : { job: { ...job } }),
    ...(decided === undefined
      ? {}
      : { decidedBy: { ...decided.actor }, decidedAt: rfc3339(decided.at) }),
    ...(comment === undefined ? {} : { comment }),
    ...(ended === undefined ? {} : { endedAt: rfc3339(ended.at) }),
    ...(ended?.operationId === undefined ? {} : { operationId: ended.operationId }),
    ...(ended?.code === undefined ? {} : { code: ended.code }),
  }
}

const rfc3339 = (time: number) => new Date(time).toISOString()
