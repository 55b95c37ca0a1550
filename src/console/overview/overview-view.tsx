/** What there is to see at a glance: each part leads to the view where all of it is. */

import { type ReactNode, useEffect } from 'react'
import type { Overview } from '../../sdk/index.ts'
import { Time } from '../clients/columns.tsx'
import { Failure } from '../frame/failure.tsx'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { Changes } from './changes-card.tsx'
import { Endings } from './endings-card.tsx'
import { Findings } from './findings-card.tsx'
import { absentGroups, placeName, useOverview } from './overview-data.ts'
import { Pace } from './pace-card.tsx'
import { Places } from './places-card.tsx'

export function OverviewView(): ReactNode {
  const { data, error, refetch, isPending } = useOverview()
  useEffect(() => {
    document.title = `${TEXTS.overview} · ${TEXTS.name}`
  }, [])
  return (
    <div className="client overview" aria-busy={isPending}>
      <h1>{TEXTS.overview}</h1>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <p className="loading">{TEXTS.loading}</p>}
      {data !== undefined && <Cards overview={data} />}
    </div>
  )
}

function Cards({ overview }: { readonly overview: Overview }): ReactNode {
  const { at, places, rules, changes, endings, pace, absent } = overview
  const unread = places.filter(({ complete }) => !complete)
  const isEmpty = unread.length === 0 && places.length > 0 && places.every((one) => isVoid(one))
  return (
    <>
      <p className="quiet">
        {TEXTS.asOf} <Time time={at} />
      </p>
      {unread.length > 0 && (
        <p className="notice">
          <Visible text={TEXTS.incomplete(unread.map(placeName).join(', '))} />
        </p>
      )}
      {isEmpty && (
        <section className="notice" aria-labelledby="first-run">
          <h2 id="first-run">{TEXTS.firstRun}</h2>
          <p>{TEXTS.firstRunSays}</p>
        </section>
      )}
      <div className="cards">
        <Places places={places} />
        <Changes changes={changes} />
        <Findings places={places} rules={rules} />
        <Endings endings={endings} />
        <Pace pace={pace} />
      </div>
      <Absent absent={absent} />
    </>
  )
}

const isVoid = ({ clients, atLeast }: Overview['places'][number]) =>
  clients === 0 && atLeast !== true

/** What is not on the page, and why. */
function Absent({ absent }: Pick<Overview, 'absent'>): ReactNode {
  if (absent.length === 0) return null
  return (
    <section className="group" aria-labelledby="absent">
      <h2 id="absent">{TEXTS.absent}</h2>
      <ul className="plain">
        {absentGroups(absent).map(({ part, reason, permission, places }) => (
          <li key={`${part} ${reason} ${permission}`}>
            <span>
              {TEXTS.absentParts[part]} (<Visible text={places.join(', ')} />
              ): {TEXTS.absentReasons[reason](permission)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
