/** What the history is searched for, as the address says it, and what answers it. */

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { HistoryItem, HistoryOutcome, HistoryQuery } from '../../sdk/index.ts'
import { hrefOf, type Place, replacePlace } from '../frame/place.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'

const LIMIT = 50
const DAY_MS = 86_400_000
/** The days that are counted where none are chosen. */
const DAYS = 30

export type HistoryParam = 'provider' | 'outcome' | 'actor' | 'from' | 'to'

export const paramOf = ({ params }: Place, name: HistoryParam): string => params.get(name) ?? ''

/** Says another search in the address. */
export const changeHistory = (place: Place, name: HistoryParam, value: string) =>
  replacePlace(hrefOf('history', { ...Object.fromEntries(place.params), [name]: value }))

export const OUTCOMES = Object.keys(TEXTS.outcomes) as readonly HistoryOutcome[]

/** Days as the address has them, from the beginning of the first to the end of the last. */
function periodOf(place: Place): Pick<HistoryQuery, 'from' | 'to'> {
  const [from, to] = [dayOf(paramOf(place, 'from')), dayOf(paramOf(place, 'to'))]
  return {
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(to + DAY_MS).toISOString() }),
  }
}

function dayOf(text: string): number | undefined {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

/** The changes that are found, page after page. */
export function useChanges(place: Place) {
  const provider = paramOf(place, 'provider')
  const outcome = OUTCOMES.find((one) => one === paramOf(place, 'outcome'))
  const actor = paramOf(place, 'actor').trim()
  const query: HistoryQuery = {
    ...periodOf(place),
    ...(provider === '' ? {} : { provider }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(actor === '' ? {} : { actor, actorIssuer: 'any' }),
  }
  const found = useInfiniteQuery({
    queryKey: ['changes', query],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === '' ? {} : { cursor: pageParam }
      return (await api.searchHistory({ ...query, ...cursor, limit: LIMIT, signal })).body
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  })
  const items = found.data?.pages.flatMap(({ items }): readonly HistoryItem[] => items) ?? []
  return { ...found, items }
}

/** How many there are on each day of the period, by all actors. */
export function useCounts(place: Place) {
  const provider = paramOf(place, 'provider')
  const period = periodOf(place)
  return useQuery({
    queryKey: ['counts', provider, period],
    queryFn: async ({ signal }) => {
      const query = { ...period, ...(provider === '' ? {} : { provider }) }
      const { body } = await api.getHistoryCounts({ ...query, signal })
      const start = period.from ?? new Date(Date.parse(body.to) - DAYS * DAY_MS).toISOString()
      return { ...body, isCut: Date.parse(body.from) > Date.parse(start) + DAY_MS }
    },
    placeholderData: keepPreviousData,
  })
}
