/** `clientry completion SHELL`: built from the same table as the help. */

import type { Run } from '../../command.ts'
import { completionFor, SHELLS, type Shell } from '../../completion.ts'
import { EXIT, UsageError } from '../../exit.ts'

export const run: Run = async ({ groups, words: [shell = ''], terminal }) => {
  if (!SHELLS.includes(shell as Shell)) {
    throw new UsageError(`SHELL must be one of: ${SHELLS.join(', ')}.`)
  }
  const commands = groups.flatMap((group) => group.commands)
  terminal.print(completionFor(shell as Shell, commands))
  return EXIT.ok.code
}
