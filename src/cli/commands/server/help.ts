/** `clientry help [COMMAND]`. */

import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { helpOf, overview, relatedTo } from '../../help.ts'
import { resolve } from '../../resolve.ts'

export const run: Run = async ({ groups, words, terminal }) => {
  const commands = groups.flatMap((group) => group.commands)
  const text = words.length === 0 ? overview(groups) : textOf(words)
  terminal.print(text.trimEnd())
  return EXIT.ok.code

  function textOf(words: readonly string[]): string {
    const { command } = resolve(commands, words)
    return helpOf(command, relatedTo(command, commands))
  }
}
