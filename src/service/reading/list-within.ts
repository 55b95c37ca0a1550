/**
 * Lists for callers who may not know of every client. Each client is read again and judged as it is now; what is hidden
 * leaves no gap: every page but the last one is full, and none ends where only hidden clients follow.
 */

import type { Call } from '../../providers/call.ts'
import type { Knowledge, Mirror, MirrorEntry } from '../../store/mirror.ts'
import { subjectOf } from '../access/fresh-look.ts'
import { checkDeadline, withRetries } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { type Mirrored, mirroredOf } from '../mirror/mirror.ts'
import { lookAt } from '../mirror/refresh-client.ts'
import { fits, type LivePage, type LivePlace, listLive } from './list-live.ts'
import type { ListCursor, ListRequest, ListResult } from './list-request.ts'
import { readStanding } from './read.ts'

/** Whether grants of the caller are limited at one of some places. */
export const isWithin = (service: Service, { places }: Pick<ListRequest, 'places'>): boolean =>
  places.some((place) => service.access?.(place) !== undefined)

/** How well places are known, without what the clients there show by their ages. */
export const knowledgeWithin = (
  service: Service,
  knowledge: readonly Knowledge[],
): readonly Knowledge[] =>
  knowledge.map(({ place, complete, oldest }) => ({
    place,
    complete,
    ...(oldest === undefined || service.access?.(place) !== undefined ? {} : { oldest }),
  }))

/** How many candidates are read at once. */
const AT_ONCE = 8

/**
 * One page of the mirror.
 * @throws ClientError `deadline_exceeded`, or as the providers do
 */
export async function mirroredWithin(
  service: Service,
  mirror: Mirror,
  { from, ...request }: ListRequest,
  call: Call,
): Promise<Pick<ListResult, 'clients' | 'next'>> {
  const after = from?.kind === 'mirror' ? { after: from.after } : {}
  const { clients, next } = await visiblePage(service, mirror, { ...request, ...after }, call)
  return { clients, ...(next === undefined ? {} : { next: { kind: 'mirror', after: next } }) }
}

/** A search whose matches are read again. */
interface Search extends Pick<ListRequest, 'places' | 'filter' | 'limit'> {
  /** Only what comes after this position. */
  readonly after?: number
}

/**
 * Clients of the mirror that the caller may know of, as they are now; `next`: the position of the last one, where another
 * one follows.
 * @throws ClientError `deadline_exceeded`, or as the providers do
 */
export async function visiblePage(
  service: Service,
  mirror: Mirror,
  request: Search,
  call: Call,
): Promise<{ readonly clients: readonly Mirrored[]; readonly next?: number }> {
  const { places, filter, limit } = request
  const clients: { readonly one: Mirrored; readonly position: number }[] = []
  for (let { after } = request; ; ) {
    checkDeadline(service, call.deadline)
    const search = { places, ...filter, ...(after === undefined ? {} : { after }), limit }
    const { matches, next } = await mirror.search(search)
    const likely: MirrorEntry[] = []
    for (const entry of matches) if (await mayBeSeen(service, mirror, entry)) likely.push(entry)
    for (let begun = 0; begun < likely.length; begun += AT_ONCE) {
      const batch = likely.slice(begun, begun + AT_ONCE)
      const read = await Promise.all(
        batch.map((entry) => seenNow(service, mirror, entry, { request, call })),
      )
      for (const [index, one] of read.entries()) {
        const position = batch[index]?.position ?? 0
        if (one !== undefined) clients.push({ one, position })
      }
      if (clients.length > limit) return pageOf(clients.slice(0, limit))
    }
    if (next === undefined) return { clients: clients.map(({ one }) => one) }
    after = next
  }
}

function pageOf(clients: readonly { readonly one: Mirrored; readonly position: number }[]) {
  return { clients: clients.map(({ one }) => one), next: clients.at(-1)?.position ?? 0 }
}

/** Whether a client was within the grants when it was last seen: only then it is read. */
async function mayBeSeen(service: Service, mirror: Mirror, entry: MirrorEntry): Promise<boolean> {
  const provider = service.providers.get(entry.client.provider)
  const access = service.access?.(entry.client)
  const known = mirroredOf(service, entry)
  // The installation has another key now, so everything must be read again.
  if (known === undefined) await mirror.forget(entry.client)
  if (known === undefined || provider === undefined) return false
  if (access === undefined) return true
  const { standing } = await readStanding(service, entry.client)
  return access.sees(subjectOf(provider, known.ref, known.native, standing), 'clients:read')
}

async function seenNow(
  service: Service,
  mirror: Mirror,
  { client }: MirrorEntry,
  { request, call }: { readonly request: Search; readonly call: Call },
): Promise<Mirrored | undefined> {
  const provider = service.providers.get(client.provider)
  if (provider === undefined) return undefined
  const look = () => lookAt(service, { provider, mirror, call }, client)
  const now = await withRetries(service, call.deadline, look)
  return now !== undefined && (await fits(service, now, request.filter)) ? now : undefined
}

/**
 * One page of what providers list themselves. What cannot be read cannot be judged, so it is left out.
 * @throws ClientError as `listLive` does, `deadline_exceeded`
 */
export async function liveWithin(
  service: Service,
  request: ListRequest,
  call: Call,
): Promise<Pick<ListResult, 'clients' | 'unreadable' | 'next'>> {
  const clients: Mirrored[] = []
  let full: LivePlace | undefined
  for (let from = livePlaceOf(request.from); ; ) {
    checkDeadline(service, call.deadline)
    const limit = full === undefined ? request.limit - clients.length : request.limit
    const page: LivePage = await listLive(service, { ...request, limit, from, call })
    if (full !== undefined && page.clients.length > 0)
      return { clients, unreadable: [], next: full }
    clients.push(...page.clients)
    if (page.next === undefined) return { clients, unreadable: [] }
    if (clients.length >= request.limit) full ??= page.next
    from = page.next
  }
}

const livePlaceOf = (from: ListCursor | undefined): LivePlace | undefined =>
  from?.kind === 'live' ? from : undefined
