/** `clientry delete CLIENT`. */

import type { Removal, RemovalPlan } from '../../../sdk/types.ts'
import { withoutSecrets } from '../../change/secrets.ts'
import { clientOf, named } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (given) => {
  const { options, terminal } = given
  const client = clientOf(given)
  const { deleteClient } = await given.connect()
  return change<RemovalPlan, Removal>(given, {
    question: `Delete ${named(client)} for good?`,
    // The server deletes a client only in the state that the caller has seen.
    bound: true,
    plan: (conditions) => deleteClient(client, conditions),
    show: ({ client: held, lost }, say) => {
      say(terminal.style('strong', nameOf(held)))
      say('  is deleted, together with what no new client can get back:')
      for (const one of lost) say(`    ${terminal.style('removed', `- ${plain(one)}`)}`)
      return true
    },
    carryOut: (conditions) => deleteClient(client, conditions),
    tell: ({ body }) => terminal.print(`${nameOf(body.client)}: deleted`),
    json: (body) => withoutSecrets(body, options),
  })
}
