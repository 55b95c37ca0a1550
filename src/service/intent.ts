/** The intent of a change: what is made durable before anything is sent. */

import type { FieldChange } from '../core/diff.ts'
import type { Native } from '../core/mapping.ts'
import { withoutPaths } from '../core/paths.ts'
import { following } from '../store/chain.ts'
import type { Entry, Intent } from '../store/entry.ts'
import { resourceOf } from '../store/resource.ts'
import type { ChangeRequest } from './request.ts'
import { sealedPlace } from './sealed.ts'
import type { Service } from './service.ts'

interface Aim {
  readonly operationId: string
  readonly base: Native
  readonly baseTag: string
  /** `null`: the client is to be gone. */
  readonly next: Native | null
  readonly changes: readonly FieldChange[]
  readonly action?: Intent['action']
  readonly becomes?: Intent['becomes']
}

/** What an intent tells of its request. */
type Request = Pick<
  ChangeRequest,
  'provider' | 'ref' | 'requestId' | 'actor' | 'deadline' | 'key'
> & { readonly patch?: ChangeRequest['patch'] }

/** The intent that follows `before` in the client's log. */
export function intentAfter(
  service: Service,
  request: Request,
  before: Entry | undefined,
  { operationId, base, baseTag, next, changes, action, becomes }: Aim,
): Intent {
  const { provider, ref, requestId, actor, deadline, key, patch } = request
  const { mapping } = provider
  const resource = resourceOf(ref)
  const place = sealedPlace(resource, (before?.seq ?? 0) + 1, operationId)
  const kept = (native: Native) => withoutPaths(native, mapping.hiddenKeys)
  return following(before, {
    kind: 'intent',
    resource,
    at: service.now(),
    operationId,
    requestId,
    actor,
    deadline,
    baseTag,
    changes,
    state: service.fingerprints.masked(mapping, base),
    sealed: service.seal.close({ base: kept(base), next: next && kept(next) }, place),
    ...(key === undefined ? {} : { key: key.log }),
    ...(patch?.kind === 'rollback' ? { rollbackTo: patch.to } : {}),
    ...(action === undefined ? {} : { action }),
    ...(becomes === undefined ? {} : { becomes }),
  })
}
