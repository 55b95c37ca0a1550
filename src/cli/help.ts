/** The texts of `--help`, built from the tables. */

import type { Command, CommandGroup } from './command.ts'
import { EXIT } from './exit.ts'
import { nounOf } from './nouns.ts'
import { OPTIONS, type Option, type OptionName } from './options.ts'

const WIDTH = 26

/** The overview of all commands. */
export function overview(groups: readonly CommandGroup[]): string {
  const lines = groups.map(({ title, commands }) =>
    [`${title}:`, ...commands.map(({ name, says }) => `  ${name.padEnd(14)}${says}`)].join('\n'),
  )
  const codes = Object.values(EXIT).map(({ code, says }) => `  ${code}  ${says}`)
  return `Clientry: OAuth clients at Auth0, Amazon Cognito and others, changed safely.

usage: clientry COMMAND [words] [options]

${lines.join('\n\n')}

  clientry help COMMAND explains one command, with examples (as COMMAND --help does).

A command works on the first of these that is set: a configuration (--config FILE, no server), a
server (--url, or CLIENTRY_URL with CLIENTRY_TOKEN), a profile (--profile, CLIENTRY_PROFILE, or the
default one of \`clientry login\`), the server that \`clientry dev\` started in this folder.

exit codes:
${codes.join('\n')}
`
}

/** The help of one command; `related`: the others of its noun. */
export function helpOf(command: Command, related: readonly Command[] = []): string {
  const { says, more, takes, options, examples, meanings = {} } = command
  const meaningOf = (name: OptionName): Option => ({ ...OPTIONS[name], ...meanings[name] })
  const parts = [
    `${says.charAt(0).toUpperCase()}${says.slice(1)}.${more === undefined ? '' : `\n\n${more}`}`,
    `usage: ${usageOf(command)}`,
    section(
      '',
      takes.map(({ name, says: word }) => [name, word]),
    ),
    section(
      'options:\n',
      [...options, 'help' as const].map((name) => [
        spelled(name, meaningOf(name)),
        meaningOf(name).says,
      ]),
    ),
    `examples:\n${examples.map((example) => `  ${example}`).join('\n')}`,
    section(
      'see also:\n',
      related.map(({ name, says: word }) => [`clientry ${name}`, word]),
    ),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** The other commands of the same noun. */
export function relatedTo(command: Command, commands: readonly Command[]): readonly Command[] {
  const noun = nounOf(command.name)
  return commands.filter((one) => one !== command && nounOf(one.name) === noun)
}

const usageOf = ({ name, takes, options }: Command): string => {
  const words = takes.map(({ name: word, optional, many }) => {
    const text = many === true ? `${word}...` : word
    return optional === true ? `[${text}]` : text
  })
  return ['clientry', name, ...words, options.length > 0 ? '[options]' : ''].join(' ').trim()
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return ''
  return title + rows.map(([name, says]) => `  ${name.padEnd(WIDTH)}${says}`).join('\n')
}

function spelled(name: OptionName, { value }: Option): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`
}
