/** Names of commands: a noun, alone or with what is done with it. */

import type { Command } from './command.ts'

/** The first word of a name. */
export const nounOf = (name: string): string => name.split(' ')[0] ?? name

/** The nouns of all commands, each once. */
export const nounsOf = (commands: readonly Command[]): readonly string[] => [
  ...new Set(commands.map(({ name }) => nounOf(name))),
]

/** What can be done with a noun, as the second words of its commands. */
export function verbsOf(commands: readonly Command[], noun: string): readonly string[] {
  return commands.flatMap(({ name }) =>
    name.startsWith(`${noun} `) ? [name.slice(noun.length + 1)] : [],
  )
}
