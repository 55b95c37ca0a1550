/** docs/cli.md: each of its examples does what it says, and its tables are those of the program. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { EXIT } from '../../src/cli/exit.ts'
import { jwk } from '../fixtures/public-keys.ts'
import { CLIENTRY, type DevServer, putOnPath, runShell, startDev } from './command-line.ts'

const PAGE = readFileSync('docs/cli.md', 'utf8')
const BLOCKS = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
const COMMAND_LINES = BLOCKS.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))

let dev: DevServer
beforeAll(async () => {
  dev = await startDev()
  putOnPath(dev.folder)
  const key = JSON.stringify(jwk('rsa', { kid: 'reports-2026-11' }))
  writeFileSync(join(dev.folder, 'public.jwk.json'), key)
})
afterAll(() => dev.close())

const shell = (script: string) => runShell(script, dev.folder)

/** Commands about a provider that the development server does not have. */
const ELSEWHERE: readonly string[] = ['adopt', 'restore']

describe('the examples of --help', () => {
  it.each(
    COMMANDS.flatMap(({ name, options, examples }) =>
      examples.map((example) => [example, name, options] as const),
    ),
  )('%s is a line of its command', (example, name, options) => {
    expect(example).toMatch(new RegExp(`^clientry ${name}\\b`))
    const used = [...example.matchAll(/ --([a-z-]+)/g)].map(([, option = '']) => option)
    expect(options).toEqual(expect.arrayContaining(used))
  })

  it.each(
    COMMANDS.filter(({ name }) => !ELSEWHERE.includes(name))
      .flatMap(({ examples }) => examples)
      .filter((example) => example.includes('--dry-run')),
  )('%s works', async (example) => {
    const quoted = example.replaceAll("'", "'\\''")
    expect(await shell(`eval '${quoted}'`)).toEqual({ code: 0, err: '', out: expect.any(String) })
  })
})

describe('the examples', () => {
  // No one is there to be asked or to sign in; both have tests of their own.
  const RUN = BLOCKS.filter((block) => !block.includes('clientry login'))

  it.each(RUN.map((block, index) => [index, block] as const))('%i', async (index, block) => {
    const { code, out, err } = await shell(index === 0 ? `${block.trimEnd()} --yes` : block)
    // Only the last of all may find something.
    const found = block.trimEnd().endsWith('clientry lint exampleClientId')
    expect(code, `${out}${err}`).toBe(found && code === 1 ? 1 : 0)
  })

  it('have left what they say', () => {
    for (const name of ['client.json', 'shop-secret', 'new-secret']) {
      expect(existsSync(join(dev.folder, name)), name).toBe(true)
    }
  })

  it.each(COMMAND_LINES.filter((line) => line.startsWith('clientry ')))(
    '%s is a command',
    (line) => {
      const [, noun = '', verb = ''] = line.split(/\s+/)
      const options = [...line.matchAll(/ --([a-z-]+)/g)].map(([, option = '']) => option)
      const named = (name: string) => COMMANDS.find((one) => one.name === name)
      const command = named(`${noun} ${verb}`) ?? named(noun)
      expect(command?.options).toEqual(expect.arrayContaining(options))
    },
  )
})

describe('docs/cli.md', () => {
  it.each(Object.values(EXIT))('has the exit code $code', ({ code, says }) => {
    expect(PAGE).toContain(`\n| ${code} | ${says} |\n`)
  })

  it.each(COMMANDS.map(({ name }) => name))('names the command %s', (name) => {
    expect(PAGE).toContain(`clientry ${name}`)
  })
})

it('the package has the command', () => {
  const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: { clientry: string } }
  const [first] = readFileSync(bin.clientry, 'utf8').split('\n')
  expect(first).toBe('#!/usr/bin/env node')
  expect(join(process.cwd(), bin.clientry)).toBe(CLIENTRY)
})
