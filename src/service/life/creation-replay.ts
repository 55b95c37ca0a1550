/** Answers a creation whose idempotency key was already used for it. */

import type { Call } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import { refOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'
import type { EarlierUse } from '../operation/idempotency.ts'
import type { CreationResult } from './creation.ts'

/** Returns the client that was made the first time, as the provider holds it now. */
export async function replayCreation(
  service: Service,
  provider: Provider,
  { intent }: EarlierUse,
  call: Call,
): Promise<CreationResult> {
  if (intent === undefined) throw new TypeError('a creation always changes something')
  const [closing] = await service.store.entries(intent.resource, { from: intent.seq + 1, limit: 1 })
  const id = closing?.kind === 'outcome' ? closing.created : undefined
  if (id === undefined) throw new TypeError('an applied creation has an id')
  const ref = { ...refOf(intent.resource), id }
  const native = await provider.read(ref, call)
  return {
    outcome: 'applied',
    ref,
    native,
    tag: service.fingerprints.ofState(provider.mapping, native),
    changes: intent.changes,
    warnings: [],
    steps: [],
    operationId: intent.operationId,
    replayed: true,
  }
}
