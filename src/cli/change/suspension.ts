/** Suspends a client, or resumes it. */

import type { Client, Plan } from '../../sdk/types.ts'
import type { Given } from '../command.ts'
import { plain } from '../terminal.ts'
import { aboutClient, clientOf, named } from './settings.ts'
import { change } from './write.ts'

/** Switches a client off, or restores what the suspension took away. */
export async function suspension(given: Given, on: boolean): Promise<number> {
  const client = clientOf(given)
  const { getClient, suspendClient, resumeClient } = await given.connect()
  const about = aboutClient(given)
  const held = given.options.yes === true ? undefined : (await getClient(client)).body.suspension
  const allowPartial = given.options.partial === true
  return change<Plan, Client>(given, {
    ...about,
    question: on ? `Suspend ${named(client)}?` : `Resume ${named(client)}?`,
    show: (plan, say) => {
      const changes = about.show(plan, say)
      const { suspension: after } = plan.client
      for (const one of on ? (after?.doesNotStop ?? []) : []) say(`  does not stop ${plain(one)}`)
      return changes || (held?.since === undefined) !== (after?.since === undefined)
    },
    plan: (options) =>
      on ? suspendClient(client, {}, options) : resumeClient(client, { allowPartial }, options),
    carryOut: (options) =>
      on ? suspendClient(client, {}, options) : resumeClient(client, { allowPartial }, options),
  })
}
