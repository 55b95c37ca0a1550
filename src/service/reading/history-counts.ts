/**
 * How many changes ended, by day and outcome: places of the history are counted without being opened, except for a caller who may
 * not know of all clients.
 */

import { type ClientName, resourceOf } from '../../store/resource.ts'
import {
  type Place,
  SEARCHED_OUTCOMES,
  type SearchedOutcome,
  type SearchResult,
} from '../../store/store.ts'
import { checkDeadline } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { itemOfPlace } from './history.ts'

export interface CountRequest {
  readonly providers: readonly string[]
  /** Epoch milliseconds; `to` no longer belongs to it. */
  readonly from: number
  readonly to: number
  readonly deadline: number
  /** Those that are counted; absent: all. */
  readonly outcomes?: readonly SearchedOutcome[]
  /** Whether the caller may know of a client; asked where its grants are limited. */
  mayKnow(client: ClientName): Promise<boolean>
}

export interface Counts {
  /** Days without any are absent; by the date in UTC. */
  readonly days: ReadonlyMap<string, Readonly<Partial<Record<SearchedOutcome, number>>>>
  /** The first moment from which all are counted; later than asked for where there are too many. */
  readonly from: number
}

/** Of one kind at one provider; those before are not counted. */
const MOST = 10_000
/** The same for a caller for whom each has to be opened. */
const MOST_OPENED = 1_000
const PAGE = 500

/**
 * Counts what ended or was noticed.
 * @throws ClientError `deadline_exceeded`
 */
export async function countHistory(service: Service, request: CountRequest): Promise<Counts> {
  const { outcomes = SEARCHED_OUTCOMES } = request
  const streams = request.providers.flatMap((provider) =>
    outcomes.map((outcome) => ({ provider, outcome })),
  )
  const decisions = new Map<string, Promise<boolean>>()
  const isVisible = (client: ClientName): Promise<boolean> => {
    const name = resourceOf(client)
    const decision = decisions.get(name) ?? request.mayKnow(client)
    decisions.set(name, decision)
    return decision
  }
  const found = await Promise.all(
    streams.map((stream) => timesOf(service, { ...request, ...stream, isVisible })),
  )
  const from = Math.max(request.from, ...found.map((one) => one.from))
  const days = new Map<string, Partial<Record<SearchedOutcome, number>>>()
  for (const { outcome, times } of found) {
    for (const time of times.filter((one) => one >= from)) {
      const day = new Date(time).toISOString().slice(0, 10)
      const counts = days.get(day) ?? {}
      counts[outcome] = (counts[outcome] ?? 0) + 1
      days.set(day, counts)
    }
  }
  return { days: new Map([...days].sort(([one], [other]) => (one < other ? -1 : 1))), from }
}

interface Stream extends Omit<CountRequest, 'providers' | 'mayKnow'> {
  readonly provider: string
  readonly outcome: SearchedOutcome
  isVisible(client: ClientName): Promise<boolean>
}

/** When each of one kind was, newest first, as far back as they are counted. */
async function timesOf(
  service: Service,
  { provider, outcome, from, to, deadline, isVisible }: Stream,
): Promise<{ outcome: SearchedOutcome; times: readonly number[]; from: number }> {
  const isLimited = service.access?.({ provider }) !== undefined
  const shown = async (one: SearchResult) =>
    !isLimited || isVisible((await itemOfPlace(service, one)).client)
  const times: number[] = []
  let after: Place | undefined
  for (let seen = 0; ; ) {
    checkDeadline(service, deadline)
    const page = await service.store.search({
      ...{ provider, outcome, from, to, limit: PAGE },
      ...(after && { after }),
    })
    const visible = await Promise.all(page.map(shown))
    times.push(...page.filter((_, index) => visible[index]).map(({ place }) => place.at))
    after = page.at(-1)?.place
    if (page.length < PAGE || after === undefined) return { outcome, times, from }
    seen += page.length
    // Others can be at the very same moment.
    if (seen >= (isLimited ? MOST_OPENED : MOST)) return { outcome, times, from: after.at + 1 }
  }
}
