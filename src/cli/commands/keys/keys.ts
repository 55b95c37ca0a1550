/** `clientry keys CLIENT`. */

import { clientOf, spelledName } from '../../change/settings.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { showKeys } from '../../show/keys.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const client = clientOf(invocation)
  const { body } = await (await invocation.connect()).listKeys(client)
  if (options.json === true) terminal.printJson(body)
  else {
    terminal.print(terminal.style('strong', spelledName(client)))
    showKeys(terminal, body.keys, terminal.print)
    if (body.atMost !== undefined) terminal.print(`  at most ${body.atMost}`)
  }
  return EXIT.ok.code
}
