/** `clientry jobs submit FIELD=VALUE...`: one change of many clients. */

import { wishOf } from '../../change/wish.ts'
import type { Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { carryThrough, checkConfirmable, noteLater } from '../../jobs/follow-job.ts'
import { clientsOf, mannerOf } from '../../jobs/job-request.ts'

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
  const { detach, key } = options
  if (detach !== true) checkConfirmable(invocation)
  const patch = await wishOf(invocation, words)
  if (Object.keys(patch).length === 0) {
    throw new UsageError(
      'There is nothing to change. Give FIELD=VALUE, --from, --add-callback, ...',
    )
  }
  const request = { ...(await clientsOf(invocation)), patch, ...mannerOf(options) }
  const api = await invocation.connect()
  const conditions = key === undefined ? {} : { idempotencyKey: key }
  const autoStart = detach === true && options.yes === true
  const { body: job } = await api.createJob({ ...request, autoStart }, conditions)
  if (detach !== true) return carryThrough(invocation, api, job.id)
  if (options.json === true) terminal.printJson(job)
  else terminal.print(job.id)
  noteLater(terminal, job)
  return EXIT.ok.code
}
