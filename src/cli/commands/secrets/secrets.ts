/** `clientry secrets CLIENT`. */

import { clientOf, spelledName } from '../../change/settings.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { showLive } from '../../show/live-secrets.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const client = clientOf(invocation)
  const { body } = await (await invocation.connect()).listSecrets(client)
  if (options.json === true) terminal.printJson(body)
  else {
    terminal.print(terminal.style('strong', spelledName(client)))
    showLive(terminal, body.secrets, terminal.print)
    terminal.print(`  at most ${body.atOnce} can be live at once`)
  }
  return EXIT.ok.code
}
