/** Completions for shells: the commands, the options of each, and the attributes of a client. */

import { FIELD_NAMES, FIELDS } from '../core/client.ts'
import { CLIENT_KINDS } from '../core/client-kind.ts'
import type { Command } from './command.ts'
import { nounsOf, verbsOf } from './nouns.ts'
import { OPTIONS, type Option, type OptionName } from './options.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof SHELLS)[number]

/** The script for a shell; it ends without a line break. */
export function completionFor(shell: Shell, commands: readonly Command[]): string {
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }
  return scripts[shell](commands).trimEnd()
}

const ofOption = (name: OptionName): Option => OPTIONS[name]
const optionsOf = ({ options }: Command): readonly OptionName[] => [...options, 'help']

/** Commands of a noun alone: where that has verbs, with those; the noun itself may be no command. */
function nounsWithWords(commands: readonly Command[]): readonly Completed[] {
  return nounsOf(commands).map((noun) => {
    const command = commands.find(({ name }) => name === noun)
    const verbs = verbsOf(commands, noun)
    const says = command?.says ?? verbs.join(', ')
    if (command === undefined) return { name: noun, says, words: verbs, options: ['help'] }
    return { name: noun, says, words: [...verbs, ...wordsOf(command)], options: optionsOf(command) }
  })
}

/** What can follow a name. */
interface Completed {
  readonly name: string
  readonly says: string
  readonly words: readonly string[]
  readonly options: readonly OptionName[]
}

const withVerb = (commands: readonly Command[]): readonly Completed[] =>
  commands
    .filter(({ name }) => name.includes(' '))
    .map((command) => ({
      ...command,
      words: wordsOf(command),
      options: optionsOf(command),
    }))

/** The words that may follow the name of a command, apart from options. */
function wordsOf({ name, takes }: Command): readonly string[] {
  if (name === 'completion') return SHELLS
  if (!takes.some((argument) => argument.name.endsWith('FIELD=VALUE'))) return []
  return FIELD_NAMES.filter((field) => FIELDS[field].kind !== 'secret').map((field) => `${field}=`)
}

/** Options whose value is a file, and those with a fixed set of values. */
const isFile = (name: OptionName) => ofOption(name).value === 'FILE'
const VALUES: Partial<Record<OptionName, readonly string[]>> = { kind: CLIENT_KINDS }

function bashScript(commands: readonly Command[]): string {
  const caseOf = (pattern: string, { words, options }: Completed) =>
    `    ${pattern}) words='${[...words, ...options.map((name) => `--${name}`)].join(' ')}' ;;`
  const cases = [
    ...withVerb(commands).map((one) => caseOf(`'${one.name}'`, one)),
    ...nounsWithWords(commands).map((one) => caseOf(`'${one.name} '*`, one)),
  ]
  const files = (Object.keys(OPTIONS) as OptionName[]).filter(isFile).map((name) => `--${name}`)
  return `# Bash completion of clientry: source <(clientry completion bash)
_clientry() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words='' verb=''
  COMPREPLY=()
  case $before in
    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --kind) COMPREPLY=($(compgen -W '${CLIENT_KINDS.join(' ')}' -- "$current")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${nounsOf(commands).join(' ')}' -- "$current"))
    return
  fi
  [ "$COMP_CWORD" -gt 2 ] && verb=\${COMP_WORDS[2]}
  case "\${COMP_WORDS[1]} $verb" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case \${COMPREPLY[0]} in *=) compopt -o nospace 2>/dev/null ;; esac
}
complete -F _clientry clientry`
}

/** Escapes a text for the single quotes of a shell. */
const single = (text: string) => text.replaceAll("'", "'\\''")

function zshScript(commands: readonly Command[]): string {
  // _describe splits a word from its explanation at the first colon.
  const described = (name: string, says: string) =>
    `'${single(name.replaceAll(':', '\\:'))}:${single(says)}'`
  const caseOf = (pattern: string, { words, options }: Completed) => {
    const flags = options.map((name) => described(`--${name}`, ofOption(name).says))
    const plain = words.map((word) => described(word, word.endsWith('=') ? 'an attribute' : word))
    return `    ${pattern}) items=(${[...plain, ...flags].join(' ')}) ;;`
  }
  const cases = [
    ...withVerb(commands).map((one) => caseOf(`'${one.name}'`, one)),
    ...nounsWithWords(commands).map((one) => caseOf(`'${one.name} '*`, one)),
  ]
  return `#compdef clientry
# Zsh completion of clientry: source <(clientry completion zsh)
_clientry() {
  local -a items
  local verb=''
  if (( CURRENT == 2 )); then
    items=(${nounsWithWords(commands)
      .map(({ name, says }) => described(name, says))
      .join(' ')})
    _describe command items
    return
  fi
  case $words[CURRENT-1] in
    ${(Object.keys(OPTIONS) as OptionName[])
      .filter(isFile)
      .map((name) => `--${name}`)
      .join('|')}) _files; return ;;
    --kind) compadd ${CLIENT_KINDS.join(' ')}; return ;;
  esac
  (( CURRENT > 3 )) && verb=$words[3]
  case "$words[2] $verb" in
${cases.join('\n')}
  esac
  _describe option items -S ''
}
compdef _clientry clientry`
}

function fishScript(commands: readonly Command[]): string {
  const onSubcommand = (names: readonly string[]) =>
    `__fish_seen_subcommand_from ${names.join(' ')}`
  const lines = nounsWithWords(commands).flatMap((noun) => {
    const verbs = verbsOf(commands, noun.name)
    const none = verbs.length === 0 ? '' : `; and not ${onSubcommand(verbs)}`
    const start = `complete -c clientry -f -n __fish_use_subcommand -a ${noun.name} -d '${single(noun.says)}'`
    return [
      start,
      ...fishLines(`${onSubcommand([noun.name])}${none}`, noun),
      ...withVerb(commands)
        .filter(({ name }) => name.startsWith(`${noun.name} `))
        .flatMap((one) =>
          fishLines(
            `${onSubcommand([noun.name])}; and ${onSubcommand([one.name.split(' ')[1] ?? ''])}`,
            one,
          ),
        ),
    ]
  })
  return `# Fish completion of clientry: clientry completion fish | source\n${lines.join('\n')}`
}

/** What can follow a name, where a condition of fish holds. */
function fishLines(condition: string, { words, options }: Completed): readonly string[] {
  const here = `-n '${condition}'`
  return [
    ...(words.length === 0 ? [] : [`complete -c clientry -f ${here} -a '${words.join(' ')}'`]),
    ...options.map((option) => {
      const values = VALUES[option]
      const takes = ofOption(option).value === undefined ? '' : isFile(option) ? ' -r -F' : ' -x'
      const listed = values === undefined ? '' : ` -a '${values.join(' ')}'`
      return `complete -c clientry ${here} -l ${option}${takes}${listed} -d '${single(ofOption(option).says)}'`
    }),
  ]
}
