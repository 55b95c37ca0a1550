/** What lint finds, as the address asks for it: page after page of clients, put together by rule. */

import { useInfiniteQuery } from '@tanstack/react-query'
import type { ClientName, Finding, LintPage, LintQuery, Severity } from '../../sdk/index.ts'
import { hrefOf, type Place, replacePlace } from '../frame/place.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'

/** Clients that are checked for one page. */
const LIMIT = 100

export const SEVERITIES = Object.keys(TEXTS.severities) as readonly Severity[]

export type FindingParam = 'rule' | 'severity' | 'provider' | 'pool'

export const paramOf = ({ params }: Place, name: FindingParam): string => params.get(name) ?? ''

/** Says other filters in the address. */
export const changeFilters = (
  { params }: Place,
  changes: { readonly [N in FindingParam]?: string },
): void => replacePlace(hrefOf('findings', { ...Object.fromEntries(params), ...changes }))

/** A finding, and the clients that it is about: one, or several that share something. */
export interface Found {
  readonly clients: readonly ClientName[]
  /** Not all of them are named where it is more. */
  readonly count: number
  readonly finding: Finding
}

export interface RuleGroup extends Pick<Finding, 'rule' | 'severity' | 'source'> {
  readonly found: readonly Found[]
}

/** The pages that were asked for so far; severities above the one that is asked for come along, and are left out later. */
export function useFound(place: Place) {
  const [provider, pool] = [paramOf(place, 'provider'), paramOf(place, 'pool')]
  const severity = SEVERITIES.find((one) => one === paramOf(place, 'severity'))
  const query: LintQuery = {
    ...(provider === '' ? {} : { provider }),
    ...(provider === '' || pool === '' ? {} : { userPoolId: pool }),
    ...(severity === undefined ? {} : { severity }),
  }
  const lint = useInfiniteQuery({
    queryKey: ['lint', query],
    queryFn: async ({ pageParam, signal }) => {
      const cursor = pageParam === '' ? {} : { cursor: pageParam }
      return (await api.lintClients({ ...query, ...cursor, limit: LIMIT, signal })).body
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  })
  const pages = lint.data?.pages ?? []
  const groups = groupsOf(pages).filter(
    (one) => severity === undefined || one.severity === severity,
  )
  return { ...lint, pages, groups }
}

/** By rule: the most severe first, then by how many there are. */
function groupsOf(pages: readonly LintPage[]): readonly RuleGroup[] {
  const found = pages.flatMap(({ items, shared }): readonly Found[] => [
    ...items.flatMap(({ client, findings }) =>
      findings.map((finding) => ({ clients: [client], count: 1, finding })),
    ),
    ...shared.map(({ clients, count, ...finding }) => ({ clients, count, finding })),
  ])
  const groups = new Map<string, RuleGroup>()
  for (const one of found) {
    const { rule, severity, source } = one.finding
    const before = groups.get(rule)?.found ?? []
    groups.set(rule, { rule, severity, source, found: [...before, one] })
  }
  return [...groups.values()].sort(
    (one, other) =>
      SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
      other.found.length - one.found.length,
  )
}
