/** Suspends a client, or resumes it. */

import type { Client, Plan } from '../../sdk/types.ts'
import type { Invocation } from '../command.ts'
import { plain } from '../terminal.ts'
import { aboutClient, clientOf, spelledName } from './settings.ts'
import { change } from './write.ts'

/** Switches a client off, or restores what the suspension took away. */
export async function suspension(invocation: Invocation, on: boolean): Promise<number> {
  const client = clientOf(invocation)
  const { getClient, suspendClient, resumeClient } = await invocation.connect()
  const about = aboutClient(invocation)
  const current =
    invocation.options.yes === true ? undefined : (await getClient(client)).body.suspension
  const allowPartial = invocation.options.partial === true
  return change<Plan, Client>(invocation, {
    ...about,
    question: on ? `Suspend ${spelledName(client)}?` : `Resume ${spelledName(client)}?`,
    show: (plan, say) => {
      const changes = about.show(plan, say)
      const { suspension: after } = plan.client
      for (const one of on ? (after?.doesNotStop ?? []) : []) say(`  does not stop ${plain(one)}`)
      return changes || (current?.since === undefined) !== (after?.since === undefined)
    },
    plan: (options) =>
      on ? suspendClient(client, {}, options) : resumeClient(client, { allowPartial }, options),
    carryOut: (options) =>
      on ? suspendClient(client, {}, options) : resumeClient(client, { allowPartial }, options),
  })
}
