/** What the view of one client reads: the client, what its provider can hold, and what is known about its values. */

import { queryOptions, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type {
  Caller,
  ClientAddress,
  Finding,
  HistoryItem,
  OwnedValue,
  Permission,
  Provider,
} from '../../sdk/index.ts'
import { api } from '../frame/session.ts'

/** Of one page of the history. */
const HISTORY_LIMIT = 50

const keyOf = ({ id, provider = '', userPoolId = '' }: ClientAddress) => [provider, userPoolId, id]

/** The client, with the `ETag` of its state. */
export const useClient = (address: ClientAddress) =>
  useQuery({
    queryKey: ['client', ...keyOf(address)],
    queryFn: async ({ signal }) => {
      const { body, etag = '' } = await api.getClient(address, { signal })
      return { client: body, etag }
    },
    staleTime: Number.POSITIVE_INFINITY,
    // What is on the screen while someone edits it changes only when they see it.
    refetchOnReconnect: false,
  })

/** What a provider can hold, and why not. */
export const providerQuery = (id: string) =>
  queryOptions({
    queryKey: ['provider', id],
    queryFn: async ({ signal }): Promise<Provider> => (await api.getProvider(id, { signal })).body,
    staleTime: 300_000,
  })

export const useProvider = (id: string) => useQuery(providerQuery(id))

/** Who calls, and what they may do where. */
export const useCaller = () =>
  useQuery({
    queryKey: ['whoami'],
    queryFn: async ({ signal }): Promise<Caller> => (await api.getCaller({ signal })).body,
    staleTime: 60_000,
  })

/**
 * What the caller may do at a provider: also what holds within limits, which only the server can judge, and what takes a fresh
 * sign-in first.
 */
export function rightsAt(caller: Caller | undefined, provider: string): readonly Permission[] {
  const at = caller?.providers.find((one) => one.provider === provider)
  if (at === undefined) return []
  const limited = (at.limited ?? []).flatMap(({ permissions }) => permissions)
  return [...at.permissions, ...limited, ...(at.afterSignIn ?? [])]
}

/** Permissions whose changes can wait for an approval (docs/security.md). */
export const CHANGES: readonly Permission[] = [
  ...(['clients:write', 'clients:delete', 'clients:protect', 'clients:suspend'] as const),
  ...(['clients:assign', 'clients:privileged', 'leases:write', 'keys:manage'] as const),
  ...(['secrets:rotate', 'access:grant'] as const),
]

/** Whether a caller can approve anything at a provider: it takes a grant that asks for no approval itself. */
export function mayApproveAt(caller: Caller, provider: string): boolean {
  const at = caller.providers.find((one) => one.provider === provider)
  const limited = (at?.limited ?? []).filter(({ approval }) => approval === undefined)
  const atOnce = [
    ...(at?.permissions ?? []),
    ...(at?.afterSignIn ?? []),
    ...limited.flatMap(({ permissions }) => permissions),
  ]
  return atOnce.some((one) => CHANGES.includes(one))
}

/** Whose the values of lists are. Without an answer the values are shown alone. */
export const useValues = (address: ClientAddress) =>
  useQuery({
    queryKey: ['values', ...keyOf(address)],
    queryFn: async ({ signal }): Promise<readonly OwnedValue[]> =>
      (await api.listValues(address, { signal })).body.values,
  })

/** What deserves a second look. */
export const useFindings = (address: ClientAddress) =>
  useQuery({
    queryKey: ['findings', ...keyOf(address)],
    queryFn: async ({ signal }): Promise<readonly Finding[]> =>
      (await api.lintClient(address, { signal })).body.findings,
  })

/** The secrets that are live, without their values. */
export const useSecrets = (address: ClientAddress) =>
  useQuery({
    queryKey: ['secrets', ...keyOf(address)],
    queryFn: async ({ signal }) => (await api.listSecrets(address, { signal })).body,
  })

/** The public keys. */
export const useKeys = (address: ClientAddress) =>
  useQuery({
    queryKey: ['keys', ...keyOf(address)],
    queryFn: async ({ signal }) => (await api.listKeys(address, { signal })).body,
  })

/** How often a move is looked at that the provider is not known yet to accept (milliseconds). */
const MOVING_MS = 5_000

/** The open moves of redirect URIs; they go on by themselves. */
export const useMoves = (address: ClientAddress) =>
  useQuery({
    queryKey: ['moves', ...keyOf(address)],
    queryFn: async ({ signal }) => (await api.listMoves(address, { signal })).body,
    refetchInterval: ({ state }) =>
      state.data?.moves.some((one) => one.state === 'widening') === true ? MOVING_MS : false,
  })

/** The changes, newest first. */
export function useHistory(address: ClientAddress, enabled: boolean) {
  const found = useInfiniteQuery({
    queryKey: ['history', ...keyOf(address)],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === '' ? {} : { cursor: pageParam }
      return (await api.getClientHistory(address, { ...cursor, limit: HISTORY_LIMIT, signal })).body
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    enabled,
  })
  const items = found.data?.pages.flatMap(({ items }): readonly HistoryItem[] => items) ?? []
  return { ...found, items }
}

/** Reads everything about the client anew. */
export function useRefresh(address: ClientAddress) {
  const queries = useQueryClient()
  return async (isGone: boolean) => {
    await queries.invalidateQueries({ queryKey: ['clients'] })
    if (isGone) return
    const names = ['client', 'values', 'findings', 'history', 'secrets', 'keys', 'moves']
    await Promise.all(
      names.map((name) => queries.invalidateQueries({ queryKey: [name, ...keyOf(address)] })),
    )
  }
}

/** A plan stays as it was shown, and what is known of a job's clients does not change. */
const KEPT: readonly string[] = ['plan', 'job-results']

/** Reads everything else anew, after what can have changed any client. */
export function useRefreshAll() {
  const queries = useQueryClient()
  return useCallback(
    () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => !KEPT.includes(String(queryKey[0])),
      }),
    [queries],
  )
}
