/** How the clients of a job are read: many at once, at the providers that can. */

import type { ReadOneOfMany } from '../../../providers/provider.ts'
import type { Service } from '../../base/service.ts'
import type { JobItem } from '../items.ts'

/** What reads a client of the job; `undefined`: it is read by itself. */
export type ReaderOf = (item: JobItem) => ReadOneOfMany | undefined

/**
 * A reader for each provider of these clients. A client that has a tag of its own is read by itself, since its caller
 * relies on all of its state at the time of the change.
 */
export function readersFor(
  { providers }: Pick<Service, 'providers'>,
  items: readonly JobItem[],
): ReaderOf {
  const counts = new Map<string, number>()
  for (const { ref, ifMatch } of items) {
    if (ifMatch === undefined) counts.set(ref.provider, (counts.get(ref.provider) ?? 0) + 1)
  }
  const readers = new Map(
    Array.from(counts, ([id, count]) => [id, providers.get(id)?.readMany?.(count)] as const),
  )
  return ({ ref, ifMatch }) => (ifMatch === undefined ? readers.get(ref.provider) : undefined)
}
