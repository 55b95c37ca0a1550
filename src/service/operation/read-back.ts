/** How settling finds things out: it reads the log and the client again, if necessary after a pause. */

import { isClientError } from '../../core/errors.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Call } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Intent } from '../../store/log/entry.ts'
import { tooEarly } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import type { Running } from './running.ts'

/** Whether an intent is still the newest entry of its client, so that no one has settled it. */
export async function isOpen(
  service: Service,
  { resource, seq, operationId }: Intent,
): Promise<boolean> {
  const last = await service.store.last(resource)
  return last?.kind === 'intent' && last.seq === seq && last.operationId === operationId
}

/**
 * Waits as long as a sent request may take to arrive, but not past the deadline; where reads may be behind, until one shows it.
 * @throws ClientError `deadline_exceeded` where there is no time left for that
 */
export function waitForLate(
  service: Service,
  { readLagMs = 0 }: Pick<Provider, 'readLagMs'>,
  { deadline }: Call,
): Promise<void> {
  const left = deadline - service.now()
  if (readLagMs === 0) return service.sleep(Math.min(service.upstreamTimeoutMs, left))
  const pause = service.upstreamTimeoutMs + readLagMs
  if (pause > left) throw tooEarly()
  return service.sleep(pause)
}

/** The record; `undefined` where the provider says that there is no such client, whatever was known of it. */
export async function readOrGone(
  client: Pick<Running, 'provider' | 'ref'>,
  call: Call,
): Promise<Native | undefined> {
  try {
    return await readOrMissing(client, call)
  } catch (error) {
    // A token that is not accepted proves nothing: the client may be adopted again.
    if (isClientError(error, 'client_gone') && error.details.purged) return undefined
    throw error
  }
}

/** The record; `undefined` where the provider has none. */
export async function readOrMissing(
  { provider, ref }: Pick<Running, 'provider' | 'ref'>,
  call: Call,
): Promise<Native | undefined> {
  try {
    return await provider.read(ref, call)
  } catch (error) {
    if (isClientError(error, 'not_found')) return undefined
    throw error
  }
}
