/** What a change of a client's settings shows before and after it is made. */

import type { Answer, ClientArgument } from '../../sdk/api.ts'
import type { Client, ClientAddress, Plan } from '../../sdk/types.ts'
import { addressOf } from '../address.ts'
import type { Invocation } from '../command.ts'
import { nameOf, type Say, showChanges, showWarnings } from '../show/show.ts'
import { plain } from '../terminal.ts'
import { withoutSecrets } from './secret-output.ts'
import type { Change } from './write.ts'

/** The client that a command works on: its first word. */
export const clientOf = ({ words: [word = ''], options }: Invocation): ClientAddress =>
  addressOf(word, options)

/** Shows plans and answers whose body is a client. */
export function aboutClient({
  options,
  terminal,
}: Invocation): Pick<Change<Plan, Client>, 'show' | 'printResult' | 'json'> {
  return {
    show: ({ client, changes, warnings }, say) => {
      say(terminal.style('strong', nameOf(client)))
      showChanges(terminal, changes, say)
      showWarnings(terminal, warnings, say)
      if (client.withheld) say('  your token lacks clients:read, so the changes cannot be shown')
      return changes.length > 0 || client.withheld === true
    },
    printResult: (answer) => {
      showOutcome(answer, terminal.print)
      showWarnings(terminal, answer.body.warnings ?? [], terminal.print)
    },
    json: (body) => withoutSecrets(body, options),
  }
}

function showOutcome({ body, operationId, replayed }: Answer<Client>, say: Say): void {
  const name = nameOf(body)
  if (operationId === undefined) return say(`${name}: nothing to change`)
  const how = replayed ? 'changed earlier with the same key' : 'changed'
  say(`${name}: ${how} (operation ${plain(operationId)})`)
}

/** The client as the user wrote it, for a question. */
export function spelledName(client: ClientArgument): string {
  if (typeof client === 'string') return plain(client)
  const { provider, userPoolId, id } = client
  return plain([provider, userPoolId, id].filter((part) => part !== undefined).join('/'))
}
