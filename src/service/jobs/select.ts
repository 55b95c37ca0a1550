/**
 * The clients that a selection finds, all of them, at the time when a job is submitted: out of the mirror
 * where it knows the whole place, else by asking the provider, which costs a read for each client unless
 * all are wanted.
 */

import { ClientError } from '../../core/errors.ts'
import type { Wanted } from '../../core/search.ts'
import type { Call, ClientRef, Place } from '../../providers/call.ts'
import type { Mirror } from '../../store/mirror.ts'
import { resourceOf } from '../../store/resource.ts'
import { checkDeadline } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { endlessList, listLive } from '../reading/list-live.ts'
import { MAX_CLIENTS } from './submit.ts'

export interface Selection {
  /** Of one provider. */
  readonly places: readonly Place[]
  readonly wanted: Wanted
}

/** Clients of one page. */
const PAGE = 500

/**
 * Looks no further once there are more than a job can have.
 * @throws ClientError `unsupported_operation`, `deadline_exceeded`, and as the provider does
 */
export async function selectClients(
  service: Service,
  selection: Selection,
  call: Call,
): Promise<readonly ClientRef[]> {
  const { places, wanted } = selection
  const { mirror } = service.store
  if (mirror !== undefined && (await knowsAll(mirror, places))) {
    return mirrored(service, mirror, selection, call)
  }
  if (wanted.text !== undefined || wanted.terms.length > 0) return read(service, selection, call)
  const lists = await Promise.all(places.map((place) => listed(service, place, call)))
  return lists.flat()
}

async function knowsAll(mirror: Mirror, places: readonly Place[]): Promise<boolean> {
  const known = await mirror.knowledge(places)
  return known.length > 0 && known.every(({ complete }) => complete)
}

async function mirrored(
  service: Service,
  mirror: Mirror,
  { places, wanted }: Selection,
  { deadline }: Call,
): Promise<readonly ClientRef[]> {
  const refs: ClientRef[] = []
  for (let after: number | undefined; ; ) {
    checkDeadline(service, deadline)
    const from = after === undefined ? {} : { after }
    const { found, next } = await mirror.search({ places, ...wanted, ...from, limit: PAGE })
    refs.push(...found.map(({ client }) => client))
    if (next === undefined || refs.length > MAX_CLIENTS) return refs
    after = next
  }
}

/** Every client of a place, by its id alone. */
async function listed(service: Service, place: Place, call: Call): Promise<readonly ClientRef[]> {
  const provider = service.providers.get(place.provider)
  if (provider?.list === undefined) {
    throw new ClientError(
      'unsupported_operation',
      'select is not possible here: the provider lists no clients. Name them in "clients".',
      { field: 'select' },
    )
  }
  const refs = new Map<string, ClientRef>()
  const before = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    checkDeadline(service, call.deadline)
    const { items, next } = await provider.list(place.userPoolId, call, cursor)
    // A list that moves on meanwhile can tell a client twice.
    for (const { id } of items) refs.set(id, { ...place, id })
    if (next === undefined || refs.size > MAX_CLIENTS) return [...refs.values()]
    if (before.has(next)) throw endlessList()
    before.add(next)
    cursor = next
  }
}

async function read(
  service: Service,
  { places, wanted }: Selection,
  call: Call,
): Promise<readonly ClientRef[]> {
  const refs = new Map<string, ClientRef>()
  let from: Parameters<typeof listLive>[1]['from']
  for (;;) {
    checkDeadline(service, call.deadline)
    const page = await listLive(service, { places, wanted, limit: PAGE, from, call })
    // What cannot be read cannot be told to be one of them, or none.
    for (const { error } of page.unreadable) throw error
    for (const { ref } of page.clients) refs.set(resourceOf(ref), ref)
    if (page.next === undefined || refs.size > MAX_CLIENTS) return [...refs.values()]
    from = page.next
  }
}
