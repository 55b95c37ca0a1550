/** The last record of a client that its server purged without Clientry. */

import type { Native } from '../../core/mapping/row.ts'
import { replaceHidden } from '../../core/secrecy/hidden.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Entry } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import { openState } from '../base/record-storage.ts'
import type { Service } from '../base/service.ts'

/**
 * What the history has of it. What is hidden is kept as fingerprints, and is left out.
 * @throws the error, where no record is known
 */
export async function lastKnown(
  service: Service,
  { ref, provider }: { readonly ref: ClientRef; readonly provider: Provider },
  error: unknown,
): Promise<{ readonly native: Native; readonly standing: Standing | undefined }> {
  const last = await service.store.last(resourceOf(ref))
  const known = last && knownIn(service, { ref, provider }, last)
  if (known === undefined) throw error
  return known
}

/** What the newest entry of its log has of it; `undefined`: no record. */
export function knownIn(
  service: Service,
  { ref, provider }: { readonly ref: ClientRef; readonly provider: Provider },
  last: Entry,
): { readonly native: Native; readonly standing: Standing | undefined } | undefined {
  const state = 'state' in last ? last.state : undefined
  const record = state && openState(service, resourceOf(ref), state)
  if (record === undefined) return undefined
  const native = replaceHidden(provider.mapping, record, () => undefined)
  return { native, standing: last.standing }
}
