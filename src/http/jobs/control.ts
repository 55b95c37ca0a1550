/** The controls of a job: start, pause, resume, cancel. */

import { ClientError } from '../../core/errors.ts'
import { type JobControlName, tellJob } from '../../service/jobs/control.ts'
import { neededByJob } from '../../service/jobs/job-permissions.ts'
import type { JobView } from '../../service/jobs/log.ts'
import { rightsOf } from '../../service/jobs/rights.ts'
import { REAP_PERMISSIONS } from '../../service/reap/reap-end.ts'
import type { Answer } from '../answer.ts'
import { actorOf } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf } from '../target.ts'
import { checkAtAll, jobOf, rightsOver } from './access.ts'
import { jobBody } from './view.ts'

/** The handler of one control; to repeat one changes nothing. */
export function controlling(control: JobControlName): (exchange: Exchange) => Promise<Answer> {
  return async (exchange) => {
    const { service, jobs } = exchange.settings
    const view = await jobOf(exchange)
    if (exchange.row.also?.includes('clients:write') === true) {
      if (view.job.reap !== undefined) checkAtAll(exchange, view, REAP_PERMISSIONS)
      await checkRights(exchange, view, control)
    }
    const after = await tellJob(service, view, control, actorOf(callerOf(exchange)))
    if (after === undefined) {
      const { state } = view.last.progress
      throw new ClientError('job_state', `The job cannot ${control}, because it is ${state}.`)
    }
    jobs.wake(view.id)
    return { status: 200, body: jobBody(after) }
  }
}

/**
 * What a job may change by the rights of its submitter is not set to work by someone who has none
 * of those.
 * @throws ClientError `insufficient_scope`
 */
async function checkRights(
  exchange: Exchange,
  view: JobView,
  control: JobControlName,
): Promise<void> {
  const rights = rightsOver(exchange, view.job.providers)
  const lacking = rightsOf(view.job).filter((permission) => !rights.includes(permission))
  const need = await neededByJob(exchange.settings.service, view, lacking)
  if (need === undefined) return
  throw new ClientError(
    'insufficient_scope',
    `The job may change ${need.field}, so to ${control} it needs the permission ${need.permission} as well.`,
  )
}
