/** What a command loads before it does anything: its own part, and nothing of a server. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

/** The modules and packages that a module imports at once, by way of others too. */
function loaded(file: string, all = new Set<string>()): ReadonlySet<string> {
  if (all.has(file)) return all
  all.add(file)
  const text = readFileSync(file, 'utf8')
  const imports = text.matchAll(/^(?:import|export) (?!type)(?:[^'"]*? from )?'([^']+)'/gms)
  for (const [statement, target = ''] of imports) {
    // A list of types alone is no import once it is compiled.
    const names = /\{([^}]*)\}/
      .exec(statement)?.[1]
      ?.split(',')
      .map((name) => name.trim())
    if (names?.every((name) => name === '' || name.startsWith('type '))) continue
    if (target.startsWith('.')) loaded(join(dirname(file), target), all)
    else all.add(target)
  }
  return all
}

const of = (file: string, words: readonly string[]) =>
  [...loaded(file)].filter((name) => words.some((word) => name.startsWith(word)))

const SERVER = ['src/providers', 'src/service', 'src/store', 'src/program', 'src/config/config']

it('is no configuration, no provider, and no package for any command', () => {
  expect(loaded('src/cli/main.ts').has('src/cli/commands.ts')).toBe(true)
  const read = ['zod', 'yaml', 'src/files/import/formats.ts', 'src/sdk/connection.ts']
  expect(of('src/cli/main.ts', [...SERVER, ...read])).toEqual([])
})

it.each(['plan', 'apply', 'export'])('is nothing of a server for clientry %s', (name) => {
  expect(of(`src/cli/commands/files/${name}.ts`, SERVER)).toEqual([])
})
