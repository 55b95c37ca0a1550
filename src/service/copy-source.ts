/** The client that is copied: as its provider holds it now, or as it was when it was removed through us. */

import { ClientError, isClientError } from '../core/errors.ts'
import type { Native } from '../core/mapping.ts'
import type { Call, ClientRef, Provider } from '../providers/provider.ts'
import type { Intent } from '../store/entry.ts'
import { resourceOf } from '../store/resource.ts'
import { settledHead } from './head.ts'
import { openSealed } from './sealed.ts'
import type { Service } from './service.ts'

export interface Source {
  readonly ref: ClientRef
  readonly provider: Provider
  /** Whether the caller may be told of a client that is there no more. */
  readonly removedToo: boolean
}

/**
 * Gives its record.
 * @throws ClientError `not_found`, `not_restorable`, or as the provider does
 */
export async function readSource(
  service: Service,
  { ref, provider, removedToo }: Source,
  call: Call,
): Promise<Native> {
  try {
    return await provider.read(ref, call)
  } catch (error) {
    if (!isClientError(error, 'not_found') || !removedToo) throw error
    await settledHead(service, { ref, deadline: call.deadline })
    const removal = await lastRemoval(service, ref)
    if (removal === undefined) throw error
    const sealed = openSealed(service, removal)
    if (sealed !== undefined) return sealed.base
    throw new ClientError(
      'not_restorable',
      'The client was removed, and its last record was sealed with a key that is no longer in use.',
    )
  }
}

/** Entries that may follow a removal: instances that came back too late. */
const MOST_OVERLAPS = 10

/** The removal that a client's log ends with. */
async function lastRemoval(service: Service, ref: ClientRef): Promise<Intent | undefined> {
  const newest = { newestFirst: true, limit: MOST_OVERLAPS + 2 }
  const entries = await service.store.entries(resourceOf(ref), newest)
  const [closing, intent] = entries.filter(({ kind }) => kind !== 'overlap')
  const applied = closing?.kind === 'outcome' && closing.outcome === 'applied'
  return applied && intent?.kind === 'intent' && intent.action === 'remove' ? intent : undefined
}
