/** Jobs, newest first, by filters that stand in the address; those at work are followed. */

import { type ReactNode, useEffect, useState } from 'react'
import type { Job } from '../../sdk/index.ts'
import { Time } from '../clients/columns.tsx'
import { Failure } from '../frame/failure.tsx'
import { ChoiceInput, TextInput } from '../frame/form.tsx'
import { hrefOf, type Place } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { changeFilter, JOB_STATES, paramOf, useJobs } from './job-data.ts'

export function JobsView({ place }: { readonly place: Place }): ReactNode {
  const found = useJobs(place)
  const { items, read, isSearching, error, refetch, hasNextPage, fetchNextPage, isPending } = found
  useEffect(() => {
    document.title = `${TEXTS.jobs} · ${TEXTS.name}`
  }, [])
  const isEmpty = !isPending && !isSearching && items.length === 0 && error === null
  return (
    <div className="client" aria-busy={isPending || isSearching}>
      <h1>{TEXTS.jobs}</h1>
      <p className="quiet">{TEXTS.jobsSay}</p>
      <Filters place={place} />
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {(isPending || isSearching) && <p className="loading">{TEXTS.loading}</p>}
      {isEmpty && <Empty place={place} />}
      <ol className="plain" aria-label={TEXTS.jobs}>
        {items.map((job) => (
          <li key={job.id}>
            <Line job={job} />
          </li>
        ))}
      </ol>
      {read > 0 && (
        <p className="quiet" role="status">
          {TEXTS.jobsRead(items.length, read, hasNextPage)}
        </p>
      )}
      {hasNextPage && !isSearching && (
        <button
          type="button"
          disabled={found.isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {TEXTS.moreJobs}
        </button>
      )}
    </div>
  )
}

function Filters({ place }: { readonly place: Place }): ReactNode {
  const inAddress = paramOf(place, 'actor')
  const [actor, setActor] = useState(inAddress)
  useEffect(() => setActor(inAddress), [inAddress])
  return (
    <search className="search">
      <ChoiceInput
        label={TEXTS.state}
        value={paramOf(place, 'state')}
        options={[
          ['', TEXTS.anyState],
          ...JOB_STATES.map((one) => [one, TEXTS.jobStates[one]] as const),
        ]}
        onChange={(one) => changeFilter(place, 'state', one)}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          changeFilter(place, 'actor', actor.trim())
        }}
        onBlur={() => changeFilter(place, 'actor', actor.trim())}
      >
        <TextInput label={TEXTS.who} value={actor} maxLength={255} onChange={setActor} />
      </form>
    </search>
  )
}

function Line({ job }: { readonly job: Job }): ReactNode {
  const { id, state, actor, submittedAt, counts, total, providers } = job
  return (
    <>
      <span>
        <a href={hrefOf('job', { id })}>{kindOf(job)}</a>{' '}
        <span className="quiet facts">
          <Visible text={providers.join(', ')} /> · <Visible text={TEXTS.by(actor.subject)} />{' '}
          <Time time={submittedAt} /> ·{' '}
          {TEXTS.progress(total - counts.left - counts.planned, total)}
          {counts.failed > 0 && ` · ${TEXTS.failures(counts.failed)}`}
        </span>
      </span>
      <span className={`tag ${state}`}>{TEXTS.jobStates[state]}</span>
    </>
  )
}

/** What a job is, in words. */
export function kindOf({ undoes, reap, total }: Job): string {
  if (undoes !== undefined) return TEXTS.undoOf(total)
  return reap === undefined ? TEXTS.changeOf(total) : TEXTS.reapOf(total)
}

function Empty({ place }: { readonly place: Place }): ReactNode {
  if (place.params.size > 0) {
    return (
      <div className="empty">
        <h2>{TEXTS.noSuchJob}</h2>
        <p>{TEXTS.noChangesSays}</p>
        <a href={hrefOf('jobs', {})}>{TEXTS.removeFilters}</a>
      </div>
    )
  }
  return (
    <div className="empty">
      <h2>{TEXTS.noJobs}</h2>
      <p>{TEXTS.noJobsSays}</p>
      <p>
        <code>{TEXTS.jobExample}</code>
      </p>
    </div>
  )
}
