/** Completions for shells: the commands, the options of each, and the attributes of a client. */

import { FIELD_NAMES, FIELDS } from '../core/client.ts'
import { CLIENT_KINDS } from '../core/client-kind.ts'
import type { Command } from './command.ts'
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
  const cases = commands.map((command) => {
    const words = [...wordsOf(command), ...optionsOf(command).map((name) => `--${name}`)]
    return `    ${command.name}) words='${words.join(' ')}' ;;`
  })
  const files = (Object.keys(OPTIONS) as OptionName[]).filter(isFile).map((name) => `--${name}`)
  return `# Bash completion of clientry: source <(clientry completion bash)
_clientry() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words=''
  COMPREPLY=()
  case $before in
    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --kind) COMPREPLY=($(compgen -W '${CLIENT_KINDS.join(' ')}' -- "$current")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
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
  const cases = commands.map((command) => {
    const options = optionsOf(command).map((name) => described(`--${name}`, ofOption(name).says))
    const words = wordsOf(command).map((word) => described(word, 'an attribute'))
    return `    ${command.name}) items=(${[...words, ...options].join(' ')}) ;;`
  })
  return `#compdef clientry
# Zsh completion of clientry: source <(clientry completion zsh)
_clientry() {
  local -a items
  if (( CURRENT == 2 )); then
    items=(${commands.map(({ name, says }) => described(name, says)).join(' ')})
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
  case $words[2] in
${cases.join('\n')}
  esac
  _describe option items -S ''
}
compdef _clientry clientry`
}

function fishScript(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => {
    const { name, says } = command
    const here = `-n '__fish_seen_subcommand_from ${name}'`
    const words = wordsOf(command)
    return [
      `complete -c clientry -f -n __fish_use_subcommand -a ${name} -d '${single(says)}'`,
      ...(words.length === 0 ? [] : [`complete -c clientry -f ${here} -a '${words.join(' ')}'`]),
      ...optionsOf(command).map((option) => {
        const values = VALUES[option]
        const takes = ofOption(option).value === undefined ? '' : isFile(option) ? ' -r -F' : ' -x'
        const listed = values === undefined ? '' : ` -a '${values.join(' ')}'`
        return `complete -c clientry ${here} -l ${option}${takes}${listed} -d '${single(ofOption(option).says)}'`
      }),
    ]
  })
  return `# Fish completion of clientry: clientry completion fish | source\n${lines.join('\n')}`
}
