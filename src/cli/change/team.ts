/** Says which team a client belongs to. */

import type { Client, Plan } from '../../sdk/types.ts'
import type { Invocation } from '../command.ts'
import { aboutClient, clientOf, spelledName } from './settings.ts'
import { change } from './write.ts'

/** Assigns a client to a team; `null`: to none. */
export async function assignment(invocation: Invocation, team: string | null): Promise<number> {
  const client = clientOf(invocation)
  const { getStanding, assignClient } = await invocation.connect()
  const about = aboutClient(invocation)
  const { team: before = null } =
    invocation.options.yes === true ? {} : (await getStanding(client)).body
  return change<Plan, Client>(invocation, {
    ...about,
    question:
      team === null
        ? `Take ${spelledName(client)} from its team?`
        : `Assign ${spelledName(client)} to the team ${team}?`,
    // A team is not a setting, so the list of changed settings does not show it.
    show: (plan, say) => {
      about.show(plan, say)
      if (before !== team)
        say(team === null ? '  belongs to no team' : `  belongs to the team ${team}`)
      return before !== team
    },
    plan: (options) => assignClient(client, { team }, options),
    carryOut: (options) => assignClient(client, { team }, options),
  })
}
