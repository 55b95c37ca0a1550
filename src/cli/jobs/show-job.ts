/** Jobs and their results as people read them. */

import type { Job, JobResult } from '../../sdk/types.ts'
import { ageText, inUnits } from '../show/durations.ts'
import { counted, nameOf, showChanges, showWarnings } from '../show/show.ts'
import { plain, type Terminal } from '../terminal.ts'
import { showFinding } from './show-reap.ts'

/** A job on a few lines. */
export function showJob(terminal: Terminal, job: Job): void {
  const { id, state, phase, actor, submittedAt, undoes, reap, reason } = job
  const age = ageText(submittedAt, Date.now())
  const when = age === undefined ? plain(submittedAt) : `${plain(submittedAt)} (${age})`
  const stage = phase === 'plan' && state === 'paused' ? 'paused in its dry run' : state
  terminal.print(`${terminal.style('strong', plain(id))} ${plain(stage)}`)
  terminal.print(`  ${countsText(job)}`)
  terminal.print(`  submitted ${when} by ${plain(actor.subject)}`)
  if (reap !== undefined) {
    terminal.print(`  reaps: suspends, and removes ${inUnits(reap.graceSeconds)} later`)
  }
  if (undoes !== undefined) terminal.print(`  undoes ${plain(undoes)}`)
  if (reason !== undefined) terminal.print(`  ${plain(reason)}`)
  const next = nextOf(job)
  if (next !== undefined) terminal.print(`  next: ${next}`)
}

/** `3 clients: 2 applied, 1 failed`; what is zero is left out. */
export function countsText({ total, counts }: Job): string {
  const { left, ...states } = counts
  const parts = Object.entries({ ...states, left }).flatMap(([name, count]) =>
    count === 0 ? [] : [`${count} ${WORDS[name as keyof typeof WORDS]}`],
  )
  return `${counted(total, 'client')}: ${parts.join(', ')}`
}

const WORDS: Readonly<Record<keyof Job['counts'], string>> = {
  planned: 'to change',
  applied: 'changed',
  unchanged: 'unchanged',
  failed: 'failed',
  left: 'left',
}

/** What its state waits for. */
function nextOf({ id, state }: Job): string | undefined {
  if (state === 'planned') return `clientry jobs start ${plain(id)}`
  if (state === 'paused' || state === 'stopped') return `clientry jobs resume ${plain(id)}`
  return undefined
}

/** What became of one client. */
export function showResult(terminal: Terminal, result: JobResult): void {
  const { client, phase, outcome, changes = [], warnings = [], operationId, error, reap } = result
  const verb = phase === 'plan' && outcome === 'planned' ? 'would change' : outcome
  terminal.print(`${terminal.style('strong', nameOf(client))} ${plain(verb)}`)
  if (error !== undefined) terminal.print(`  ${plain(error)}`)
  if (reap !== undefined) showFinding(terminal, result, reap)
  showChanges(terminal, changes)
  if (result.withheld) {
    terminal.print('  your token lacks clients:read, so what changes is not shown')
  }
  showWarnings(terminal, warnings, terminal.print)
  if (operationId !== undefined) {
    terminal.print(terminal.style('faint', `  operation ${plain(operationId)}`))
  }
}
