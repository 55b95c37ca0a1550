/**
 * Lists clients live: one page of a provider's own list for each page of ours, place after place. The search
 * filters that page, so a page can be short, or empty, and still have a next one.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import { PAGE_CHARACTERS } from '../../core/patch/bounds.ts'
import { type ClientFilter, matches } from '../../core/search.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { Listed, Provider } from '../../providers/provider.ts'
import type { Place } from '../../store/mirror.ts'
import { subjectOf } from '../access/fresh-look.ts'
import { withRetries } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { type Mirrored, shownClient } from '../mirror/mirror.ts'
import { lookAt } from '../mirror/refresh-client.ts'
import { readStanding } from './read.ts'

/**
 * A place in a provider's list: a page, by the provider's own cursor, and the client after which to
 * continue.
 */
export interface LivePlace {
  readonly kind: 'live'
  readonly place: Place
  readonly page?: string
  readonly after?: string
  /** The number of the provider's pages before this one. */
  readonly pages?: number
}

export interface LiveRequest {
  readonly places: readonly Place[]
  readonly filter: ClientFilter
  readonly limit: number
  readonly from: LivePlace | undefined
  readonly call: Call
}

/** A client of the list whose record cannot be read. */
export interface Unreadable {
  readonly ref: ClientRef
  readonly error: ClientError
}

export interface LivePage {
  readonly clients: readonly Mirrored[]
  readonly unreadable: readonly Unreadable[]
  readonly next?: LivePlace
}

interface Site {
  readonly place: Place
  readonly provider: Provider
}

/**
 * One page.
 * @throws ClientError `unsupported_operation` if none of the places can be listed, and as the providers do
 */
export async function listLive(service: Service, request: LiveRequest): Promise<LivePage> {
  const { from, call, limit } = request
  const sites = listable(service, request.places)
  const index = from === undefined ? 0 : sites.findIndex(({ place }) => same(place, from.place))
  const site = sites[index]
  if (site === undefined) return { clients: [], unreadable: [] }
  const { items, next: page } = await withRetries(service, call.deadline, () =>
    pageOf(service, site, call, from?.page),
  )
  // Sorted by id, whatever the provider's order, so that each page of ours ends further on than the
  // one before, even if clients come and go meanwhile or a provider lists one twice.
  const remaining = inOrder(items).filter(({ id }) => from?.after === undefined || id > from.after)
  const { last, ...read } = await readInOrder(service, site, request, remaining.slice(0, limit))
  const at = { kind: 'live' as const, place: site.place }
  const lastItem = remaining[last - 1]
  if (lastItem !== undefined && last < remaining.length) {
    const { page: here, pages } = from ?? {}
    const same = {
      ...(here !== undefined && { page: here }),
      ...(pages !== undefined && { pages }),
    }
    return { ...read, next: { ...at, ...same, after: lastItem.id } }
  }
  if (page !== undefined) return { ...read, next: { ...at, page, pages: pagesAfter(from, page) } }
  const following = sites[index + 1]
  if (following === undefined) return read
  return { ...read, next: { kind: 'live', place: following.place } }
}

/** The most pages of a list; our choice, far beyond what any provider holds. */
const MAX_PAGES = 100_000

/** @throws ClientError `provider_unavailable` for a list that does not end */
function pagesAfter(from: LivePlace | undefined, page: string): number {
  const pages = (from?.pages ?? 0) + 1
  if (page === from?.page || pages > MAX_PAGES) throw endlessList()
  return pages
}

/** The provider's list runs in a circle. */
export const endlessList = () =>
  new ClientError('provider_unavailable', 'The list of the provider does not end.')

/** A client of a provider's list, and when reading that began (epoch milliseconds). */
type Item = Listed & { readonly at: number }

function inOrder(items: readonly Item[]): readonly Item[] {
  const each = [...new Map(items.map((item) => [item.id, item])).values()]
  return each.sort(({ id: one }, { id: other }) => (one < other ? -1 : 1))
}

