/**
 * What happens in the program, as events of one type, told from three places: the end of a request, the
 * store and the providers. Log and metrics are made of these; nothing else counts or logs.
 */

import { isClientError } from '../core/errors.ts'
import type { IssuerHealth } from '../http/auth/verify.ts'
import type { MetricsText, RequestLine } from '../http/exchange.ts'
import type { Call, Step, UpstreamCall } from '../providers/call.ts'
import type { PaceState, Provider } from '../providers/provider.ts'
import type { Secrets } from '../providers/secrets.ts'
import type { JobsEvent } from '../service/jobs/jobs.ts'
import type { Refreshed } from '../service/mirror/refresh.ts'
import type { DueFailure } from '../service/upkeep/due.ts'
import type { Entry } from '../store/log/entry.ts'
import { around } from '../store/mirror.ts'
import type { Store } from '../store/store.ts'

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
  | ({ readonly kind: 'mirror' } & Refreshed)
  | { readonly kind: 'sweep'; readonly settled: number; readonly left: number }
  | JobsEvent
  /** Clients for which what was due is done. */
  | { readonly kind: 'due'; readonly done: number }
  | ({ readonly kind: 'due_failed' } & DueFailure)

export type Observe = (event: ProgramEvent) => void

/** Counts events; implemented where there is something that reads the counts. */
export interface Metrics {
  readonly observe: Observe
  render(readings: Readings): Promise<MetricsText>
}

/** What is read when somebody asks, and not counted before. */
export interface Readings {
  readonly keys: readonly IssuerHealth[]
  /** What the providers' request rates leave, where they have any. */
  readonly pace: readonly { readonly provider: string; readonly buckets: readonly PaceState[] }[]
  /** The provider of each change that is open past its deadline; `undefined`: the store failed. */
  readonly overdue: readonly string[] | undefined
}

/** The store, telling what it took and that it failed. */
export function observedStore(store: Store, observe: Observe): Store {
  async function telling<T>(operation: keyof Store, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (!isRefusal(error)) observe({ kind: 'store_failed', operation })
      throw error
    }
  }
  return {
    ...store,
    append: async (entry) => {
      const appended = await telling('append', store.append(entry))
      if (appended) observe({ kind: 'entry', entry })
      return appended
    },
    last: (resource) => telling('last', store.last(resource)),
    entries: (resource, range) => telling('entries', store.entries(resource, range)),
    operation: (operationId) => telling('operation', store.operation(operationId)),
    search: (search) => telling('search', store.search(search)),
    heads: (since) => telling('heads', store.heads(since)),
    openIntents: () => telling('openIntents', store.openIntents()),
    due: (time) => telling('due', store.due(time)),
    check: () => telling('check', store.check()),
    ...(store.mirror && { mirror: around(store.mirror, (work) => telling('mirror', work())) }),
  }
}

/** The entry's fault, not the store's. */
const isRefusal = (error: unknown) => isClientError(error, 'too_large')

/** Providers, telling of each upstream call under the name that the configuration gives them. */
export function observedProviders(
  providers: ReadonlyMap<string, Provider>,
  observe: Observe,
): ReadonlyMap<string, Provider> {
  return new Map(Array.from(providers, ([id, one]) => [id, observedProvider(id, one, observe)]))
}

function observedProvider(id: string, provider: Provider, observe: Observe): Provider {
  const telling = (call: Call): Call => ({
    ...call,
    onUpstream: (ended) => {
      observe({ kind: 'upstream', provider: id, call, ended })
      call.onUpstream?.(ended)
    },
  })
  const toldStep = <S extends Step>(step: S): S => ({
    ...step,
    send: (call: Call) => step.send(telling(call)),
  })
  const { list, creation, removal, secrets, adoption } = provider
  return {
    ...provider,
    read: (ref, call, fields) => provider.read(ref, telling(call), fields),
    steps: (ref, base, next) => provider.steps(ref, base, next).map(toldStep),
    ...(list && { list: (pool, call, cursor) => list(pool, telling(call), cursor) }),
    ...(removal && { removal: (ref, base) => toldStep(removal(ref, base)) }),
    ...(creation && {
      creation: {
        ...creation,
        step: (place, next) => toldStep(creation.step(place, next)),
        find: (place, search, call) => creation.find(place, search, telling(call)),
      },
    }),
    ...(secrets && { secrets: observedSecrets(secrets, telling, toldStep) }),
    ...(adoption && {
      adoption: {
        replaces: (ref, registration, call) => adoption.replaces(ref, registration, telling(call)),
        look: (ref, registration, call) => adoption.look(ref, registration, telling(call)),
        take: (ref, registration, call) => adoption.take(ref, registration, telling(call)),
      },
    }),
  }
}

function observedSecrets(
  secrets: Secrets,
  telling: (call: Call) => Call,
  toldStep: <S extends Step>(step: S) => S,
): Secrets {
  const { add, remove } = secrets
  return {
    ...secrets,
    list: (ref, base, call) => secrets.list(ref, base, telling(call)),
    ...(add && { add: (ref, base, value) => toldStep(add(ref, base, value)) }),
    ...(remove && { remove: (ref, base, secretId) => toldStep(remove(ref, base, secretId)) }),
  }
}
