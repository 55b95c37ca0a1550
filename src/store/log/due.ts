/** When something has to be done by itself for what a log is about. */

import type { Entry } from './entry.ts'
import { isAtWork } from './job-entry.ts'
import { dueAt } from './standing.ts'

/**
 * When it has to be done (epoch milliseconds), as the newest entry of a log says; `undefined`: never. A job
 * is due once no one works on it any more, a request for approval once it expires or no one carries it out, a registration once the operator has to know something about it.
 */
export function dueAfter(entry: Entry): number | undefined {
  if (entry.kind === 'registration') return entry.noticeAt
  if (entry.kind === 'approval_requested') return entry.expiresAt
  if (entry.kind === 'approval_decided') return entry.deadline
  if (!('progress' in entry)) return dueAt(entry.standing)
  const { progress, at } = entry
  return isAtWork(progress) ? (progress.claim?.until ?? at) : undefined
}
