/** `clientry lease list CLIENT`. */

import { clientOf } from '../../change/settings.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { showLeases } from '../../show/leases.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { body } = await (await invocation.connect()).listLeases(clientOf(invocation))
  if (options.json === true) terminal.printJson(body)
  else {
    showLeases(terminal, body)
    if (body.leases.length === 0) terminal.note('There are no leases.')
  }
  return EXIT.ok.code
}
