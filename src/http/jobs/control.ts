/** The controls of a job: start, pause, resume, cancel. */

import { takesApproval, type WorkControl } from '../../service/jobs/ask.ts'
import { cannotTell, type JobControlName, tellJob } from '../../service/jobs/control.ts'
import type { JobApproval, JobView } from '../../service/jobs/log.ts'
import type { Answer } from '../answer.ts'
import { actorOf } from '../auth/principal.ts'
import type { Exchange } from '../exchange.ts'
import { callerOf } from '../target.ts'
import { checkWork, jobOf } from './access.ts'
import { jobBody } from './view.ts'

/** The handler of a control that only stops; to repeat one changes nothing. */
export function stopping(control: 'pause' | 'cancel'): (exchange: Exchange) => Promise<Answer> {
  return async (exchange) => answerOf(await told(exchange, await jobOf(exchange), control))
}

/** The handler of a control that sets the job to work, which its changes may take an approval for. */
export function working(control: WorkControl): (exchange: Exchange) => Promise<Answer> {
  return async (exchange) => {
    const view = await jobOf(exchange)
    await checkWork(exchange, view)
    const work = { view, control }
    const approval = takesApproval(work) ? await exchange.passWork(work) : undefined
    // What is approved is looked at first, as a dry run of it.
    const isDone = approval === 'set to work' || exchange.query.dryRun === 'true'
    return answerOf(isDone ? view : await told(exchange, view, control, approval))
  }
}

async function told(
  exchange: Exchange,
  view: JobView,
  control: JobControlName,
  approval?: JobApproval,
): Promise<JobView> {
  const { service, jobs } = exchange.settings
  const after = await tellJob(service, view, control, actorOf(callerOf(exchange)), approval)
  if (after === undefined) throw cannotTell(view, control)
  jobs.wake(view.id)
  return after
}

const answerOf = (view: JobView): Answer => ({ status: 200, body: jobBody(view) })
