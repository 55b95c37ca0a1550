/** Parses the command line by the tables: the command, its words and its options. */

import { parseArgs } from 'node:util'
import type { Command } from './command.ts'
import { UsageError } from './exit.ts'
import { OPTIONS, type Option, type Values } from './options.ts'
import { didYouMean, nearestName } from './suggest.ts'

export interface Line {
  readonly words: readonly string[]
  readonly options: Values
}

/**
 * Parses the words after the name of a command.
 * @throws UsageError
 */
export function parseLine(command: Command, args: readonly string[]): Line {
  const { values, positionals } = parsed(command, args)
  const options = values as Values
  if (options.help !== true) checkWords(command, positionals)
  return { words: positionals, options }
}

/**
 * An id that begins with a dash, as one in 64 ids in base64url does: there are no options of one dash, and none that is
 * as long as an id.
 */
const DASHED_ID = /^-[\w-]{15,}$/
/** Stands before such an id while the line is parsed; nothing that a shell passes on contains it. */
const MARK = '\0'

const marked = (word: string) =>
  DASHED_ID.test(word) && !word.startsWith('--') ? MARK + word : word
const unmarked = (word: string) => (word.startsWith(MARK) ? word.slice(MARK.length) : word)

function unmarkedValue(value: string | boolean | (string | boolean)[] | undefined) {
  if (Array.isArray(value))
    return value.map((one) => (typeof one === 'string' ? unmarked(one) : one))
  return typeof value === 'string' ? unmarked(value) : value
}

function parsed(command: Command, args: readonly string[]) {
  const optionTypes = Object.fromEntries(
    [...command.options, 'help' as const].map((name) => {
      const option: Option = OPTIONS[name]
      const type = option.value === undefined ? ('boolean' as const) : ('string' as const)
      return [name, { type, ...(option.many === true ? { multiple: true } : {}) }]
    }),
  )
  try {
    const config = { args: args.map(marked), options: optionTypes, allowPositionals: true } as const
    const { tokens, values, positionals } = parseArgs({ ...config, tokens: true })
    checkRepeated(tokens)
    return {
      positionals: positionals.map(unmarked),
      values: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, unmarkedValue(value)]),
      ),
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    // It repeats only names from the command line, since a value may be something that must not be
    // shown.
    const [says = ''] = error instanceof Error ? error.message.split(/[.\n]/) : []
    const [, unknown] = /^Unknown option '--([\w-]+)/.exec(says) ?? []
    const meant = unknown === undefined ? [] : nearestName(unknown, command.options)
    const hint = didYouMean(meant.map((name) => `--${name}`))
    throw new UsageError(`${says}.${hint} See: clientry ${command.name} --help`)
  }
}

/** A repeated option is more often a mistake than a correction. */
function checkRepeated(tokens: readonly { readonly kind: string; readonly name?: string }[]): void {
  const names = tokens.flatMap(({ kind, name }) => (kind === 'option' && name ? [name] : []))
  const twice = names.find((name, index) => {
    const { many }: Option = OPTIONS[name as keyof typeof OPTIONS]
    return many !== true && names.indexOf(name) !== index
  })
  if (twice !== undefined) throw new UsageError(`--${twice} is given twice.`)
}

function checkWords({ name, takes }: Command, words: readonly string[]): void {
  const needed = takes.filter(({ optional }) => optional !== true)
  const missing = needed[words.length]
  if (missing !== undefined) {
    throw new UsageError(`${missing.name} is missing. See: clientry ${name} --help`)
  }
  const most = takes.some(({ many }) => many === true) ? Number.POSITIVE_INFINITY : takes.length
  if (words.length > most) {
    throw new UsageError(`There are too many words. See: clientry ${name} --help`)
  }
}
