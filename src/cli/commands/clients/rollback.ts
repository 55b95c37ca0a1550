/** `clientry rollback CLIENT --to REVISION`. */

import type { Client, Plan } from '../../../sdk/types.ts'
import { aboutClient, clientOf, named } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'

export const run: Run = async (given) => {
  const { to = '', partial } = given.options
  const client = clientOf(given)
  if (!/^\d{1,15}$/.test(to)) {
    throw new UsageError('--to must be a revision. clientry history CLIENT lists them.')
  }
  const request = { to: Number(to), ...(partial === true ? { allowPartial: true } : {}) }
  const { rollbackClient } = await given.connect()
  return change<Plan, Client>(given, {
    ...aboutClient(given),
    question: `Roll ${named(client)} back to revision ${to}?`,
    plan: (options) => rollbackClient(client, request, options),
    carryOut: (options) => rollbackClient(client, request, options),
  })
}
