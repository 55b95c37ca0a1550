/** `clientry jobs undo JOB`: a job that takes back what another one has changed. */

import type { Run } from '../../command.ts'
import { carryThrough, checkConfirmable } from '../../jobs/follow-job.ts'

export const run: Run = async (invocation) => {
  const { options, words } = invocation
  const [id = ''] = words
  checkConfirmable(invocation)
  const api = await invocation.connect()
  const { partial, key } = options
  const request = { autoStart: false, ...(partial === true ? { allowPartial: true } : {}) }
  const { body } = await api.undoJob(id, request, key === undefined ? {} : { idempotencyKey: key })
  return carryThrough(invocation, api, body.id)
}
