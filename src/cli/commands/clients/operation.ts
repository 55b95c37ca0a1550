/** `clientry operation OPERATION`. */

import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { showItem } from '../../show/show.ts'

export const run: Run = async ({ words: [id = ''], options, terminal, connect }) => {
  const { body } = await (await connect()).getOperation(id)
  if (options.json === true) terminal.printJson(body)
  else showItem(terminal, body, true)
  return EXIT.ok.code
}
