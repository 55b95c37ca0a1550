/** Under what an entry can be found in the history across clients. */

import { JOBS, REQUESTS, refOf } from '../resource.ts'
import type { SearchedOutcome } from '../store.ts'
import type { Entry } from './entry.ts'

export interface Filing {
  readonly provider: string
  /** `subject` of the actor; what someone else did has none. */
  readonly actor: string | undefined
  readonly outcome: SearchedOutcome | 'job' | 'request'
}

/** How an entry is filed; `undefined` for what is no end of anything: it is found through its end. */
export function filingOf(entry: Entry): Filing | undefined {
  // A job is found by its beginning, and a request for approval too.
  if (entry.kind === 'job') return { provider: JOBS, actor: entry.actor.subject, outcome: 'job' }
  if (entry.kind === 'approval_requested') {
    return { provider: REQUESTS, actor: entry.actor.subject, outcome: 'request' }
  }
  if (!isEnd(entry)) return undefined
  return {
    provider: refOf(entry.resource).provider,
    actor: entry.kind === 'outcome' ? entry.actor.subject : undefined,
    outcome: entry.kind === 'outcome' ? entry.outcome : entry.kind,
  }
}

/** A creation ends in the log of its intent. */
function isEnd(entry: Entry): entry is Extract<Entry, { kind: SearchedKind }> {
  return SEARCHED_KINDS.some((kind) => kind === entry.kind)
}

const SEARCHED_KINDS = ['outcome', 'outside_change', 'overlap'] as const
type SearchedKind = (typeof SEARCHED_KINDS)[number]

/** The text of one lane: an absent member stands for any. */
export const laneOf = (provider: string, actor: string | undefined, outcome: string | undefined) =>
  JSON.stringify([provider, actor ?? null, outcome ?? null])

/** Every lane in which an entry is listed. */
export function lanesOf({ provider, actor, outcome }: Filing): readonly string[] {
  const actors = actor === undefined ? [undefined] : [undefined, actor]
  return actors.flatMap((one) => [laneOf(provider, one, undefined), laneOf(provider, one, outcome)])
}
