/**
 * Finds all clients that match a selection when a job is submitted: from the mirror
 * if it knows the whole place, else from the provider, which costs a read for each client unless
 * all are wanted.
 */

import { ClientError } from '../../core/errors.ts'
import { inParallel } from '../../core/in-parallel.ts'
import type { ClientFilter } from '../../core/search.ts'
import type { Call, ClientRef, Place } from '../../providers/call.ts'
import type { Mirror } from '../../store/mirror.ts'
import { resourceOf } from '../../store/resource.ts'
import { mayKnowOf } from '../access/fresh-look.ts'
import { checkDeadline } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { catchUp } from '../mirror/catch-up.ts'
import { endlessList, listLive } from '../reading/list-live.ts'
import { MAX_CLIENTS } from './submit.ts'

export interface Selection {
  /** Places of one provider. */
  readonly places: readonly Place[]
  readonly filter: ClientFilter
}

/** Clients on one page. */
const PAGE = 500

/**
 * Stops once there are more clients than a job can have.
 * @throws ClientError `unsupported_operation`, `deadline_exceeded`, and as the provider does
 */
export async function selectClients(
  service: Service,
  selection: Selection,
  call: Call,
): Promise<readonly ClientRef[]> {
  const refs = await everyMatch(service, selection, call)
  if (refs.length > MAX_CLIENTS) return refs
  const visible = await inParallel(refs, AT_ONCE, async (ref) => {
    const provider = service.providers.get(ref.provider)
    if (provider === undefined) return false
    return mayKnowOf(service, { ref, provider, call, removedToo: false }, 'clients:read')
  })
  return refs.filter((_, index) => visible[index])
}

/** How many clients are looked at at the same time, where the caller's grants are limited. */
const AT_ONCE = 8

async function everyMatch(
  service: Service,
  { places, filter }: Selection,
  call: Call,
): Promise<readonly ClientRef[]> {
  const selection = { places, filter }
  const { mirror } = service.store
  if (mirror !== undefined && (await knowsAll(mirror, places))) {
    await catchUp(service, mirror)
    return mirrored(service, mirror, selection, call)
  }
  if (filter.text !== undefined || filter.terms.length > 0) return read(service, selection, call)
  const lists = await Promise.all(places.map((place) => listed(service, place, call)))
  return lists.flat()
}

async function knowsAll(mirror: Mirror, places: readonly Place[]): Promise<boolean> {
  const knowledge = await mirror.knowledge(places)
  return knowledge.length > 0 && knowledge.every(({ complete }) => complete)
}

async function mirrored(
  service: Service,
  mirror: Mirror,
  { places, filter }: Selection,
  { deadline }: Call,
): Promise<readonly ClientRef[]> {
  const refs: ClientRef[] = []
  for (let after: number | undefined; ; ) {
    checkDeadline(service, deadline)
    const from = after === undefined ? {} : { after }
    const { matches, next } = await mirror.search({ places, ...filter, ...from, limit: PAGE })
    refs.push(...matches.map(({ client }) => client))
    if (next === undefined || refs.length > MAX_CLIENTS) return refs
    after = next
  }
}

/** Every client of a place, by id only. */
async function listed(service: Service, place: Place, call: Call): Promise<readonly ClientRef[]> {
  const provider = service.providers.get(place.provider)
  if (provider?.list === undefined) {
    throw new ClientError(
      'unsupported_operation',
      'select is not possible here, because the provider cannot list its clients. Name them in "clients".',
      { field: 'select' },
    )
  }
  const refs = new Map<string, ClientRef>()
  const before = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    checkDeadline(service, call.deadline)
    const { items, next } = await provider.list(place.userPoolId, call, cursor)
    // A list that changes meanwhile can contain a client twice.
    for (const { id } of items) refs.set(id, { ...place, id })
    if (next === undefined || refs.size > MAX_CLIENTS) return [...refs.values()]
    if (before.has(next)) throw endlessList()
    before.add(next)
    cursor = next
  }
}

async function read(
  service: Service,
  { places, filter }: Selection,
  call: Call,
): Promise<readonly ClientRef[]> {
  const refs = new Map<string, ClientRef>()
  let from: Parameters<typeof listLive>[1]['from']
  for (;;) {
    checkDeadline(service, call.deadline)
    const page = await listLive(service, { places, filter, limit: PAGE, from, call })
    // It is unknown whether a client that cannot be read matches.
    for (const { error } of page.unreadable) throw error
    for (const { ref } of page.clients) refs.set(resourceOf(ref), ref)
    if (page.next === undefined || refs.size > MAX_CLIENTS) return [...refs.values()]
    from = page.next
  }
}
