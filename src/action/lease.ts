/** `command: lease`: the URLs of a preview are leased as long as its pull request is open; each push renews them. */

import { run as end } from '../cli/commands/lease/lease-end.ts'
import { run as take } from '../cli/commands/lease/lease-take.ts'
import { UsageError } from '../cli/exit.ts'
import type { Ran, Step } from './step.ts'

/** Takes or renews the leases, or ends them where the pull request was closed. */
export async function lease({ inputs, job, run }: Step): Promise<Ran> {
  const { pullRequest, repository } = job
  const number = pullRequest?.number
  const owner =
    inputs.text('owner') ?? (number === undefined ? undefined : `${repository}#${number}`)
  if (owner === undefined) {
    throw new UsageError('The event is about no pull request, so the input owner is needed.')
  }
  const words = [inputs.needed('client')]
  const [provider, pool] = [inputs.text('provider'), inputs.text('user-pool')]
  const options = {
    owner,
    yes: true as const,
    ...(provider === undefined ? {} : { provider }),
    ...(pool === undefined ? {} : { pool }),
  }
  if (pullRequest?.action === 'closed') return run(end, words, options)
  const urls = inputs.lines('urls')
  if (urls.length === 0) {
    throw new UsageError(
      'The input urls is missing: a line FIELD=URL for each, such as callbacks=https://…',
    )
  }
  return run(take, [...words, ...urls], { ...options, for: inputs.text('for') ?? '7d' })
}
