/** Every command of the repository is named in CONTRIBUTING.md, and what the editor and Node go by agrees with the rest. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ALONE } from '../vitest.config.ts'

const read = (path: string) => readFileSync(path, 'utf8')
const { scripts, engines } = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
}
const page = read('CONTRIBUTING.md')

/** They run the product: README.md and docs/. */
const OF_THE_PRODUCT = ['build', 'start', 'token', 'verify', 'clientry', 'serve']
/** npm runs it by itself, after the command that it is named after. */
const isAfterAnother = (name: string) =>
  name.startsWith('post') && name.slice('post'.length) in scripts
const COMMANDS = Object.keys(scripts).filter(
  (name) => !OF_THE_PRODUCT.includes(name) && !isAfterAnother(name),
)

describe('CONTRIBUTING.md', () => {
  it.each(COMMANDS)('names the command %s', (name) => {
    const command = name === 'test' ? 'npm test' : `npm run ${name}`
    expect(page).toMatch(new RegExp(`\\| \`${command}( -- [^\`]+)?\` \\|`))
  })

  it('names no command that does not exist', () => {
    const named = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name)
    expect(named.filter((name) => !Object.keys(scripts).includes(name ?? ''))).toEqual([])
  })
})

it('has an .nvmrc with the oldest Node that is promised', () => {
  const [, major] = /^>=(\d+)/.exec(engines.node) ?? []
  expect(read('.nvmrc').trim()).toBe(major)
})

it('has an .editorconfig that agrees with Biome', () => {
  const { formatter } = JSON.parse(read('biome.json')) as { formatter: Record<string, unknown> }
  const config = read('.editorconfig')
  expect(config).toContain(`indent_style = ${formatter.indentStyle}\n`)
  expect(config).toContain(`max_line_length = ${formatter.lineWidth}\n`)
})

/** A timer that something else in the process has set counts among those that were stopped, and never rings. */
it('runs a test file that stops the timers in a process of its own', () => {
  const alone = ALONE.flatMap(expanded)
  const stopping = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name}`)
    .filter((name) => name.endsWith('.test.ts') && STOPS_TIMERS.test(read(name)))
  expect(stopping).not.toEqual([])
  for (const name of stopping) {
    expect(
      alone.some((path) => name === path || name.startsWith(path.split('**')[0] ?? path)),
      name,
    ).toBe(true)
  }
})

/** Fake timers that are more than another date. */
const STOPS_TIMERS = /\.useFakeTimers\((?!\{ toFake: \['Date'\])/

/** The patterns that `{one,other}` in a pattern stands for. */
function expanded(pattern: string): string[] {
  const [whole, choices] = /\{([^{}]+)\}/.exec(pattern) ?? []
  if (whole === undefined || choices === undefined) return [pattern]
  return choices.split(',').flatMap((choice) => expanded(pattern.replace(whole, choice)))
}
