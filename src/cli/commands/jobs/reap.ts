/** `clientry reap`: clients that no one needs any more, looked for first, suspended and removed later. */

import type { ReapRequest } from '../../../sdk/types.ts'
import type { Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'
import { carryThrough, checkConfirmable } from '../../jobs/follow-job.ts'
import { mannerOf, selectionOf } from '../../jobs/job-request.ts'
import { secondsOf } from '../../show/durations.ts'

export const run: Run = async (invocation) => {
  const { options } = invocation
  checkConfirmable(invocation)
  const { text, filter, 'every-client': every, key } = options
  if (text === undefined && filter === undefined && every !== true) {
    throw new UsageError(
      'Say which clients: --filter, --text, or --every-client for all of the provider.',
    )
  }
  const { 'older-than': age, grace, 'unknown-use': unknownUse } = options
  if (age === undefined) throw new UsageError('--older-than is missing: 90d, for example.')
  const request: ReapRequest = {
    select: selectionOf(options),
    olderThanSeconds: secondsOf('older-than', age),
    ...(grace === undefined ? {} : { graceSeconds: secondsOf('grace', grace) }),
    ...(unknownUse === true ? { unknownUse } : {}),
    ...mannerOf(options),
  }
  const api = await invocation.connect()
  const { body } = await api.reapClients(request, key === undefined ? {} : { idempotencyKey: key })
  return carryThrough(invocation, api, body.id)
}
