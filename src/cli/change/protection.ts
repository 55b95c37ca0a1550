/** Protects a client, or removes its protection. */

import type { Client, Plan } from '../../sdk/types.ts'
import type { Given } from '../command.ts'
import { aboutClient, clientOf, named } from './settings.ts'
import { change } from './write.ts'

/** Sets whether a client can be removed and suspended. */
export async function protection(given: Given, on: boolean): Promise<number> {
  const client = clientOf(given)
  const { getClient, protectClient } = await given.connect()
  const about = aboutClient(given)
  const held = given.options.yes === true ? !on : (await getClient(client)).body.protected === true
  return change<Plan, Client>(given, {
    ...about,
    question: on ? `Protect ${named(client)}?` : `Remove the protection of ${named(client)}?`,
    // Protection is not a setting, so the list of changed settings does not show it.
    show: (plan, say) => {
      about.show(plan, say)
      if (held !== on) say(on ? '  is protected' : '  is no longer protected')
      return held !== on
    },
    plan: (options) => protectClient(client, { protected: on }, options),
    carryOut: (options) => protectClient(client, { protected: on }, options),
  })
}
