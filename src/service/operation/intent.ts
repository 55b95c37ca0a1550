/** The intent of a change, which is recorded before anything is sent. */

import type { FieldChange } from '../../core/diff.ts'
import { withoutPaths } from '../../core/json/paths.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { ApprovalMark, JobOrigin } from '../../store/log/actor.ts'
import { following } from '../../store/log/chain.ts'
import type { Action, Entry, Intent } from '../../store/log/entry.ts'
import { resourceOf } from '../../store/resource.ts'
import { storedChanges, storedState } from '../base/record-storage.ts'
import type { WriteRequest } from '../base/request.ts'
import { type Rotation, sealRecords } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'

/** What an intent says about its operation. */
export interface Aim {
  readonly operationId: string
  readonly base: Native
  readonly baseTag: string
  /** `null`: the client is to be removed. */
  readonly next: Native | null
  readonly changes: readonly FieldChange[]
  readonly action?: Action | undefined
  readonly rotation?: Rotation | undefined
  readonly secretId?: string | undefined
  readonly keyId?: string | undefined
  readonly copiedFrom?: string | undefined
  readonly removeAt?: number | undefined
  readonly becomes?: Intent['becomes'] | undefined
  /** The job that it belongs to. */
  readonly job?: JobOrigin | undefined
  /** Who approved it, where that was needed. */
  readonly approval?: ApprovalMark | undefined
  /** The revision that a rollback goes back to. */
  readonly rollbackTo?: number | undefined
}

/** The caller and the client. */
interface Request
  extends Pick<WriteRequest, 'provider' | 'requestId' | 'actor' | 'deadline' | 'key'> {
  readonly ref: ClientRef
}

/** The intent that follows `before` in the client's log. */
export async function intentAfter(
  service: Service,
  request: Request,
  before: Entry | undefined,
  aim: Aim,
): Promise<Intent> {
  const { provider, ref, requestId, actor, deadline, key } = request
  const { operationId, base, baseTag, next, changes } = aim
  const { action, becomes, rotation, secretId, keyId, copiedFrom, removeAt, job, rollbackTo } = aim
  const { approval } = aim
  const { mapping } = provider
  const aheadMs = service.store.aheadMs?.() ?? 0
  const resource = resourceOf(ref)
  const place = { resource, seq: (before?.seq ?? 0) + 1, operationId }
  // For a removed client, members that are not settings count too: a new client can be made with them.
  const hiddenPaths = next === null ? [] : mapping.hiddenKeys
  const withoutHidden = (native: Native) => withoutPaths(native, hiddenPaths)
  const sealed = {
    base: withoutHidden(base),
    next: next && withoutHidden(next),
    ...(rotation === undefined ? {} : { rotation: { ...rotation } }),
  }
  return following(before, {
    kind: 'intent' as const,
    resource,
    at: service.now(),
    operationId,
    requestId,
    actor,
    deadline,
    ...(aheadMs === 0 ? {} : { aheadMs }),
    baseTag,
    changes: storedChanges(service, resource, mapping, changes),
    state: storedState(service, resource, mapping, base),
    ...(await sealRecords(service, place, sealed, isKept(aim))),
    ...(key === undefined ? {} : { key: key.log }),
    ...(job === undefined ? {} : { job }),
    ...(approval === undefined ? {} : { approval }),
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
    ...(action === undefined ? {} : { action }),
    ...(copiedFrom === undefined ? {} : { copiedFrom }),
    ...(removeAt === undefined ? {} : { removeAt }),
    ...(becomes === undefined ? {} : { becomes }),
    ...(secretId === undefined ? {} : { secretId }),
    ...(keyId === undefined ? {} : { keyId }),
  })
}

/** Whether records are needed however old they get: a resumption gives back what these show. */
export const isKept = ({ operationId, becomes }: Pick<Aim, 'operationId' | 'becomes'>) =>
  becomes?.suspended?.operations.includes(operationId) === true
