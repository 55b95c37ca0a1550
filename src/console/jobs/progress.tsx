/** How far a job has come: its two phases, how many clients stand how, and what the rest takes. */

import type { ReactNode } from 'react'
import type { Job } from '../../sdk/index.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import type { JobRow } from './job-data.ts'

const COUNTS = ['left', 'planned', 'applied', 'unchanged', 'failed'] as const
const PHASES = ['plan', 'run'] as const

interface Props {
  readonly job: Job
  /** All of its clients; absent: not all are known yet. */
  readonly rows: readonly JobRow[] | undefined
}

export function Progress({ job, rows }: Props): ReactNode {
  const { state, phase, reason, counts, total, clientsPerSecond, secondsLeft, options } = job
  const phases = PHASES.filter((one) => one === 'run' || !options.autoStart)
  return (
    <section className="group" aria-labelledby="job-progress">
      <h2 id="job-progress">{TEXTS.jobProgress}</h2>
      <p>
        <output aria-live="polite" className={`tag ${state}`}>
          {TEXTS.jobStates[state]}
        </output>{' '}
        {TEXTS.jobSays[state]}
      </p>
      {reason !== undefined && (
        <p className="notice">
          <Visible text={reason} />
        </p>
      )}
      <ol className="phases" aria-label={TEXTS.jobPhases}>
        {phases.map((one) => {
          const { done, of } = doneIn(job, one, rows)
          return (
            <li key={one} {...(one === phase ? { 'aria-current': 'step' } : {})}>
              <span>{TEXTS.phases[one]}</span>{' '}
              <progress value={done} max={Math.max(of, 1)} aria-label={TEXTS.phases[one]} />{' '}
              <span className="quiet">{TEXTS.progress(done, of)}</span>
            </li>
          )
        })}
      </ol>
      <dl className="counts">
        {COUNTS.map((one) => (
          <div key={one}>
            <dt>{one === 'left' ? TEXTS.leftClients : TEXTS.jobOutcomes[one]}</dt>
            <dd>{counts[one].toLocaleString('en')}</dd>
          </div>
        ))}
        <div>
          <dt>{TEXTS.allClients}</dt>
          <dd>{total.toLocaleString('en')}</dd>
        </div>
      </dl>
      {clientsPerSecond !== undefined && secondsLeft !== undefined && (
        <p className="quiet">{TEXTS.speed(clientsPerSecond, secondsLeft)}</p>
      )}
    </section>
  )
}

/** The clients of a phase that have a result in it. */
function doneIn(
  { phase, counts, total, options }: Job,
  of: (typeof PHASES)[number],
  rows: readonly JobRow[] | undefined,
): { readonly done: number; readonly of: number } {
  if (of === 'plan') return { done: phase === 'run' ? total : total - counts.left, of: total }
  if (options.autoStart) return { done: total - counts.left, of: total }
  // The counts do not say which of the failures were the dry run's.
  const meant = rows?.filter(({ plan }) => plan?.outcome === 'planned')
  if (meant === undefined) return { done: counts.applied, of: counts.applied + counts.planned }
  return { done: meant.filter(({ run }) => run !== undefined).length, of: meant.length }
}
