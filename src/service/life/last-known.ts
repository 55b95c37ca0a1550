/** The last record of a client that its server purged without Clientry. */

import type { Native } from '../../core/mapping/row.ts'
import { replaceHidden } from '../../core/secrecy/hidden.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
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
  const resource = resourceOf(ref)
  const last = await service.store.last(resource)
  const state = last !== undefined && 'state' in last ? last.state : undefined
  const record = state && openState(service, resource, state)
  if (record === undefined) throw error
  const native = replaceHidden(provider.mapping, record, () => undefined)
  return { native, standing: last?.standing }
}
