/** What to say where the name of an attribute stands for a command. */

import { FIELD_NAMES } from '../../core/client.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../exit.ts'
import { candidatesOf } from '../resolve.ts'
import { nearest } from '../suggest.ts'
import { plain } from '../terminal.ts'

/** The error for a word that is nearer to an attribute than to any command; `undefined` where it is not. */
export function attributeHint(commands: readonly Command[], word: string): UsageError | undefined {
  if (commands.some(({ name }) => name === word || name.startsWith(`${word} `))) return undefined
  const fields = FIELD_NAMES.map((name) => ({ word: name, name, writes: false }))
  const [field, ...more] = nearest(word, [...candidatesOf(commands), ...fields])
  if (field === undefined || more.length > 0 || !fields.some(({ name }) => name === field))
    return undefined
  return new UsageError(
    `There is no command ${plain(word)}; ${field} is an attribute of a client. clientry get CLIENT shows it, and clientry help set how it is changed.`,
  )
}
