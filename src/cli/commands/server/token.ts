/** `clientry token`: prints an access token and nothing else. */

import type { Run } from '../../command.ts'
import { tokenBy } from '../../connect/connect.ts'
import { EXIT } from '../../exit.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async ({ words: [scope], options, terminal }) => {
  terminal.print(plain(await tokenBy(options, scope)))
  return EXIT.ok.code
}
