/** Requests for approval as the views read them: by state, and one by one. They are read again while someone may decide them. */

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ApprovalRequest, RequestState } from '../../sdk/index.ts'
import type { Place } from '../frame/place.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'

const LIMIT = 50
/** How often is looked whether someone has decided (milliseconds). */
const WAITING_MS = 10_000
/** How often is looked what has become of one that is being carried out (milliseconds). */
const UNDER_WAY_MS = 2_000

export const REQUEST_STATES = Object.keys(TEXTS.requestStates) as readonly RequestState[]

/** Stands in the address for requests in any state. */
export const ANY_STATE = 'any'

/** The state that the address names: without one, those that wait; `undefined`: any. */
export function stateIn({ params }: Place): RequestState | undefined {
  const named = params.get('state') ?? 'pending'
  return REQUEST_STATES.find((one) => one === named)
}

/** Requests that the caller may know of, newest first, page after page. */
export function useRequests(state: RequestState | undefined) {
  const found = useInfiniteQuery({
    queryKey: ['requests', state ?? ANY_STATE],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        ...(state === undefined ? {} : { state }),
        ...(pageParam === '' ? {} : { cursor: pageParam }),
      }
      return (await api.listRequests({ ...query, limit: LIMIT, signal })).body
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: WAITING_MS,
  })
  const items = found.data?.pages.flatMap(({ items }): readonly ApprovalRequest[] => items) ?? []
  return { ...found, items }
}

/** One request. */
export const useRequest = (id: string) =>
  useQuery({
    queryKey: ['request', id],
    queryFn: async ({ signal }) => (await api.getRequest(id, { signal })).body,
    refetchInterval: ({ state }) => {
      if (state.data?.state === 'pending') return WAITING_MS
      return state.data?.state === 'approved' ? UNDER_WAY_MS : false
    },
  })

/** The change that came of a request. */
export const useOperation = (id: string) =>
  useQuery({
    queryKey: ['operation', id],
    queryFn: async ({ signal }) => (await api.getOperation(id, { signal })).body,
  })

/** The id of an operation as people read it: `updateClient` is "Update client". */
export const titleOf = (operation: string): string => {
  const words = operation.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
