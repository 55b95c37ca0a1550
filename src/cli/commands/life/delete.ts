/** `clientry delete CLIENT`. */

import type { Removal, RemovalPlan } from '../../../sdk/types.ts'
import { withoutSecrets } from '../../change/secret-output.ts'
import { clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const client = clientOf(invocation)
  const { deleteClient } = await invocation.connect()
  return change<RemovalPlan, Removal>(invocation, {
    question: `Delete ${spelledName(client)} for good?`,
    // The server deletes a client only in the state that the caller has seen.
    bound: true,
    plan: (conditions) => deleteClient(client, conditions),
    show: ({ client: shown, lost }, say) => {
      say(terminal.style('strong', nameOf(shown)))
      say('  is deleted, together with what no new client can get back:')
      for (const one of lost) say(`    ${terminal.style('removed', `- ${plain(one)}`)}`)
      return true
    },
    carryOut: (conditions) => deleteClient(client, conditions),
    printResult: ({ body }) => terminal.print(`${nameOf(body.client)}: deleted`),
    json: (body) => withoutSecrets(body, options),
  })
}
