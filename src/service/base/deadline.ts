/**
 * The store within the time of a request (guarantee G8). A store that hangs must not hold a request, or
 * the turn of its client, for longer: a call that does not return in time counts as unavailable. It may still
 * take effect: a late intent is settled like any other open one, and nothing was sent for it.
 */

import { ClientError } from '../../core/errors.ts'
import { around } from '../../store/mirror.ts'
import type { Store } from '../../store/store.ts'
import type { Service } from './service.ts'
import { within } from './time-limit.ts'

/**
 * Extra time for calls after the deadline (milliseconds): the outcome of a change should be
 * recorded even if the provider used up all the time. Lambda keeps twice as much in reserve.
 */
export const GRACE_MS = 1_000

/** The service with its store bounded by a deadline, in epoch milliseconds. */
export function withinDeadline(service: Service, deadline: number): Service {
  return { ...service, store: boundedStore(service.store, deadline, service.now) }
}

/**
 * A store whose calls end by a deadline, in epoch milliseconds, or shortly after it; walking through
 * all records is not bounded.
 * @throws ClientError `store_unavailable`
 */
export function boundedStore(unbounded: Store, deadline: number, now: () => number): Store {
  const remainingMs = () => Math.max(deadline - now(), GRACE_MS)
  const store = unbounded.within?.(remainingMs) ?? unbounded
  const bounded =
    <A extends readonly unknown[], T>(call: (...values: A) => Promise<T>) =>
    (...values: A): Promise<T> =>
      within(call(...values), remainingMs(), tooLate)
  return {
    append: bounded(store.append),
    last: bounded(store.last),
    entries: bounded(store.entries),
    operation: bounded(store.operation),
    search: bounded(store.search),
    heads: bounded(store.heads),
    records: store.records,
    openIntents: bounded(store.openIntents),
    due: bounded(store.due),
    check: bounded(store.check),
    close: store.close,
    keyring: store.keyring,
    ...(store.watch && { watch: store.watch }),
    ...(store.aheadMs && { aheadMs: store.aheadMs }),
    ...(store.notes && {
      notes: { read: bounded(store.notes.read), replace: bounded(store.notes.replace) },
    }),
    ...(store.mirror && { mirror: around(store.mirror, (work) => bounded(work)()) }),
  }
}

const tooLate = () =>
  new ClientError('store_unavailable', 'The history did not answer in time. Try again later.', {
    retryAfter: 5,
  })
