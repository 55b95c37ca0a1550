/** Completions, made of the command table, as shells take them. */

import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { completionFor, SHELLS } from '../../src/cli/completion.ts'

/** What bash proposes for the last of these words. */
function proposed(...words: readonly string[]): readonly string[] {
  const program = `${completionFor('bash', COMMANDS)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_clientry
printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).split('\n').filter(Boolean)
}

const has = (program: string) => spawnSync(program, ['--version']).status === 0

describe('bash', () => {
  it('proposes commands', () => {
    const firstWords = COMMANDS.map(({ name }) => name.split(' ')[0] ?? name)
    expect(proposed('clientry', '')).toEqual([...new Set(firstWords)])
    expect(proposed('clientry', 'roll')).toEqual(['rollback'])
  })

  it('proposes what can be done with a noun, and the options of that', () => {
    expect(proposed('clientry', 'lease', '')).toEqual(['take', 'renew', 'end', 'list', '--help'])
    expect(proposed('clientry', 'jobs', 'su')).toEqual(['submit'])
    expect(proposed('clientry', 'jobs', 'submit', '--can')).toEqual(['--canary'])
    expect(proposed('clientry', 'jobs', '--lim')).toEqual(['--limit'])
  })

  it('proposes the options of the command, and no others', () => {
    const { options = [] } = COMMANDS.find(({ name }) => name === 'rollback') ?? {}
    const all = [...options, 'help'].map((name) => `--${name}`)
    expect(proposed('clientry', 'rollback', 'x', '--')).toEqual(all)
  })

  it('proposes attributes, and never the secret', () => {
    expect(proposed('clientry', 'set', 'x', 'cal')).toEqual(['callbacks='])
    expect(proposed('clientry', 'set', 'x', 'secr')).toEqual([])
  })

  it('proposes values and files', () => {
    expect(proposed('clientry', 'create', '--kind', 'w')).toEqual(['web'])
    expect(proposed('clientry', 'set', 'x', '--from', 'package.j')).toEqual(['package.json'])
    expect(proposed('clientry', 'completion', '')).toEqual([...SHELLS, '--help'])
  })
})

describe.each(SHELLS)('%s', (shell) => {
  const script = completionFor(shell, COMMANDS)

  it('knows every command and every option', () => {
    for (const { name, options } of COMMANDS) {
      for (const word of name.split(' ')) expect(script).toMatch(new RegExp(`\\b${word}\\b`))
      for (const option of options) expect(script).toContain(option)
    }
  })

  if (!has(shell)) process.stderr.write(`Skipped: there is no ${shell} here to read a script.\n`)
  it.skipIf(!has(shell))('takes the script', () => {
    const { status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
