/**
 * Jobs as the views read them. One that is at work is looked at every second, one that waits for someone less often, and one that
 * has ended not again; nothing is asked for while the page is hidden.
 */

import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Job, JobOutcome, JobResult, JobState, Page } from '../../sdk/index.ts'
import { hrefOf, type Place, replacePlace } from '../frame/place.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'

const JOBS_LIMIT = 50
const RESULTS_LIMIT = 100
/** How often a job is looked at that comes on by itself, and one that waits for someone (milliseconds). */
const AT_WORK_MS = 1_000
const RESTING_MS = 10_000

export const JOB_STATES = Object.keys(TEXTS.jobStates) as readonly JobState[]
export const JOB_OUTCOMES = Object.keys(TEXTS.jobOutcomes) as readonly JobOutcome[]

export const isEnded = ({ state }: Pick<Job, 'state'>): boolean =>
  state === 'done' || state === 'cancelled'
export const isAtWork = ({ state }: Pick<Job, 'state'>): boolean =>
  state === 'submitted' || state === 'planning' || state === 'running'

type JobParam = 'state' | 'actor' | 'outcome'

export const paramOf = ({ params }: Place, name: JobParam): string => params.get(name) ?? ''

/** Says another filter of the view in the address. */
export const changeFilter = (place: Place, name: JobParam, value: string) =>
  replacePlace(hrefOf(place.view, { ...Object.fromEntries(place.params), [name]: value }))

/**
 * Jobs that the caller may read, newest first. The server does not know of states here, so pages are read until there are enough, or
 * none is left; `read` is how many were looked at.
 */
export function useJobs(place: Place) {
  const actor = paramOf(place, 'actor').trim()
  const state = JOB_STATES.find((one) => one === paramOf(place, 'state'))
  const found = useInfiniteQuery({
    queryKey: ['jobs', actor],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        ...(actor === '' ? {} : { actor, actorIssuer: 'any' }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      }
      return (await api.listJobs({ ...query, limit: JOBS_LIMIT, signal })).body
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: RESTING_MS,
  })
  const all = found.data?.pages.flatMap(({ items }): readonly Job[] => items) ?? []
  const items = state === undefined ? all : all.filter((job) => job.state === state)
  const { hasNextPage, isFetching, fetchNextPage, error } = found
  const isShort = state !== undefined && items.length < JOBS_LIMIT
  useEffect(() => {
    if (isShort && hasNextPage && !isFetching && error === null) void fetchNextPage()
  }, [isShort, hasNextPage, isFetching, fetchNextPage, error])
  return { ...found, items, read: all.length, isSearching: isShort && hasNextPage }
}

/** One job as it stands. */
export const useJob = (id: string) =>
  useQuery({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => (await api.getJob(id, { signal })).body,
    staleTime: 0,
    refetchOnWindowFocus: ({ state }) => state.data !== undefined && !isEnded(state.data),
    refetchInterval: ({ state }) => {
      if (state.data === undefined || isEnded(state.data)) return false
      return isAtWork(state.data) ? AT_WORK_MS : RESTING_MS
    },
  })

type ResultPages = InfiniteData<Page<JobResult>, string>

const pageOfResults = async (id: string, cursor: string, signal: AbortSignal) =>
  (
    await api.getJobResults(id, {
      ...(cursor === '' ? {} : { cursor }),
      ...{ limit: RESULTS_LIMIT, signal },
    })
  ).body

/**
 * All results of a job, page by page until there is none left. What is known does not change, so when the job has come on (`at`)
 * only its last page is read again.
 */
export function useResults(id: string, at: string | undefined) {
  const queries = useQueryClient()
  const queryKey = ['job-results', id]
  const found = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => pageOfResults(id, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { data, hasNextPage, isFetching, fetchNextPage } = found
  const last = useQuery({
    queryKey: ['job-results-last', id, at],
    queryFn: async ({ signal }) => {
      const cursor = queries.getQueryData<ResultPages>(queryKey)?.pageParams.at(-1) ?? ''
      const page = await pageOfResults(id, cursor, signal)
      queries.setQueryData<ResultPages>(
        queryKey,
        (before) => before && { ...before, pages: [...before.pages.slice(0, -1), page] },
      )
      return at ?? ''
    },
    enabled: at !== undefined && data !== undefined && !hasNextPage,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const error = found.error ?? last.error
  useEffect(() => {
    if (hasNextPage && !isFetching && error === null) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage, error])
  return {
    pages: data?.pages,
    error,
    isWhole: data !== undefined && !hasNextPage,
    again: () => void (found.error === null ? last.refetch() : fetchNextPage()),
  }
}

/** Every result of a job, of all pages. */
export async function allResults(id: string, signal: AbortSignal): Promise<readonly JobResult[]> {
  const results: JobResult[] = []
  for await (const result of api.jobResults(id, { limit: RESULTS_LIMIT, signal })) {
    results.push(result)
  }
  return results
}

/** One client of a job: what its dry run found, and what became of it. */
export interface JobRow {
  readonly item: number
  readonly client: JobResult['client']
  readonly plan?: JobResult
  readonly run?: JobResult
}

/** Results by client, in the order of the job. */
export function rowsOf(results: readonly JobResult[]): readonly JobRow[] {
  const rows = new Map<number, JobRow>()
  for (const result of results) {
    const { item, client, phase } = result
    rows.set(item, { ...rows.get(item), item, client, [phase]: result })
  }
  return [...rows.values()].sort((one, other) => one.item - other.item)
}

/** How a client stands. */
export const outcomeOf = ({ plan, run }: JobRow): JobOutcome => (run ?? plan)?.outcome ?? 'planned'

/** It is to be changed, and was not yet. */
export const isOpen = ({ plan, run }: JobRow): boolean =>
  plan?.outcome === 'planned' && run === undefined
