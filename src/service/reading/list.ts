/**
 * Lists clients: from the mirror, which can search all of them, or from the provider page by
 * page, if there is no mirror or if its data should not be used.
 */

import { type ErrorCode, isClientError } from '../../core/errors.ts'
import type { Call } from '../../providers/call.ts'
import type { Mirror } from '../../store/mirror.ts'
import { withRetries } from '../base/retry.ts'
import { callOf, type Service } from '../base/service.ts'
import { catchUp } from '../mirror/catch-up.ts'
import { type Mirrored, mirroredOf } from '../mirror/mirror.ts'
import { lookAt } from '../mirror/refresh-client.ts'
import { fits, listLive } from './list-live.ts'
import type { ListRequest, ListResult, Unread } from './list-request.ts'
import { isWithin, knowledgeWithin, liveWithin, mirroredWithin } from './list-within.ts'

/**
 * One page of clients.
 * @throws ClientError `unsupported_operation`, and as the providers do if they are asked
 */
export async function listClients(service: Service, request: ListRequest): Promise<ListResult> {
  const { places, from, fresh } = request
  const { mirror } = service.store
  if (mirror === undefined || from?.kind === 'live') return live(service, request)
  await catchUp(service, mirror)
  if (fresh && from === undefined && !(await isAskedByClient(mirror, request))) {
    return live(service, request)
  }
  if (isWithin(service, request)) {
    const page = await mirroredWithin(service, mirror, request, callFor(service, request))
    const known = knowledgeWithin(service, await mirror.knowledge(places))
    return { ...page, unreadable: [], knowledge: known }
  }
  const page = await mirrored(service, mirror, request)
  // Read after the search, which may have found that a place must be read again.
  return { ...page, unreadable: [], knowledge: await mirror.knowledge(places) }
}

/** Whether the mirror names the clients of a fresh list, so that each is read: it cannot ask for those that it does not know. */
async function isAskedByClient(mirror: Mirror, request: ListRequest): Promise<boolean> {
  if (isOfOneProvider(request)) return false
  const knowledge = await mirror.knowledge(request.places)
  return knowledge.every(({ complete }) => complete)
}

/**
 * Whether it is a list of all clients of one provider, whose own list is as fast as reading each,
 * and up to date.
 */
function isOfOneProvider(request: ListRequest): boolean {
  const { text, terms } = request.filter
  return providersOf(request).size === 1 && text === undefined && terms.length === 0
}

const providersOf = ({ places }: ListRequest) => new Set(places.map(({ provider }) => provider))

const live = async (service: Service, request: ListRequest): Promise<ListResult> =>
  isWithin(service, request)
    ? { ...(await liveWithin(service, request, callFor(service, request))), knowledge: [] }
    : liveWhole(service, request)

const liveWhole = async (service: Service, request: ListRequest): Promise<ListResult> => ({
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
  const { places, filter, limit, fresh, from } = request
  const after = from?.kind === 'mirror' ? { after: from.after } : {}
  const { matches, next } = await mirror.search({ places, ...filter, ...after, limit })
  const clients: Mirrored[] = []
  for (const one of matches) {
    const opened = mirroredOf(service, one)
    if (opened !== undefined) clients.push(opened)
    // The installation has another key now, so everything must be read again.
    else await mirror.forget(one.client)
  }
  return {
    ...(fresh ? await asNow(service, mirror, request, clients) : { clients }),
    ...(next === undefined ? {} : { next: { kind: 'mirror', after: next } }),
  }
}

/**
 * The clients of a page as their providers hold them now. A client that cannot be read in time is
 * shown as last seen, and counted as such. If only one provider is listed and nothing can be read
 * there, the request fails; but a page of a longer list must not keep a reader from the following
 * pages.
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
  const matches: Mirrored[] = []
  const unread = new Map<string, Unread>()
  for (const [index, result] of read.entries()) {
    const before = clients[index]
    if (result.status === 'fulfilled') {
      const now = result.value
      if (now !== undefined && (await fits(service, now, request.filter))) matches.push(now)
    } else {
      if (!isClientError(result.reason)) throw result.reason
      if (before === undefined) continue
      matches.push(before)
      countUnread(unread, before, result.reason.code)
    }
  }
  return { clients: matches, unread: [...unread.values()] }
}

/** Whether the provider has failed; a record that is not a client is not a failure of the provider. */
const isFailure = (read: PromiseSettledResult<unknown>): boolean =>
  read.status === 'rejected' &&
  !(isClientError(read.reason) && read.reason.details.found !== undefined)

function countUnread(
  unread: Map<string, Unread>,
  { ref: { id: _, ...place }, verifiedAt }: Mirrored,
  code: ErrorCode,
): void {
  const key = JSON.stringify(place)
  const gap = unread.get(key) ?? { place, code, clients: 0, oldest: verifiedAt }
  const { clients, oldest } = gap
  unread.set(key, { ...gap, clients: clients + 1, oldest: Math.min(oldest, verifiedAt) })
}

/** One operation for all calls of a request. */
function callFor(service: Service, request: ListRequest): Call {
  return callOf(service, { ...request, operationId: request.requestId })
}
