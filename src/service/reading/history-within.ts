/**
 * The history across clients for a caller who may not know of all of them. What is hidden leaves no gap: pages are read
 * until one is full, and each but the last one is.
 */

import { type ClientName, resourceOf } from '../../store/resource.ts'
import type { Place } from '../../store/store.ts'
import { checkDeadline } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { type HistoryItem, type HistoryPage, type HistorySearch, searchHistory } from './history.ts'

/** A search on behalf of a caller. */
export interface SearchWithin extends HistorySearch {
  /** Epoch milliseconds. */
  readonly deadline: number
  /** Whether the caller may know of a client; asked where grants of the caller are limited. */
  mayKnow(client: ClientName): Promise<boolean>
}

/**
 * Searches what ended or was noticed, newest first.
 * @throws ClientError `deadline_exceeded`
 */
export async function searchWithin(
  service: Service,
  { mayKnow, deadline, ...search }: SearchWithin,
): Promise<HistoryPage<Place>> {
  if (search.providers.every((provider) => service.access?.({ provider }) === undefined)) {
    return searchHistory(service, search)
  }
  const decisions = new Map<string, Promise<boolean>>()
  const isVisible = ({ client }: HistoryItem): Promise<boolean> => {
    const resource = resourceOf(client)
    const decision = decisions.get(resource) ?? mayKnow(client)
    decisions.set(resource, decision)
    return decision
  }
  const items: HistoryItem[] = []
  let full: Place | undefined
  for (let { after } = search; ; ) {
    checkDeadline(service, deadline)
    const limit = full === undefined ? search.limit - items.length : search.limit
    const page = await searchHistory(service, { ...search, limit, ...(after && { after }) })
    const visible = await Promise.all(page.items.map(isVisible))
    const shown = page.items.filter((_, index) => visible[index])
    // That there is one more is all that is needed of it.
    if (full !== undefined && shown.length > 0) return { items, next: full }
    items.push(...shown)
    if (page.next === undefined) return { items }
    if (items.length >= search.limit) full ??= page.next
    after = page.next
  }
}
