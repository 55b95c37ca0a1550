/** `clientry jobs watch JOB`: follows a job until it rests. */

import type { Run } from '../../command.ts'
import { finish, follow } from '../../jobs/follow-job.ts'

export const run: Run = async (invocation) => {
  const { words } = invocation
  const [id = ''] = words
  const api = await invocation.connect()
  return finish(invocation, await follow(invocation, api, id))
}
