/** Every command of the repository is named in CONTRIBUTING.md, and what the editor and Node go by agrees with the rest. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string) => readFileSync(path, 'utf8')
const { scripts, engines } = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
}
const page = read('CONTRIBUTING.md')

/** They run the product: README.md and docs/. */
const OF_THE_PRODUCT = ['build', 'start', 'token', 'verify', 'clientry', 'serve']

describe('CONTRIBUTING.md', () => {
  it.each(Object.keys(scripts).filter((name) => !OF_THE_PRODUCT.includes(name)))(
    'names the command %s',
    (name) => {
      const command = name === 'test' ? 'npm test' : `npm run ${name}`
      expect(page).toMatch(new RegExp(`\\| \`${command}( -- [^\`]+)?\` \\|`))
    },
  )

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
