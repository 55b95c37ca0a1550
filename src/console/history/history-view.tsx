/** What was done to any client, newest first, by filters that stand in the address, with a chart of how much there was on which day. */

import { type ReactNode, useEffect, useId, useState } from 'react'
import { Entry } from '../client/timeline.tsx'
import { useProviders } from '../clients/client-search.ts'
import { Failure } from '../frame/failure.tsx'
import { ChoiceInput } from '../frame/form.tsx'
import { hrefOf, type Place } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { HistoryChart } from './history-chart.tsx'
import {
  changeHistory,
  type HistoryParam,
  OUTCOMES,
  paramOf,
  useChanges,
  useCounts,
} from './history-data.ts'

export function HistoryView({ place }: { readonly place: Place }): ReactNode {
  const found = useChanges(place)
  const { items, error, refetch, hasNextPage, fetchNextPage, isPending, isFetchingNextPage } = found
  const counts = useCounts(place)
  useEffect(() => {
    document.title = `${TEXTS.history} · ${TEXTS.name}`
  }, [])
  return (
    <div className="client" aria-busy={isPending}>
      <h1>{TEXTS.historyTitle}</h1>
      <Filters place={place} />
      {counts.error !== null && (
        <Failure error={counts.error} again={() => void counts.refetch()} />
      )}
      {counts.data !== undefined && <HistoryChart counts={counts.data} />}
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <p className="loading">{TEXTS.loading}</p>}
      {!isPending && items.length === 0 && error === null && (
        <div className="empty">
          {place.params.size === 0 ? (
            <>
              <h2>{TEXTS.noHistory}</h2>
              <p>{TEXTS.noHistorySays}</p>
            </>
          ) : (
            <>
              <h2>{TEXTS.noChanges}</h2>
              <p>{TEXTS.noChangesSays}</p>
              <a href={hrefOf('history', {})}>{TEXTS.removeFilters}</a>
            </>
          )}
        </div>
      )}
      <div className="timeline">
        <ol>
          {items.map((item) => (
            <Entry
              key={`${JSON.stringify(item.client)} ${item.revision} ${item.kind} ${item.at}`}
              item={item}
              isAmongOthers
            />
          ))}
        </ol>
      </div>
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {TEXTS.moreHistory}
        </button>
      )}
    </div>
  )
}

function Filters({ place }: { readonly place: Place }): ReactNode {
  const { data: providers = [] } = useProviders()
  return (
    <search className="search">
      <ChoiceInput
        label={TEXTS.provider}
        value={paramOf(place, 'provider')}
        options={[['', TEXTS.anyProvider], ...providers.map(({ id }) => [id, id] as const)]}
        onChange={(one) => changeHistory(place, 'provider', one)}
      />
      <ChoiceInput
        label={TEXTS.outcome}
        value={paramOf(place, 'outcome')}
        options={[
          ['', TEXTS.anyOutcome],
          ...OUTCOMES.map((one) => [one, TEXTS.outcomes[one]] as const),
        ]}
        onChange={(one) => changeHistory(place, 'outcome', one)}
      />
      <Entered place={place} name="actor" label={TEXTS.who} type="text" />
      <Entered place={place} name="from" label={TEXTS.since} type="date" />
      <Entered place={place} name="to" label={TEXTS.until} type="date" />
    </search>
  )
}

interface EnteredProps {
  readonly place: Place
  readonly name: HistoryParam
  readonly label: string
  readonly type: 'text' | 'date'
}

/** Searched for once it is entered: a part of a name is no one's. */
function Entered({ place, name, label, type }: EnteredProps): ReactNode {
  const inAddress = paramOf(place, name)
  const [text, setText] = useState(inAddress)
  const id = useId()
  useEffect(() => setText(inAddress), [inAddress])
  return (
    <label htmlFor={id}>
      <span>{label}</span>
      <input
        id={id}
        type={type}
        value={text}
        maxLength={255}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => setText(target.value)}
        onBlur={() => changeHistory(place, name, text)}
        onKeyDown={({ key }) => {
          if (key === 'Enter') changeHistory(place, name, text)
        }}
      />
    </label>
  )
}
