/**
 * One client of a job that reaps: looked at in the dry run, suspended in earnest if what was found out still
 * holds. The removal comes later, by `reap-end.ts`.
 */

import { ClientError } from '../../../core/errors.ts'
import type { JobReap, ReapFinding } from '../../../store/log/job-entry.ts'
import type { ChangeRequest, ChangeResult, ClientSnapshot, Suspending } from '../../base/request.ts'
import type { Service } from '../../base/service.ts'
import { changeClient } from '../../change/change.ts'
import { readClient } from '../../reading/read.ts'
import { checkReaper } from '../../reap/reap-end.ts'
import { newestBeside } from '../../reap/reap-history.ts'
import { findingOf } from '../../reap/reap-verdict.ts'

/** What came of it; without a change the client is spared. */
export interface Reaped {
  readonly finding: ReapFinding
  readonly changed?: ChangeResult
}

/** A request whose patch is the suspension of a client that is reaped. */
export type ReapRequest = ChangeRequest & { readonly patch: Suspending }

/**
 * Does it.
 * @throws ClientError as `changeClient` and `checkReaper` do; `precondition_failed` where the client is spared
 *   now that was not in the dry run
 */
export async function reapOne(
  service: Service,
  request: ReapRequest,
  reap: JobReap,
): Promise<Reaped> {
  const { ref, actor } = request
  checkReaper(service, actor, reap, ref.provider)
  const { at: recordedAt } = (await newestBeside(service, ref, request.job?.id ?? '')) ?? {}
  if (request.dryRun) return looked(service, request, reap, recordedAt)
  let finding: ReapFinding | undefined
  const changed = await changeClient(service, {
    ...request,
    checkFound: (snapshot) => {
      finding = find(service, request, reap, { ...snapshot, recordedAt })
      if (finding.verdict !== 'reap') throw spared(finding)
    },
  })
  const removeAt = changed.standing?.removal?.at
  const base = finding ?? { verdict: 'reap' as const }
  return { finding: { ...base, ...(removeAt === undefined ? {} : { removeAt }) }, changed }
}

async function looked(
  service: Service,
  request: ReapRequest,
  reap: JobReap,
  recordedAt: number | undefined,
): Promise<Reaped> {
  const { native, tag, standing } = await readClient(service, request)
  const finding = find(service, request, reap, {
    native,
    tag,
    standing,
    recordedAt,
  })
  if (finding.verdict !== 'reap') return { finding }
  return { finding, changed: await changeClient(service, request) }
}

const find = (
  service: Service,
  { ref, provider }: ReapRequest,
  reap: JobReap,
  { native, standing, recordedAt }: ClientSnapshot & { readonly recordedAt: number | undefined },
): ReapFinding => findingOf({ ref, provider, native, standing, recordedAt }, reap, service.now())

const spared = ({ verdict }: ReapFinding) =>
  new ClientError(
    'precondition_failed',
    `Something has happened to the client since the dry run, so it is spared (${verdict}).`,
  )