/** The places that can be listed at all. */
function listable({ providers }: Service, places: readonly Place[]): readonly Site[] {
  const sites = places.flatMap((place): readonly Site[] => {
    const provider = providers.get(place.provider)
    return provider?.list === undefined ? [] : [{ place, provider }]
  })
  if (sites.length > 0 || places.length === 0) return sites
  throw new ClientError(
    'unsupported_operation',
    'This provider cannot list its clients. Without fresh=true, those that were changed through this server are listed.',
  )
}

const same = (one: Place, other: Place) =>
  one.provider === other.provider && one.userPoolId === other.userPoolId

async function pageOf(
  service: Service,
  { provider, place }: Site,
  call: Call,
  cursor: string | undefined,
): Promise<{ readonly items: readonly Item[]; readonly next?: string | undefined }> {
  const at = service.now()
  const page = await provider.list?.(place.userPoolId, call, cursor)
  return { items: page?.items.map((item) => ({ ...item, at })) ?? [], next: page?.next }
}

/** How many clients are read at the same time: each may be as large as a provider's answer can be. */
const AT_ONCE = 8

/**
 * Reads clients until the time is over or they have `PAGE_CHARACTERS` in total: as many from the beginning as
 * could be read, so that the next page continues there; `last` counts them.
 */
async function readInOrder(
  service: Service,
  site: Site,
  request: LiveRequest,
  items: readonly Item[],
): Promise<Omit<LivePage, 'next'> & { readonly last: number }> {
  const clients: Mirrored[] = []
  const unreadable: Unreadable[] = []
  let [characters, failures] = [0, 0]
  for (let begun = 0; begun < items.length; begun += AT_ONCE) {
    const results = await readAtOnce(service, site, request, items.slice(begun, begun + AT_ONCE))
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected') {
        const late = LATE.some((code) => isClientError(result.reason, code))
        if (late && begun + index > 0) return { clients, unreadable, last: begun + index }
        if (!isClientError(result.reason, 'provider_unavailable')) throw result.reason
        // A single record that cannot be read is reported by itself. If none can be read, the
        // provider has failed, unless it answered with something that is not a client, which is an
        // error without a cause.
        if (result.reason.details.cause !== undefined) failures += 1
        if (failures === items.length) throw result.reason
        const id = items[begun + index]?.id ?? ''
        unreadable.push({ ref: { ...site.place, id }, error: result.reason })
        continue
      }
      const one = result.value
      if (one === undefined) continue
      characters += JSON.stringify(one.native).length
      if (await fits(service, one, request.filter)) clients.push(one)
      if (characters >= PAGE_CHARACTERS) {
        return { clients, unreadable, last: begun + index + 1 }
      }
    }
  }
  return { clients, unreadable, last: items.length }
}

function readAtOnce(
  service: Service,
  { place, provider }: Site,
  { call }: LiveRequest,
  items: readonly Item[],
) {
  const { mirror } = service.store
  const reading = { provider, call, mirror }
  return Promise.allSettled(
    items.map(({ id, native, at }) =>
      withRetries(service, call.deadline, () =>
        lookAt(service, reading, { ...place, id }, native && { native, at }),
      ),
    ),
  )
}

/** Whether a client matches the search, and its reader may know of it. */
export async function fits(
  service: Service,
  { ref, native }: Mirrored,
  filter: ClientFilter,
): Promise<boolean> {
  const mapping = service.providers.get(ref.provider)?.mapping
  if (mapping === undefined) return false
  const { standing } = await readStanding(service, ref)
  const subject = subjectOf({ mapping }, ref, native, standing)
  if (service.access?.(ref)?.sees(subject, 'clients:read') === false) return false
  const client = shownClient(mapping, native, standing)
  return matches(client, filter, mapping.registered?.(native))
}

/** Errors that mean that there was no time for more. */
const LATE = ['provider_throttled', 'deadline_exceeded'] as const
