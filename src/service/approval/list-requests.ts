/** Lists requests for approval. */

import { REQUESTS, refOf } from '../../store/resource.ts'
import type { Place } from '../../store/store.ts'
import { checkDeadline } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { type ApprovalView, findRequest } from './approval-log.ts'

export interface RequestSearch<R> {
  readonly after?: Place
  readonly limit: number
  /** Epoch milliseconds. */
  readonly deadline: number
  /** A request as its reader may see it; a hidden one leaves no trace in the pages. */
  read(view: ApprovalView): Promise<R | undefined>
}

/**
 * The newest first. Every page but the last is full, and each page begins at a request that the reader may know of, as with
 * jobs.
 * @throws ClientError `deadline_exceeded`
 */
export async function listRequests<R>(
  service: Service,
  search: RequestSearch<R>,
): Promise<{ readonly items: readonly R[]; readonly next?: Place }> {
  const { limit, deadline, read } = search
  const visible: { readonly item: R; readonly place: Place }[] = []
  let after = search.after
  do {
    checkDeadline(service, deadline)
    const page = await service.store.search({
      ...(after === undefined ? {} : { after }),
      provider: REQUESTS,
      limit: limit + 1,
    })
    for (const { resource, place } of page) {
      const view = await findRequest(service, refOf(resource).id)
      const item = view && (await read(view))
      if (item !== undefined) visible.push({ item, place })
    }
    after = page.length > limit ? page.at(-1)?.place : undefined
  } while (after !== undefined && visible.length <= limit)
  const shown = visible.slice(0, limit)
  const next = visible.length > limit ? shown.at(-1)?.place : undefined
  return { items: shown.map(({ item }) => item), ...(next === undefined ? {} : { next }) }
}
