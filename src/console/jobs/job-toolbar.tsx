/** What the state of a job allows, and why someone may not do it. */

import { type ReactNode, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { Caller, Job, JobState, Permission } from '../../sdk/index.ts'
import { useCaller } from '../client/client-data.ts'
import type { Proposal } from '../client/proposal.ts'
import { TEXTS } from '../frame/texts.ts'
import { cancellation, pause, resumption, start, undoing } from './controls.tsx'
import { isAtWork } from './job-data.ts'

type ControlName = 'start' | 'pause' | 'resume' | 'cancel' | 'undo'

/** The states in which each makes sense (docs/jobs.md). */
const STATES: Readonly<Record<Exclude<ControlName, 'undo'>, readonly JobState[]>> = {
  start: ['planned'],
  pause: ['planning', 'running'],
  resume: ['paused', 'stopped'],
  cancel: ['submitted', 'planning', 'planned', 'running', 'paused', 'stopped'],
}
const CONTROLS: readonly ControlName[] = ['start', 'resume', 'pause', 'cancel', 'undo']

interface Props {
  readonly job: Job
  propose(proposal: Proposal): void
}

export function JobToolbar({ job, propose }: Props): ReactNode {
  const { data: caller } = useCaller()
  const [allowPartial, setAllowPartial] = useState(false)
  if (caller === undefined) return null
  const possible = CONTROLS.filter((name) => isPossible(job, name))
  const lacking = possible.flatMap((name) => lackingFor(job, caller, name))
  const allowed = possible.filter((name) => lackingFor(job, caller, name).length === 0)
  const proposalOf = (name: ControlName): Proposal => {
    if (name === 'undo') return undoing(job.id, allowPartial)
    return { start, pause, resume: resumption, cancel: cancellation }[name](job.id)
  }
  return (
    <>
      {allowed.length > 0 && (
        <div className="buttons" role="toolbar" aria-label={TEXTS.actions}>
          {allowed.map((name) => (
            <button
              key={name}
              type="button"
              className={name === 'start' ? 'main' : ''}
              onClick={() => propose(proposalOf(name))}
            >
              {TEXTS.jobControls[name]}
            </button>
          ))}
        </div>
      )}
      {allowed.includes('undo') && (
        <label className="consent">
          <input
            type="checkbox"
            checked={allowPartial}
            onChange={({ target }) => setAllowPartial(target.checked)}
          />
          {TEXTS.allowPartial}
        </label>
      )}
      {[...new Set(lacking)].map((says) => (
        <p className="quiet" key={says}>
          {says}
        </p>
      ))}
    </>
  )
}

/** Nothing was changed by a job that has no results of changes, so there is nothing to undo. */
function isPossible(job: Job, name: ControlName): boolean {
  if (name !== 'undo') return STATES[name].includes(job.state)
  return job.phase === 'run' && !isAtWork(job) && job.counts.applied + job.counts.failed > 0
}

/** What a control takes at every provider of the job (docs/jobs.md, docs/reap.md). */
function neededFor({ reap }: Job, name: ControlName): readonly Permission[] {
  if (name === 'pause' || name === 'cancel') return ['jobs:write']
  const own: readonly Permission[] = ['jobs:write', 'clients:write']
  if (reap === undefined) return own
  return [...own, 'clients:suspend', ...(name === 'undo' ? [] : (['clients:delete'] as const))]
}

/** Why someone may not: which permission is missing where. Limited grants are about one's own jobs only. */
function lackingFor(job: Job, caller: Caller, name: ControlName): readonly string[] {
  const isOwn = job.actor.subject === caller.subject && job.actor.issuer === caller.issuer
  return neededFor(job, name).flatMap((permission) =>
    job.providers
      .filter((id) => {
        const at = caller.providers.find(({ provider }) => provider === id)
        const limited = (at?.limited ?? []).flatMap(({ permissions }) => permissions)
        const held = [
          ...(at?.permissions ?? []),
          ...(at?.afterSignIn ?? []),
          ...(isOwn ? limited : []),
        ]
        return !held.includes(permission)
      })
      .map((id) => TEXTS.noJobRight(permission, visible(id))),
  )
}
