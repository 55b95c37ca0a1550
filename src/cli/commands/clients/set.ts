/** `clientry set CLIENT FIELD=VALUE...`. */

import type { Client, Plan } from '../../../sdk/types.ts'
import { aboutClient, clientOf, spelledName } from '../../change/settings.ts'
import { wishOf } from '../../change/wish.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'

export const run: Run = async (invocation) => {
  const client = clientOf(invocation)
  const patch = await wishOf(invocation, invocation.words.slice(1))
  if (Object.keys(patch).length === 0) {
    throw new UsageError(
      'There is nothing to change. Give FIELD=VALUE, --from, --add-callback, ...',
    )
  }
  const { updateClient } = await invocation.connect()
  return change<Plan, Client>(invocation, {
    ...aboutClient(invocation),
    question: `Change ${spelledName(client)}?`,
    plan: (options) => updateClient(client, patch, options),
    carryOut: (options) => updateClient(client, patch, options),
  })
}
