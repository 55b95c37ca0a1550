/** Requests for approval for which something is to be done without a caller. */

import { requestIdOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'
import { timeOf } from './approval-log.ts'

/** Those that have expired, and those whose approval is not carried out by its time. */
export async function dueRequests(
  service: Pick<Service, 'store' | 'now'>,
): Promise<readonly string[]> {
  const due = await service.store.due(timeOf(service))
  return due.flatMap((resource) => requestIdOf(resource) ?? [])
}
