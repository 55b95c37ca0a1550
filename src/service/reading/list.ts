/**
 * Listing clients: out of the mirror, which finds among all of them, or by asking the provider page by
 * page, where there is no mirror or where what it has must not be trusted.
 */

import { type ErrorCode, isClientError } from '../../core/errors.ts'
import type { Wanted } from '../../core/search.ts'
import type { Call } from '../../providers/call.ts'
import type { Knowledge, Mirror, Place } from '../../store/mirror.ts'
import { withRetries } from '../base/retry.ts'
import { callOf, type Service } from '../base/service.ts'
import { type Mirrored, mirroredOf } from '../mirror/mirror.ts'
import { lookAt } from '../mirror/refresh-client.ts'
import { fits, type LivePlace, listLive, type Unreadable } from './list-live.ts'

export type { Knowledge }

/** Where a page begins: in the mirror, or in what a provider lists. */
export type ListCursor = { readonly kind: 'mirror'; readonly after: number } | LivePlace

export interface ListRequest {
  /** Those that the caller may see, in the order of the configuration. */
  readonly places: readonly Place[]
  readonly wanted: Wanted
  readonly limit: number
  /** Asks the provider for what is shown. */
  readonly fresh: boolean
  readonly from?: ListCursor
  readonly requestId: string
  readonly caller: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly onUpstream?: Call['onUpstream']
}

export interface ListResult {
  readonly clients: readonly Mirrored[]
  /** Of those that their providers list, those whose records cannot be read. */
  readonly unreadable: readonly Unreadable[]
  readonly next?: ListCursor
  /** How well the mirror knows each place; empty where it was not asked. */
  readonly knowledge: readonly Knowledge[]
  /** Of a fresh list: where clients could not be read, and are shown as they were known. */
  readonly unread?: readonly Unread[]
}

/** Clients of one place on one page that could not be read from their provider. */
export interface Unread {
  readonly place: Place
  /** Of the first failure. */
  readonly code: ErrorCode
  readonly clients: number
  /** When the one was read that was read the longest ago (epoch milliseconds). */
  readonly oldest: number
}

/**
 * One page of clients.
 * @throws ClientError `unsupported_operation`, and as the providers do where they are asked
 */
export async function listClients(service: Service, request: ListRequest): Promise<ListResult> {
  const { places, from, fresh } = request
  const { mirror } = service.store
  if (mirror === undefined || from?.kind === 'live') return live(service, request)
  const knowledge = await mirror.knowledge(places)
  // What a mirror lacks it cannot ask for.
  const whole = knowledge.every(({ complete }) => complete) && !isOfOneProvider(request)
  if (fresh && from === undefined && !whole) return live(service, request)
  const page = await mirrored(service, mirror, request)
  // Told as it is after the search, which may have found that a place must be read anew.
  return { ...page, unreadable: [], knowledge: await mirror.knowledge(places) }
}

/** All clients of one provider: its own list is as quick as reading each, and knows the newest ones. */
function isOfOneProvider(request: ListRequest): boolean {
  const { text, terms } = request.wanted
  return providersOf(request).size === 1 && text === undefined && terms.length === 0
}

const providersOf = ({ places }: ListRequest) => new Set(places.map(({ provider }) => provider))

const live = async (service: Service, request: ListRequest): Promise<ListResult> => ({
  ...(await listLive(service, {
    ...request,
    call: callFor(service, request),
    ...(request.from?.kind === 'live' ? { from: request.from } : { from: undefined }),
  })),
  knowledge: [],
})

async function mirrored(
  service: Service,
  mirror: Mirror,
  request: ListRequest,
): Promise<Omit<ListResult, 'knowledge' | 'unreadable'>> {
  const { places, wanted, limit, fresh, from } = request
  const after = from?.kind === 'mirror' ? { after: from.after } : {}
  const { found, next } = await mirror.search({ places, ...wanted, ...after, limit })
  const clients: Mirrored[] = []
  for (const one of found) {
    const opened = mirroredOf(service, one)
    if (opened !== undefined) clients.push(opened)
    // The installation has another key now: all of it is to be read again.
    else await mirror.forget(one.client)
  }
  return {
    ...(fresh ? await asNow(service, mirror, request, clients) : { clients }),
    ...(next === undefined ? {} : { next: { kind: 'mirror', after: next } }),
  }
}

/**
 * The clients of a page as their providers hold them now. What cannot be read in time is shown as it was,
 * and counted as that. Where one provider alone is listed and nothing can be read there, that is the answer: a
 * page of a longer list must not keep a reader from the pages after it.
 */
async function asNow(
  service: Service,
  mirror: Mirror,
  request: ListRequest,
  clients: readonly Mirrored[],
): Promise<Pick<ListResult, 'clients' | 'unread'>> {
  const call = callFor(service, request)
  const read = await Promise.allSettled(
    clients.map(({ ref }) => {
      const provider = service.providers.get(ref.provider)
      if (provider === undefined) throw new TypeError(`no provider ${ref.provider}`)
      const look = () => lookAt(service, { provider, mirror, call }, ref)
      return withRetries(service, request.deadline, look)
    }),
  )
  const [first] = read
  if (first?.status === 'rejected' && providersOf(request).size === 1 && read.every(isFailure)) {
    throw first.reason
  }
  const shown: Mirrored[] = []
  const unread = new Map<string, Unread>()
  for (const [index, result] of read.entries()) {
    const before = clients[index]
    if (result.status === 'fulfilled') {
      const now = result.value
      if (now !== undefined && (await fits(service, now, request.wanted))) shown.push(now)
    } else {
      if (!isClientError(result.reason)) throw result.reason
      if (before === undefined) continue
      shown.push(before)
      countUnread(unread, before, result.reason.code)
    }
  }
  return { clients: shown, unread: [...unread.values()] }
}

/** Whether a provider has failed; one that holds something else than this client has not. */
const isFailure = (read: PromiseSettledResult<unknown>): boolean =>
  read.status === 'rejected' &&
  !(isClientError(read.reason) && read.reason.details.found !== undefined)

function countUnread(
  unread: Map<string, Unread>,
  { ref: { id: _, ...place }, verifiedAt }: Mirrored,
  code: ErrorCode,
): void {
  const key = JSON.stringify(place)
  const known = unread.get(key) ?? { place, code, clients: 0, oldest: verifiedAt }
  const { clients, oldest } = known
  unread.set(key, { ...known, clients: clients + 1, oldest: Math.min(oldest, verifiedAt) })
}

/** One operation for all calls of a request. */
function callFor(service: Service, request: ListRequest): Call {
  return callOf(service, { ...request, operationId: request.requestId })
}
