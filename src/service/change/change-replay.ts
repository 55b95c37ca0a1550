/** Answering a request whose idempotency key has been used for it before. */

import type { Call } from '../../providers/call.ts'
import { resourceOf } from '../../store/resource.ts'
import type { ChangeRequest, ChangeResult } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import type { Used } from '../operation/idempotency.ts'

/**
 * Tells the outcome of the first time, with the client as the provider holds it now. Nothing is
 * written and no precondition is checked again: what it asked for has been done.
 */
export async function replay(
  service: Service,
  { provider, ref }: Pick<ChangeRequest, 'provider' | 'ref'>,
  { intent }: Used,
  call: Call,
): Promise<ChangeResult> {
  const native = await provider.read(ref, call)
  return {
    outcome: intent === undefined ? 'unchanged' : 'applied',
    native,
    tag: service.fingerprints.ofState(provider.mapping, native),
    changes: intent?.changes ?? [],
    standing: (await service.store.last(resourceOf(ref)))?.standing,
    warnings: [],
    steps: [],
    ...(intent === undefined ? {} : { operationId: intent.operationId }),
    replayed: true,
  }
}
