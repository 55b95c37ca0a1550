/** Changes of the last 30 days: what was done by day, what is open, what others did, and what no one could complete or undo. */

import type { ReactNode } from 'react'
import type { HistoryOutcome, Overview } from '../../sdk/index.ts'
import { Time } from '../clients/columns.tsx'
import { Failure } from '../frame/failure.tsx'
import { hrefOf } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { HistoryChart } from '../history/history-chart.tsx'
import { useCounts } from '../history/history-data.ts'

const ALL = { view: 'history', params: new URLSearchParams() }

export function Changes({ changes }: Pick<Overview, 'changes'>): ReactNode {
  if (changes.length === 0) return null
  const sum = (name: 'open' | 'outsideChanges' | 'conflicts') =>
    changes.reduce((total, one) => total + one[name], 0)
  const since = changes.flatMap(({ openSince }) => openSince ?? []).sort()[0]
  return (
    <section className="group whole" aria-labelledby="overview-changes">
      <h2 id="overview-changes">{TEXTS.changesTitle}</h2>
      <dl className="numbers">
        <Count name={TEXTS.openChanges} outcome="open" count={sum('open')} isBad />
        <Count name={TEXTS.conflicts} outcome="conflict" count={sum('conflicts')} isBad />
        <Count name={TEXTS.outsideChanges} outcome="outside_change" count={sum('outsideChanges')} />
      </dl>
      {since !== undefined && (
        <p className="quiet">
          {TEXTS.openSince} <Time time={since} />
        </p>
      )}
      <Chart />
    </section>
  )
}

interface CountProps {
  readonly name: string
  readonly outcome: HistoryOutcome
  readonly count: number
  readonly isBad?: boolean
}

function Count({ name, outcome, count, isBad }: CountProps): ReactNode {
  const severity = count === 0 ? '' : isBad === true ? 'error' : 'warning'
  return (
    <div className={severity}>
      <dt>{name}</dt>
      <dd>
        <a href={hrefOf('history', { outcome })}>{count.toLocaleString('en')}</a>
      </dd>
    </div>
  )
}

function Chart(): ReactNode {
  const { data, error, refetch } = useCounts(ALL)
  if (error !== null) return <Failure error={error} again={() => void refetch()} />
  return data === undefined ? (
    <p className="loading">{TEXTS.loading}</p>
  ) : (
    <HistoryChart counts={data} />
  )
}
