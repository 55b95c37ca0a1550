/** Protects a client, or removes its protection. */

import type { Client, Plan } from '../../sdk/types.ts'
import type { Invocation } from '../command.ts'
import { aboutClient, clientOf, spelledName } from './settings.ts'
import { change } from './write.ts'

/** Sets whether a client can be removed and suspended. */
export async function protection(invocation: Invocation, on: boolean): Promise<number> {
  const client = clientOf(invocation)
  const { getClient, protectClient } = await invocation.connect()
  const about = aboutClient(invocation)
  const isOn =
    invocation.options.yes === true ? !on : (await getClient(client)).body.protected === true
  return change<Plan, Client>(invocation, {
    ...about,
    question: on
      ? `Protect ${spelledName(client)}?`
      : `Remove the protection of ${spelledName(client)}?`,
    // Protection is not a setting, so the list of changed settings does not show it.
    show: (plan, say) => {
      about.show(plan, say)
      if (isOn !== on) say(on ? '  is protected' : '  is no longer protected')
      return isOn !== on
    },
    plan: (options) => protectClient(client, { protected: on }, options),
    carryOut: (options) => protectClient(client, { protected: on }, options),
  })
}
