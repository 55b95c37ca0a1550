/** `clientry get CLIENT`. */

import { addressOf } from '../../address.ts'
import { withoutSecrets } from '../../change/secret-output.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { showClient } from '../../show/show.ts'

export const run: Run = async ({ words: [word = ''], options, terminal, connect }) => {
  const address = addressOf(word, options)
  const { body } = await (await connect()).getClient(address)
  const client = withoutSecrets(body, options)
  if (options.json === true) terminal.printJson(client)
  else showClient(terminal, client)
  return EXIT.ok.code
}
