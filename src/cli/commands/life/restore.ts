/** `clientry restore CLIENT`. */

import type { Restoration, RestorationPlan } from '../../../sdk/types.ts'
import { withoutSecrets } from '../../change/secret-output.ts'
import { clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Run } from '../../command.ts'
import { nameOf, type Say, showWarnings } from '../../show/show.ts'
import { plain, type Terminal } from '../../terminal.ts'

function showLost(terminal: Terminal, lost: readonly string[], say: Say): void {
  for (const one of lost) say(`    ${terminal.style('removed', `- ${plain(one)}`)}`)
}

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const client = clientOf(invocation)
  const { restoreClient } = await invocation.connect()
  return change<RestorationPlan, Restoration>(invocation, {
    question: `Restore ${spelledName(client)}?`,
    plan: (conditions) => restoreClient(client, conditions),
    show: ({ client: shown, lost, warnings }, say) => {
      say(terminal.style('strong', nameOf(shown)))
      say('  comes back with its id, settings and secret; what does not come back:')
      showLost(terminal, lost, say)
      showWarnings(terminal, warnings, say)
      return true
    },
    carryOut: (conditions) => restoreClient(client, conditions),
    printResult: ({ body }) => {
      terminal.print(`${nameOf(body)}: restored; what did not come back:`)
      showLost(terminal, body.lost ?? [], terminal.print)
      showWarnings(terminal, body.warnings ?? [], terminal.print)
    },
    json: (body) => withoutSecrets(body, options),
  })
}
