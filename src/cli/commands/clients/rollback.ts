/** `clientry rollback CLIENT --to REVISION`. */

import type { Client, Plan } from '../../../sdk/types.ts'
import { aboutClient, clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'

export const run: Run = async (invocation) => {
  const { to = '', partial } = invocation.options
  const client = clientOf(invocation)
  if (!/^\d{1,15}$/.test(to)) {
    throw new UsageError('--to must be a revision. clientry history CLIENT lists them.')
  }
  const request = { to: Number(to), ...(partial === true ? { allowPartial: true } : {}) }
  const { rollbackClient } = await invocation.connect()
  return change<Plan, Client>(invocation, {
    ...aboutClient(invocation),
    question: `Roll ${spelledName(client)} back to revision ${to}?`,
    plan: (options) => rollbackClient(client, request, options),
    carryOut: (options) => rollbackClient(client, request, options),
  })
}
