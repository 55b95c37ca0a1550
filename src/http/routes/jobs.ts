/** The handlers of jobs; each is in `http/jobs`. */

import type { JOB_OPERATIONS } from '../../contract/operations/jobs.ts'
import { stopping, working } from '../jobs/control.ts'
import { getJobEvents } from '../jobs/events.ts'
import { getJob, getJobResults, listJobs } from '../jobs/read.ts'
import { reapClients } from '../jobs/reap.ts'
import { createJob, undoJob } from '../jobs/submit.ts'
import type { Handlers } from '../route.ts'

export const JOB_HANDLERS: Handlers<keyof typeof JOB_OPERATIONS> = {
  createJob,
  reapClients,
  listJobs,
  getJob,
  getJobResults,
  getJobEvents,
  startJob: working('start'),
  pauseJob: stopping('pause'),
  resumeJob: working('resume'),
  cancelJob: stopping('cancel'),
  undoJob,
}
