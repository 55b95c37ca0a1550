/** What lint finds on all clients, by rule, severity and place, with the plan of each fix before it. */

import { type ReactNode, useEffect } from 'react'
import { visible } from '../../core/page/text.ts'
import type { ClientName } from '../../sdk/index.ts'
import { useCaller, useRefreshAll } from '../client/client-data.ts'
import { useProposal } from '../client/use-proposal.tsx'
import { Failure } from '../frame/failure.tsx'
import { ChoiceInput } from '../frame/form.tsx'
import { hrefOf, type Place } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { placeName, useOverview } from '../overview/overview-data.ts'
import { changeFilters, paramOf, type RuleGroup, SEVERITIES, useFound } from './findings-data.ts'
import { Rule } from './rule-group.tsx'

/** Pages that are asked for without being asked to: some hundred clients. */
const PAGES = 5

export function FindingsView({ place }: { readonly place: Place }): ReactNode {
  const found = useFound(place)
  const { groups, pages, error, refetch, isPending, isFetching, hasNextPage, fetchNextPage } = found
  const { data: caller } = useCaller()
  const says = useClauses()
  const { propose, panel, done } = useProposal(useRefreshAll())
  const rule = paramOf(place, 'rule')
  const shown = groups.filter((one) => rule === '' || one.rule === rule)
  useEffect(() => {
    document.title = `${TEXTS.findings} · ${TEXTS.name}`
  }, [])
  useEffect(() => {
    if (hasNextPage && !isFetching && error === null && pages.length < PAGES) void fetchNextPage()
  }, [hasNextPage, isFetching, error, pages.length, fetchNextPage])
  return (
    <div className="client findings" aria-busy={isPending}>
      <h1>{TEXTS.findings}</h1>
      <p className="quiet">{TEXTS.findingsSay}</p>
      <Filters place={place} groups={groups} />
      {done}
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && error === null && <p className="loading">{TEXTS.loading}</p>}
      {shown.map((group) => (
        <Rule
          key={group.rule}
          group={group}
          says={says.get(group.rule)}
          isOpen={shown.length === 1}
          {...{ caller, propose }}
        />
      ))}
      {shown.length === 0 && !isPending && !hasNextPage && error === null && (
        <Nothing place={place} />
      )}
      <footer className="status">
        <output aria-live="polite">
          {!isPending &&
            (isFetching ? TEXTS.checking : hasNextPage ? TEXTS.moreToCheck : TEXTS.allChecked)}
        </output>
        {hasNextPage && !isFetching && (
          <button type="button" onClick={() => void fetchNextPage()}>
            {TEXTS.checkMore}
          </button>
        )}
      </footer>
      {panel}
    </div>
  )
}

/** What each rule looks for, as the overview says it. */
function useClauses(): ReadonlyMap<string, string> {
  const { data } = useOverview()
  return new Map((data?.rules ?? []).map(({ rule, says }) => [rule, says]))
}

function Nothing({ place }: { readonly place: Place }): ReactNode {
  return (
    <div className="empty">
      {place.params.size === 0 ? (
        <>
          <h2>{TEXTS.nothingFound}</h2>
          <p>{TEXTS.nothingFoundSays}</p>
        </>
      ) : (
        <>
          <h2>{TEXTS.noFindingMatches}</h2>
          <p>{TEXTS.noChangesSays}</p>
          <a href={hrefOf('findings', {})}>{TEXTS.removeFilters}</a>
        </>
      )}
    </div>
  )
}

type ClientPlace = Pick<ClientName, 'provider' | 'userPoolId'>

interface FiltersProps {
  readonly place: Place
  readonly groups: readonly RuleGroup[]
}

function Filters({ place, groups }: FiltersProps): ReactNode {
  const { data } = useOverview()
  const absent = (data?.absent ?? []).filter(
    ({ part, reason }) => part === 'clients' && reason === 'limit',
  )
  const places = [...(data?.places ?? []), ...absent].map(({ provider, userPoolId }) => ({
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
  }))
  const provider = paramOf(place, 'provider')
  const pool = paramOf(place, 'pool')
  const rule = paramOf(place, 'rule')
  const current = provider === '' ? '' : JSON.stringify([provider, pool])
  const rules = [...groups.map((one) => one.rule), rule]
  return (
    <search className="search">
      <ChoiceInput
        label={TEXTS.place}
        value={current}
        options={optionsOf(places, current)}
        onChange={(value) => {
          const [one = '', other = ''] = JSON.parse(value || '[]') as string[]
          changeFilters(place, { provider: one, pool: other })
        }}
      />
      <ChoiceInput
        label={TEXTS.severityLabel}
        value={paramOf(place, 'severity')}
        options={[
          ['', TEXTS.anyOutcome],
          ...SEVERITIES.map((one) => [one, TEXTS.severities[one]] as const),
        ]}
        onChange={(severity) => changeFilters(place, { severity })}
      />
      <ChoiceInput
        label={TEXTS.rule}
        value={rule}
        options={[
          ['', TEXTS.anyOutcome],
          ...[...new Set(rules)]
            .filter((one) => one !== '')
            .map((one) => [one, visible(one)] as const),
        ]}
        onChange={(one) => changeFilters(place, { rule: one })}
      />
    </search>
  )
}

/** The places, and the one that the address names where it is none of them. */
function optionsOf(
  places: readonly ClientPlace[],
  current: string,
): readonly (readonly [string, string])[] {
  const known = places.map(
    (one) =>
      [JSON.stringify([one.provider, one.userPoolId ?? '']), visible(placeName(one))] as const,
  )
  const isKnown = current === '' || known.some(([value]) => value === current)
  const named = (JSON.parse(current || '[]') as string[]).filter((one) => one !== '')
  return [
    ['', TEXTS.everywhere],
    ...known,
    ...(isKnown ? [] : [[current, visible(named.join(' / '))] as const]),
  ]
}
