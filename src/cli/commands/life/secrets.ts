/** `clientry secrets CLIENT`. */

import { clientOf, named } from '../../change/settings.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { showLive } from '../../show/live-secrets.ts'

export const run: Run = async (given) => {
  const { options, terminal } = given
  const client = clientOf(given)
  const { body } = await (await given.connect()).listSecrets(client)
  if (options.json === true) terminal.printJson(body)
  else {
    terminal.print(terminal.style('strong', named(client)))
    showLive(terminal, body.secrets, terminal.print)
    terminal.print(`  at most ${body.atOnce} can be live at once`)
  }
  return EXIT.ok.code
}
