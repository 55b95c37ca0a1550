/** The dry run of a small job within one request, of which nothing is stored. */

import { inParallel } from '../../../core/in-parallel.ts'
import type { JobResult } from '../../../store/log/job-entry.ts'
import type { Service } from '../../base/service.ts'
import type { Submission } from '../submit.ts'
import { readersFor } from './read-many.ts'
import { work } from './work.ts'

/** How many clients are planned at the same time. */
const AT_ONCE = 8

/** What a job would do to each client; a client that is not planned in time counts as failed. */
export async function planAtOnce(
  service: Service,
  { actor, rights, items, patch, options }: Submission,
  { requestId, deadline }: { readonly requestId: string; readonly deadline: number },
): Promise<readonly JobResult[]> {
  const readerOf = readersFor(service, items)
  const { reserve } = options
  const numbered = items.map((item, index) => ({ item, index }))
  return inParallel(numbered, AT_ONCE, async ({ item, index }) => {
    const change = item.patch ?? patch
    if (change === undefined) throw new TypeError('each client of a job has a patch')
    const limitMs = deadline - service.now()
    const job = { id: requestId, submittedBy: actor }
    const reading = { readOneOfMany: readerOf(item), reserve }
    const task = { job, rights, index, item, patch: change, limitMs, ...reading }
    return (await work(service, { ...task, phase: 'plan' })).result
  })
}
