/** Answers a request whose idempotency key was already used for it. */

import type { Call } from '../../providers/call.ts'
import { resourceOf } from '../../store/resource.ts'
import type { ChangeRequest, ChangeResult } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import type { EarlierUse } from '../operation/idempotency.ts'

/**
 * Returns the outcome of the first request, with the client as the provider holds it now. Nothing is
 * written and no precondition is checked again, since the request was already carried out.
 */
export async function replay(
  service: Service,
  { provider, ref }: Pick<ChangeRequest, 'provider' | 'ref'>,
  { intent }: EarlierUse,
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
