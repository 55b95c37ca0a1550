/**
 * What happens in the program, as events of one type, reported from three places: the end of a request, the
 * store and the providers. Log and metrics are built from these; nothing else counts or logs.
 */

import { isClientError } from '../core/errors.ts'
import type { KeyFault } from '../http/auth/keys/published.ts'
import type { IssuerHealth } from '../http/auth/verify.ts'
import type { MetricsText, RequestLine } from '../http/exchange.ts'
import type { Call, UpstreamCall } from '../providers/call.ts'
import type { PaceState, Provider } from '../providers/provider.ts'
import type { JobsEvent } from '../service/jobs/jobs.ts'
import type { Refreshed } from '../service/mirror/refresh.ts'
import type { Delivered } from '../service/notify/deliver.ts'
import type { ClientNotice, DueFailure } from '../service/upkeep/due.ts'
import type { Entry } from '../store/log/entry.ts'
import { around } from '../store/mirror.ts'
import type { Store } from '../store/store.ts'
import { watchedProvider } from './observed-provider.ts'
import type { Family } from './otlp/metric-families.ts'

export type ProgramEvent =
  | { readonly kind: 'request'; readonly line: RequestLine }
  | {
      readonly kind: 'upstream'
      readonly provider: string
      readonly call: Call
      readonly ended: UpstreamCall
    }
  /** An entry was made durable. */
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'store_failed'; readonly operation: keyof Store }
  /** The keys of an issuer could not be fetched. */
  | { readonly kind: 'keys_failed'; readonly issuer: string; readonly fault: KeyFault }
  | ({ readonly kind: 'mirror' } & Refreshed)
  | { readonly kind: 'sweep'; readonly settled: number; readonly left: number }
  | JobsEvent
  /** Clients whose due work was done. */
  | { readonly kind: 'due'; readonly done: number }
  | ({ readonly kind: 'due_failed' } & DueFailure)
  | ({ readonly kind: 'notice' } & ClientNotice)
  /** Events were sent to a webhook, or it did not take one. */
  | ({ readonly kind: 'webhook'; readonly webhook: string } & Delivered)

export type Observe = (event: ProgramEvent) => void

/** Counts events; implemented only where something reads the counts. */
export interface Metrics {
  readonly observe: Observe
  render(readings: Readings): Promise<MetricsText>
  /** The same counts, as they are handed on to a collector. */
  families(readings: Readings): Promise<readonly Family[]>
}

/** What is read on request, and not counted beforehand. */
export interface Readings {
  readonly keys: readonly IssuerHealth[]
  /** The state of the providers' request rates, if they have any. */
  readonly pace: readonly { readonly provider: string; readonly buckets: readonly PaceState[] }[]
  /** The provider of each change that is open past its deadline; `undefined`: the store failed. */
  readonly overdue: readonly string[] | undefined
}

/** A store that reports its entries and its failures. */
export function observedStore(store: Store, observe: Observe): Store {
  const { within, watch, aheadMs, notes, erase } = store
  async function counted<T>(operation: keyof Store, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (!isRefusal(error)) observe({ kind: 'store_failed', operation })
      throw error
    }
  }
  return {
    append: async (entry) => {
      const appended = await counted('append', store.append(entry))
      if (appended) observe({ kind: 'entry', entry })
      return appended
    },
    last: (resource) => counted('last', store.last(resource)),
    entries: (resource, range) => counted('entries', store.entries(resource, range)),
    operation: (operationId) => counted('operation', store.operation(operationId)),
    search: (search) => counted('search', store.search(search)),
    heads: (since, of) => counted('heads', store.heads(since, of)),
    openIntents: () => counted('openIntents', store.openIntents()),
    due: (time) => counted('due', store.due(time)),
    check: () => counted('check', store.check()),
    // Read piece by piece by a check of the store, which reports failures itself.
    records: (resource) => store.records(resource),
    close: () => store.close(),
    ...(erase && { erase: (entries) => counted('erase', erase(entries)) }),
    keyring: store.keyring,
    ...(store.mirror && { mirror: around(store.mirror, (work) => counted('mirror', work())) }),
    ...(watch && { watch }),
    ...(aheadMs && { aheadMs }),
    ...(notes && {
      notes: {
        read: (name) => counted('notes', notes.read(name)),
        replace: (...values) => counted('notes', notes.replace(...values)),
      },
    }),
    ...(within && { within: (remainingMs) => observedStore(within(remainingMs), observe) }),
  }
}

/** A fault of the entry, not of the store. */
const isRefusal = (error: unknown) => isClientError(error, 'too_large')

/** Providers that report each upstream call under their configured names. */
export function observedProviders(
  providers: ReadonlyMap<string, Provider>,
  observe: Observe,
): ReadonlyMap<string, Provider> {
  return new Map(
    Array.from(providers, ([id, one]) => [
      id,
      watchedProvider(one, (call, ended) =>
        observe({ kind: 'upstream', provider: id, call, ended }),
      ),
    ]),
  )
}
