/** `npm run fields` writes the pages wherever the checkout and its packages are, and prints what it did. */

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const PAGES = ['docs/fields.md', 'docs/copy.md', 'docs/http.md', 'docs/internals/benchmarks.md']

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-fields-'))
  for (const name of ['scripts', 'src', 'bench', 'package.json', ...PAGES]) {
    cpSync(name, join(folder, name), { recursive: true })
  }
  // The packages of several checkouts may be in one place.
  symlinkSync(realpathSync('node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const fields = () =>
  execFileSync('npm', ['run', '--silent', 'fields'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

it('writes what is out of date, and prints that nothing changed where that is so', () => {
  const page = join(folder, 'docs/fields.md')
  writeFileSync(page, 'out of date')
  const lines = (first: string) =>
    PAGES.map((path, index) => `${path}: ${index === 0 ? first : 'nothing changed'}\n`).join('')
  expect(fields()).toBe(lines('written'))
  expect(readFileSync(page, 'utf8')).toBe(readFileSync('docs/fields.md', 'utf8'))
  expect(fields()).toBe(lines('nothing changed'))
})
