/** The first steps of a use case that writes: the head of the log, its key, the base and If-Match. */

import type { FieldName } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../../providers/call.ts'
import { passUnreadable } from '../../providers/unreadable.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { ChangeRequest } from '../base/request.ts'
import { callerOf, callOf, type Service } from '../base/service.ts'
import { LOST_RACE, noteOutsideChange, settledHead } from './head.ts'
import { type Claimed, claimKey, type Used } from './idempotency.ts'

/** What a use case finds out, once it is known what holds for the client and before that is read. */
export interface Prepared {
  /** Those about to change, for what only they need. */
  readonly fields?: readonly FieldName[]
}

/** Ready to be planned. */
export interface Begun<P extends Prepared> {
  readonly kind: 'begun'
  readonly operationId: string
  readonly call: Call
  /** The key as it is bound to this attempt, where there is one. */
  readonly use: Claimed | undefined
  readonly prepared: P
  readonly base: Native
  readonly baseTag: string
  /** The entry that the intent follows. */
  readonly before: Entry | undefined
}

/** The key was used for this request before. */
export interface Repeated {
  readonly kind: 'repeated'
  readonly used: Used
  readonly call: Call
}

/**
 * Steps 1 and 2 of docs/guarantees.md; `prepare` may refuse. The base of a removal may be what stands for a
 * record that cannot be read.
 * @throws ClientError as `prepare` and the provider do, `precondition_failed`, `key_in_use`, `key_reused`,
 *   `conflict`, `unavailable`, `store_unavailable`
 */
export async function begin<P extends Prepared>(
  service: Service,
  request: Omit<ChangeRequest, 'patch' | 'authorize'>,
  prepare: (head: Entry | undefined, operationId: string) => P | Promise<P>,
  purpose: 'change' | 'removal' = 'change',
): Promise<Begun<P> | Repeated | typeof LOST_RACE> {
  const { provider, ref, actor, dryRun, caller = callerOf(actor) } = request
  const operationId = service.newId()
  const call = callOf(service, { ...request, operationId, caller })
  // 1. the head of the log, with no change open; what an idempotency key was used for
  const removes = purpose === 'removal'
  const head = await settledHead(service, request, removes ? 'removing' : 'waiting')
  await service.reached?.('head loaded')
  const use = await claimKey(service, request, operationId)
  if (use === LOST_RACE) return LOST_RACE
  if (use?.kind === 'used') return { kind: 'repeated', used: use, call }
  const prepared = await prepare(head, operationId)
  // 2. the base
  const reading = provider.read(ref, call, prepared.fields)
  const base = await (removes ? reading.catch(passUnreadable) : reading)
  await service.reached?.('base read')
  const baseTag = service.fingerprints.ofState(provider.mapping, base)
  checkPrecondition(request.ifMatch, baseTag)
  request.checkFound?.({ native: base, tag: baseTag, standing: head?.standing })
  const before = dryRun ? head : await noteOutsideChange(service, request, head, base, baseTag)
  if (before === LOST_RACE) return LOST_RACE
  await service.reached?.('outside change recorded')
  return { kind: 'begun', operationId, call, use, prepared, base, baseTag, before }
}

/** For a use case that has nothing to find out. */
export const nothingToPrepare = (): Prepared => ({})

/** RFC 9110 section 13.1.1: strong comparison; `*` holds for any client that exists. */
export function checkPrecondition(ifMatch: readonly string[] | undefined, tag: string): void {
  if (ifMatch === undefined || ifMatch.includes('*') || ifMatch.includes(tag)) return
  throw new ClientError(
    'precondition_failed',
    'The client has changed since it was read (If-Match no longer holds); nothing was sent. Read it again.',
    { field: 'If-Match' },
  )
}
