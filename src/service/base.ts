/** The first steps of a use case that writes: the head of the log, its key, the base and If-Match. */

import type { Native } from '../core/mapping.ts'
import type { Call } from '../providers/provider.ts'
import type { Entry } from '../store/entry.ts'
import { checkPrecondition } from './change.ts'
import { LOST_RACE, noteOutsideChange, settledHead } from './head.ts'
import { claimKey, type Used } from './idempotency.ts'
import type { ChangeRequest } from './request.ts'
import { callerOf, callOf, type Service } from './service.ts'

/** Ready to be planned. */
export interface Begun {
  readonly kind: 'begun'
  readonly operationId: string
  readonly call: Call
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
 * Steps 1 and 2 of docs/guarantees.md.
 * @throws ClientError as the provider does, `precondition_failed`, `key_in_use`, `key_reused`, `conflict`,
 *   `unavailable`, `store_unavailable`
 */
export async function begin(
  service: Service,
  request: Omit<ChangeRequest, 'patch' | 'authorize'>,
): Promise<Begun | Repeated | typeof LOST_RACE> {
  const { provider, ref, actor, dryRun } = request
  const operationId = service.newId()
  const call = callOf(service, { ...request, operationId, caller: callerOf(actor) })
  const head = await settledHead(service, request)
  await service.reached?.('head loaded')
  const use = await claimKey(service, request, operationId)
  if (use === LOST_RACE) return LOST_RACE
  if (use?.kind === 'used') return { kind: 'repeated', used: use, call }
  const base = await provider.read(ref, call)
  await service.reached?.('base read')
  const baseTag = service.fingerprints.ofState(provider.mapping, base)
  checkPrecondition(request.ifMatch, baseTag)
  const before = dryRun ? head : await noteOutsideChange(service, request, head, base, baseTag)
  if (before === LOST_RACE) return LOST_RACE
  await service.reached?.('outside change recorded')
  return { kind: 'begun', operationId, call, base, baseTag, before }
}
