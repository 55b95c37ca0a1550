/** `clientry reap`: clients that no one needs any more, looked for first, suspended and removed later. */

import { ClientryError } from '../../../sdk/error.ts'
import type { ReapRequest } from '../../../sdk/types.ts'
import type { Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
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
  const retry = key === undefined ? {} : { idempotencyKey: key }
  const answer = await api.reapClients(request, retry).catch(noneMatching)
  if (answer !== undefined) return carryThrough(invocation, api, answer.body.id)
  // A night on which there is nothing to do is a good one.
  if (options.json === true) invocation.terminal.printJson({ job: null })
  else invocation.terminal.note('No client matches, so there is nothing to reap.')
  return EXIT.ok.code
}

/** @throws anything but the refusal of a selection that matches no client */
function noneMatching(error: unknown): undefined {
  const isNone =
    error instanceof ClientryError && error.code === 'invalid_field' && error.field === 'select'
  if (!isNone) throw error
}
