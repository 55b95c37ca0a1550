/** An entry of a job's log as a server-sent event. */

import { stringifyJson } from '../../core/json/json-text.ts'
import type { JobEntry } from '../../service/jobs/log.ts'
import { progressBody, resultBody } from './view.ts'

/**
 * The event, which is named by the number of its entry.
 * @param isLimited as `resultBody` has it
 */
export function textOf(entry: JobEntry, isLimited: boolean): string {
  const { at } = entry
  const results =
    entry.kind === 'job_results'
      ? { results: entry.results.map((result) => resultBody(result, entry.phase, at, isLimited)) }
      : {}
  const data = stringifyJson({ ...progressBody(entry), ...results })
  return `id: ${entry.seq}\nevent: progress\ndata: ${data}\n\n`
}
