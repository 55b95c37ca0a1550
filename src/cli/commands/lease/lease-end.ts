/** `clientry lease end CLIENT --owner OWNER`. */

import type { LeaseField, Leases, LeasesOf, Plan } from '../../../sdk/types.ts'
import { aboutClient, clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'
import { showLeases } from '../../show/leases.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { owner, field, value } = options
  if (owner === undefined) throw new UsageError('--owner is missing: whose leases are to end.')
  const which: LeasesOf = {
    owner,
    ...(field === undefined ? {} : { field: field as LeaseField }),
    ...(value === undefined ? {} : { value }),
  }
  const client = clientOf(invocation)
  const { endLeases } = await invocation.connect()
  const { show } = aboutClient(invocation)
  return change<Plan, Leases>(invocation, {
    question: `End the leases of ${plain(owner)} on ${spelledName(client)}?`,
    plan: (conditions) => endLeases(client, { ...conditions, ...which }),
    // Leases whose values stay end too, which no difference shows.
    show: (plan, say) => {
      show(plan, say)
      return true
    },
    carryOut: (conditions) => endLeases(client, { ...conditions, ...which }),
    printResult: ({ body }) => {
      terminal.print(`${spelledName(client)}: the leases of ${plain(owner)} have ended`)
      showLeases(terminal, body)
    },
  })
}
