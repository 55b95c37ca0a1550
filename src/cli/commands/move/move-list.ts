/** `clientry move list CLIENT`. */

import { clientOf } from '../../change/settings.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { showMoves } from '../../show/moves.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { body } = await (await invocation.connect()).listMoves(clientOf(invocation))
  if (options.json === true) terminal.printJson(body)
  else {
    showMoves(terminal, body)
    if (body.moves.length === 0) terminal.note('There are no open moves.')
  }
  return EXIT.ok.code
}
