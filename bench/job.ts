/** A job over many Auth0 clients, beside a loop with the provider's own two calls that takes all of the same rate. */

import { AUTH0_RATE, auth0Account } from './accounts.ts'
import type { Built } from './built.ts'
import { outcomeOf } from './contest.ts'
import { nativeChange } from './native.ts'
import { runJob } from './peers-ours.ts'
import { digits, type Row } from './report.ts'
import type { Upstream } from './upstream.ts'

/** How much the account gives at once and has to give back first, so that both begin alike (milliseconds). */
const REST_MS = 4_000

/** The rate that the account has is left to no one else: the loop leaves nothing either. */
export async function measureJob(
  built: Built,
  upstream: Upstream,
  count: number,
): Promise<readonly Row[]> {
  const account = await auth0Account(count)
  const { wallMs, job } = await runJob(built, upstream, 'auth0', account, 0)
  const { calls } = outcomeOf(account)
  await account.emulator.close()
  const other = await auth0Account(count)
  const change = await nativeChange('auth0', other.emulator.url, 'loop')
  await new Promise((resume) => setTimeout(resume, REST_MS))
  const started = performance.now()
  for (const id of other.ids) await change(id, 'Changed')
  const loopMs = performance.now() - started
  await other.emulator.close()
  const section = `job, ${count} Auth0 clients`
  const { applied = 0 } = job.counts
  const permittedMs = ((calls - AUTH0_RATE.burst) / AUTH0_RATE.perSecond) * 1_000
  return [
    {
      section,
      name: 'calls for each client',
      figure: calls / count,
      unit: 'calls',
      aim: 2.02,
      detail: `${calls} calls, ${applied} clients changed`,
    },
    {
      section,
      name: 'time / a loop with two calls for each',
      figure: wallMs / loopMs,
      unit: 'x',
      aim: 1,
      limit: `${digits(permittedMs / loopMs)} x: what the account's rate permits for these calls`,
      detail: `${digits(wallMs)} / ${digits(loopMs)} ms`,
    },
  ]
}
