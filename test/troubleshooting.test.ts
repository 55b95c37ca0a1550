/** docs/troubleshooting.md quotes what the program says: each message is looked for in the sources. */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ERROR_CODES } from '../src/core/errors.ts'

const page = readFileSync('docs/troubleshooting.md', 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|')[1]?.trim() ?? '')

/** All texts of the sources, with one mark for everything that is put in when they are used. */
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(`src/${name}`, 'utf8'))
  .join('\n')
  .replace(/\$\{[^}]*\}+/g, '<>')

const messages = rows.filter((row) => /^[A-Z]/.test(row))

it('quotes messages', () => {
  expect(messages.length).toBeGreaterThan(20)
})

it.each(messages)('%s', (message) => {
  expect(sources).toContain(message.replace(/`<[^>]*>`/g, '<>'))
})

it('names codes that there are', () => {
  const codes = rows.flatMap((row) => row.match(/^`\w+`(, `\w+`)*$/)?.[0].match(/\w+/g) ?? [])
  expect(codes.length).toBeGreaterThan(4)
  expect(codes.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([])
})
