/** The dry run of a small job within one request: nothing is kept of it. */

import type { JobResult } from '../../store/job-entry.ts'
import type { Service } from '../service.ts'
import type { Submission } from './submit.ts'
import { work } from './work.ts'

/** Clients that are looked at at once. */
const AT_ONCE = 8

/** What a job would do to each client; what cannot be told in time has failed. */
export async function planAtOnce(
  service: Service,
  { actor, withheld, items, patch }: Submission,
  { requestId, deadline }: { readonly requestId: string; readonly deadline: number },
): Promise<readonly JobResult[]> {
  const results: JobResult[] = []
  let next = 0
  async function planNext(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index]
      const asked = item?.patch ?? patch
      if (item === undefined || asked === undefined) return
      const limitMs = deadline - service.now()
      const task = { jobId: requestId, actor, withheld, index, item, patch: asked, limitMs }
      results[index] = (await work(service, { ...task, phase: 'plan' })).result
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, planNext))
  return results
}
