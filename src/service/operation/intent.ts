/** The intent of a change: what is made durable before anything is sent. */

import type { FieldChange } from '../../core/diff.ts'
import { withoutPaths } from '../../core/json/paths.ts'
import type { Native } from '../../core/mapping/row.ts'
import { following } from '../../store/log/chain.ts'
import type { Action, Entry, Intent } from '../../store/log/entry.ts'
import { resourceOf } from '../../store/resource.ts'
import { keptChanges, keptState } from '../base/kept.ts'
import type { ChangeRequest } from '../base/request.ts'
import { type Rotation, sealRecords } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'

interface Aim {
  readonly operationId: string
  readonly base: Native
  readonly baseTag: string
  /** `null`: the client is to be gone. */
  readonly next: Native | null
  readonly changes: readonly FieldChange[]
  readonly action?: Action | undefined
  readonly rotation?: Rotation
  readonly secretId?: string
  readonly copiedFrom?: string | undefined
  readonly becomes?: Intent['becomes']
}

/** What an intent tells of its request. */
type Request = Pick<
  ChangeRequest,
  'provider' | 'ref' | 'requestId' | 'actor' | 'deadline' | 'key' | 'job'
> & { readonly patch?: ChangeRequest['patch'] }

/** The intent that follows `before` in the client's log. */
export async function intentAfter(
  service: Service,
  request: Request,
  before: Entry | undefined,
  aim: Aim,
): Promise<Intent> {
  const { provider, ref, requestId, actor, deadline, key, job, patch } = request
  const { operationId, base, baseTag, next, changes } = aim
  const { action, becomes, rotation, secretId, copiedFrom } = aim
  const { mapping } = provider
  const resource = resourceOf(ref)
  const place = { resource, seq: (before?.seq ?? 0) + 1, operationId }
  // Of a client that goes, what is no setting counts too: with it a new one can be made.
  const left = next === null ? [] : mapping.hiddenKeys
  const kept = (native: Native) => withoutPaths(native, left)
  const sealed = {
    base: kept(base),
    next: next && kept(next),
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
    baseTag,
    changes: keptChanges(service, resource, mapping, changes),
    state: keptState(service, resource, mapping, base),
    ...(await sealRecords(service, place, sealed)),
    ...(key === undefined ? {} : { key: key.log }),
    ...(job === undefined ? {} : { job }),
    ...(patch?.kind === 'rollback' ? { rollbackTo: patch.to } : {}),
    ...(action === undefined ? {} : { action }),
    ...(copiedFrom === undefined ? {} : { copiedFrom }),
    ...(becomes === undefined ? {} : { becomes }),
    ...(secretId === undefined ? {} : { secretId }),
  })
}
