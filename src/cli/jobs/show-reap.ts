/** What a job that reaps has found, as people read it. */

import type { JobResult, ReapFinding, ReapVerdict } from '../../sdk/types.ts'
import { ageText } from '../show/durations.ts'
import { counted, nameOf } from '../show/show.ts'
import type { Terminal } from '../terminal.ts'

/** Why a client is spared, and what can be done about it. */
const SAYS: Readonly<Record<ReapVerdict, string>> = {
  reap: 'would be suspended, and removed later',
  protected: 'is protected',
  leased: 'has leases',
  moving: 'has an open move of a redirect URI',
  own_client: 'is what the server or the provider works by',
  coming_removal: 'is to be removed already',
  no_match: 'no longer matches',
  age_unknown: 'shows no date, so its age is unknown',
  too_young: 'is too young',
  use_unknown: 'is old enough, but when it was last used is unknown: --unknown-use reaps it too',
  cannot_suspend: 'is old enough, but its provider cannot suspend it: delete it yourself',
  cannot_remove: 'is old enough, but its provider cannot remove it',
}

/** What someone has to decide about is shown by name; the rest is counted. */
const NAMED: readonly ReapVerdict[] = [
  'reap',
  'use_unknown',
  'age_unknown',
  'cannot_suspend',
  'cannot_remove',
]

/** Prints a finding, and its dates. */
export function showFinding(terminal: Terminal, { client }: JobResult, finding: ReapFinding): void {
  terminal.print(`${terminal.style('strong', nameOf(client))} ${SAYS[finding.verdict]}`)
  terminal.print(terminal.style('faint', `  ${datesOf(finding)}`))
}

/** Prints what was found, by name or counted by reason. */
export function showFindings(terminal: Terminal, results: readonly JobResult[]): void {
  const others = new Map<ReapVerdict, number>()
  for (const result of results) {
    const { reap } = result
    if (reap === undefined) continue
    if (NAMED.includes(reap.verdict)) showFinding(terminal, result, reap)
    else others.set(reap.verdict, (others.get(reap.verdict) ?? 0) + 1)
  }
  for (const [verdict, count] of others) {
    terminal.print(`${counted(count, 'client')} spared: each ${SAYS[verdict]}`)
  }
}

function datesOf({ createdAt, changedAt, removeAt }: ReapFinding): string {
  const date = (name: string, time: string | undefined) =>
    `${name} ${time === undefined ? 'unknown' : (ageText(time, Date.now()) ?? time)}`
  const dates = [date('created', createdAt), date('last change', changedAt), 'last use unknown']
  return [...dates, ...(removeAt === undefined ? [] : [`removed at ${removeAt}`])].join(', ')
}
