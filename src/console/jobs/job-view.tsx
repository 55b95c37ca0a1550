/** One job, live: how far it has come, what can be done about it, and what became of each client. */

import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { visible } from '../../core/page/text.ts'
import type { Job } from '../../sdk/index.ts'
import { useRefreshAll } from '../client/client-data.ts'
import { useProposal } from '../client/use-proposal.tsx'
import { Time } from '../clients/columns.tsx'
import { Fact, Who } from '../frame/facts.tsx'
import { Failure } from '../frame/failure.tsx'
import { ChoiceInput } from '../frame/form.tsx'
import { hrefOf, type Place } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import {
  changeFilter,
  JOB_OUTCOMES,
  type JobRow,
  outcomeOf,
  paramOf,
  rowsOf,
  useJob,
  useResults,
} from './job-data.ts'
import { JobRows } from './job-rows.tsx'
import { JobToolbar } from './job-toolbar.tsx'
import { kindOf } from './jobs-view.tsx'
import { Progress } from './progress.tsx'

interface Props {
  readonly id: string
  readonly place: Place
}

export function JobView({ id, place }: Props): ReactNode {
  const { data: job, error, refetch } = useJob(id)
  const refresh = useRefreshAll()
  const { propose, panel, done } = useProposal(refresh)
  const { pages, isWhole, error: fault, again } = useResults(id, job?.at)
  const rows = useMemo(() => rowsOf(pages?.flatMap(({ items }) => items) ?? []), [pages])
  useAfterChange(job?.state, refresh)
  useEffect(() => {
    document.title = `${visible(job === undefined ? id : kindOf(job))} · ${TEXTS.name}`
  }, [job, id])
  return (
    <div className="client">
      <p>
        <a href={hrefOf('jobs', {})} className="back">
          ← {TEXTS.jobs}
        </a>
      </p>
      <header className="title">
        <h1>{job === undefined ? TEXTS.jobs : kindOf(job)}</h1>
        <p className="quiet">
          <code>
            <Visible text={id} />
          </code>
        </p>
      </header>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {job === undefined && error === null && <p className="loading">{TEXTS.loading}</p>}
      {job !== undefined && (
        <>
          <JobToolbar job={job} propose={propose} />
          {done}
          <Progress job={job} rows={isWhole ? rows : undefined} />
          {fault !== null && <Failure error={fault} again={again} />}
          {!isWhole && fault === null && (
            <p className="notice" role="status">
              {TEXTS.readingResults(rows.length, job.total)}
            </p>
          )}
          <Results rows={rows} isWhole={isWhole} place={place} />
          <Facts job={job} />
        </>
      )}
      {panel}
    </div>
  )
}

/** What a job has changed is read anew when it has come to another state. */
function useAfterChange(state: Job['state'] | undefined, refresh: () => Promise<unknown>): void {
  const before = useRef(state)
  useEffect(() => {
    const isChange = before.current !== undefined && before.current !== state
    before.current = state
    if (isChange) void refresh()
  }, [state, refresh])
}

function Facts({ job }: { readonly job: Job }): ReactNode {
  const { submittedAt, actor, approvedBy, startedBy, providers, options, undoes, reap, request } =
    job
  const { canary, maxFailures, reserve } = options
  return (
    <section className="group" aria-labelledby="job-facts">
      <h2 id="job-facts">{TEXTS.jobFacts}</h2>
      <dl>
        <Fact label={TEXTS.submittedBy}>
          <Who actor={actor} /> <Time time={submittedAt} />
        </Fact>
        {approvedBy !== undefined && (
          <Fact label={TEXTS.approvedBy}>
            <Who actor={approvedBy} />
          </Fact>
        )}
        {startedBy !== undefined && (
          <Fact label={TEXTS.startedBy}>
            <Who actor={startedBy} />
          </Fact>
        )}
        <Fact label={TEXTS.provider}>
          <Visible text={providers.join(', ')} />
        </Fact>
        {request !== undefined && (
          <Fact label={TEXTS.jobRequest}>
            <a href={hrefOf('request', { id: request })}>
              <Visible text={request} />
            </a>
          </Fact>
        )}
        {undoes !== undefined && (
          <Fact label={TEXTS.undoesJob}>
            <a href={hrefOf('job', { id: undoes })}>
              <Visible text={undoes} />
            </a>
          </Fact>
        )}
        {reap !== undefined && (
          <Fact label={TEXTS.reaps}>
            {TEXTS.reapSays(reap.olderThanSeconds, reap.graceSeconds)}
          </Fact>
        )}
        <Fact label={TEXTS.failureLimit}>{TEXTS.maxFailures(maxFailures)}</Fact>
        {canary !== undefined && (
          <Fact label={TEXTS.canaryPart}>{TEXTS.canary(canary.share, canary.thenPause)}</Fact>
        )}
        {reserve !== undefined && <Fact label={TEXTS.reserve}>{TEXTS.percent(reserve)}</Fact>}
      </dl>
    </section>
  )
}

interface ResultsProps {
  readonly rows: readonly JobRow[]
  readonly isWhole: boolean
  readonly place: Place
}

/** What is known of each client. */
function Results({ rows, isWhole, place }: ResultsProps): ReactNode {
  const named = JOB_OUTCOMES.find((one) => one === paramOf(place, 'outcome'))
  const found = named === undefined ? rows : rows.filter((row) => outcomeOf(row) === named)
  return (
    <section className="group" aria-labelledby="job-results">
      <h2 id="job-results">{TEXTS.jobResults}</h2>
      <search className="search">
        <ChoiceInput
          label={TEXTS.outcome}
          value={named ?? ''}
          options={[
            ['', TEXTS.anyOutcome],
            ...JOB_OUTCOMES.map((one) => [one, TEXTS.jobOutcomes[one]] as const),
          ]}
          onChange={(one) => changeFilter(place, 'outcome', one)}
        />
      </search>
      {isWhole && found.length === 0 && (
        <p className="quiet">{named === undefined ? TEXTS.noResults : TEXTS.noSuchResult}</p>
      )}
      <JobRows key={named ?? ''} label={TEXTS.jobResults} rows={found} />
    </section>
  )
}
