/** What the table searches for, as the address says it, and the pages that answer it. */

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ClientQuery, ListedClient } from '../../sdk/index.ts'
import { hrefOf, type Place, replacePlace } from '../frame/place.ts'
import { api } from '../frame/session.ts'
import { columnsOf } from './columns.tsx'

/** Of the first page: more than a screen shows, and no more than is there at once after each key. */
export const FIRST_LIMIT = 40
/** Of each further one. */
const LIMIT = 100
/** Longer ones are refused (docs/http.md). */
const LONGEST_SEARCH = 200

/** Parameters of the address, as they stand there. */
type SearchParam = 'q' | 'provider' | 'grant' | 'state' | 'filter' | 'cols'

export const paramOf = ({ params }: Place, name: SearchParam): string => params.get(name) ?? ''

/** Says another search in the address. */
export function changeSearch(
  place: Place,
  changes: { readonly [N in SearchParam]?: string | undefined },
) {
  replacePlace(hrefOf('clients', { ...Object.fromEntries(place.params), ...changes }))
}

/** The columns that the address chooses; the same ones as long as it does. */
export function useColumns({ params }: Place) {
  const said = params.get('cols')
  return useMemo(() => columnsOf(said), [said])
}

/** Whether anything narrows what is shown. */
export const isSearch = (place: Place): boolean => Object.keys(queryOf(place)).length > 0

function queryOf(place: Place): ClientQuery {
  const q = paramOf(place, 'q').trim().slice(0, LONGEST_SEARCH)
  const provider = paramOf(place, 'provider')
  const grant = paramOf(place, 'grant')
  const filters = [
    grant === '' ? '' : `grantTypes:${grant}`,
    paramOf(place, 'state'),
    paramOf(place, 'filter').trim(),
  ].filter((one) => one !== '')
  return {
    ...(q === '' ? {} : { q }),
    ...(provider === '' ? {} : { provider }),
    ...(filters.length === 0 ? {} : { filter: filters.join(',') }),
  }
}

/** The clients that are found, page after page; what was found before is shown until then. */
export function useClients(place: Place) {
  const query = queryOf(place)
  const found = useInfiniteQuery({
    queryKey: ['clients', query],
    queryFn: async ({ pageParam, signal }) => {
      const page = pageParam === '' ? { limit: FIRST_LIMIT } : { cursor: pageParam, limit: LIMIT }
      return (await api.listClients({ ...query, ...page, signal })).body
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  })
  const { data } = found
  // The same lists until there is another answer, so that the table is drawn once for each.
  const lists = useMemo(() => {
    const pages = data?.pages ?? []
    return {
      clients: pages.flatMap(({ clients }): readonly ListedClient[] => clients),
      unreadable: pages.flatMap(({ unreadable = [] }) => unreadable),
      incomplete: (pages[0]?.mirror ?? []).filter(({ complete }) => !complete),
    }
  }, [data])
  return { ...found, ...lists }
}

/** The providers that the caller may use. */
export const useProviders = () =>
  useQuery({
    queryKey: ['providers'],
    queryFn: async ({ signal }) => (await api.listProviders({ signal })).body.providers,
    staleTime: 300_000,
  })

/** Where a client is shown. */
export const hrefOfClient = ({
  id,
  provider,
  userPoolId,
}: Pick<ListedClient, 'id' | 'provider' | 'userPoolId'>) =>
  hrefOf('client', { provider, pool: userPoolId, id })
