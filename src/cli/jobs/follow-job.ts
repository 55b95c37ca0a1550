/** A job from its submission to its end, as every command that sets one to work goes about it. */

import type { Api } from '../../sdk/api.ts'
import type { Job, JobResult } from '../../sdk/types.ts'
import type { Invocation } from '../command.ts'
import { EXIT, UsageError } from '../exit.ts'
import { inUnits } from '../show/durations.ts'
import { plain, type Terminal } from '../terminal.ts'
import { countsText, showJob, showResult } from './show-job.ts'
import { showFindings } from './show-reap.ts'

/** Refuses before anything is submitted that no one could confirm. */
export function checkConfirmable({ options, terminal }: Invocation): void {
  if (options.yes === true || options['dry-run'] === true || terminal.person) return
  throw new UsageError(
    'There is no terminal to ask on. Add --yes to start the changes, or --dry-run to see them first.',
  )
}

/** Follows a job until it rests; a progress line on a terminal. */
export async function follow(
  { terminal, tend }: Pick<Invocation, 'terminal' | 'tend'>,
  api: Api,
  id: string,
): Promise<Job> {
  await tend()
  let last: Job | undefined
  for await (const job of api.job(id)) {
    last = job
    terminal.progress(progressText(job))
  }
  terminal.progress('')
  return last ?? (await api.getJob(id)).body
}

function progressText({ phase, total, counts, clientsPerSecond, secondsLeft }: Job): string {
  const done = total - counts.left - (phase === 'run' ? counts.planned : 0)
  const rate = clientsPerSecond === undefined ? '' : `, ${clientsPerSecond}/s`
  const rest = secondsLeft === undefined ? '' : `, ${secondsLeft} s left`
  return `${phase === 'plan' ? 'planning' : 'changing'} ${done} of ${total}${rate}${rest}`
}

/**
 * Waits for the dry run, shows it, asks, starts the changes and waits for their end; as far as the options
 * say. Returns the exit code.
 */
export async function carryThrough(invocation: Invocation, api: Api, id: string): Promise<number> {
  const { options, terminal } = invocation
  const planned = await follow(invocation, api, id)
  const isWaiting = planned.state === 'planned'
  if (isWaiting && options.yes !== true) {
    if (options.json !== true) await showPlanned(terminal, api, planned)
    if (options['dry-run'] === true) return finish(invocation, planned)
    if (!(await terminal.confirm(questionOf(planned)))) {
      terminal.note(`Nothing was changed. The job waits: clientry jobs start ${plain(id)}`)
      return EXIT.differs.code
    }
  }
  if (!isWaiting) {
    // Where there is nothing to do, it still says why.
    const isRead = planned.reap !== undefined && options.json !== true
    if (isRead) await showReaped(terminal, api, id)
    return finish(invocation, planned)
  }
  await api.startJob(id)
  return finish(invocation, await follow(invocation, api, id))
}

/** What agreeing means. */
function questionOf({ counts, total, reap }: Job): string {
  const some = `${counts.planned} of ${total} clients`
  if (reap === undefined) return `Change ${some}?`
  return `Suspend ${some}, to be removed after ${inUnits(reap.graceSeconds)}?`
}

/** Shows what a job would do to each client. */
export async function showPlanned(terminal: Terminal, api: Api, job: Job): Promise<void> {
  const { id, counts, reap } = job
  if (reap !== undefined) return showReaped(terminal, api, id)
  for await (const result of api.jobResults(id)) {
    if (isShown(result)) showResult(terminal, result)
  }
  if (counts.unchanged > 0) terminal.print(`${counts.unchanged} stay as they are.`)
}

/** What was found of each client. */
async function showReaped(terminal: Terminal, api: Api, id: string): Promise<void> {
  const results: JobResult[] = []
  for await (const result of api.jobResults(id)) results.push(result)
  showFindings(terminal, results)
}

const isShown = ({ outcome }: JobResult) => outcome !== 'unchanged'

/** Shows how a job stands. */
export function report({ options, terminal }: Invocation, job: Job): void {
  if (options.json === true) terminal.printJson(job)
  else showJob(terminal, job)
}

/** Shows how a job stands once it was waited for, and returns the exit code for that. */
export function finish(invocation: Invocation, job: Job): number {
  report(invocation, job)
  return exitOf(job)
}

/** A job that ended as it was asked to, or waits for someone, is no failure. */
function exitOf({ state, counts }: Job): number {
  const isShort = state === 'stopped' || state === 'cancelled' || counts.failed > 0
  return isShort ? EXIT.conflict.code : EXIT.ok.code
}

/** Notes where a job goes on that is not waited for. */
export function noteLater(terminal: Terminal, job: Job): void {
  terminal.note(`${countsText(job)}. Follow it with: clientry jobs watch ${plain(job.id)}`)
}
