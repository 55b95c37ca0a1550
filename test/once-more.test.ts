/** A suite as `.ci/run` has it: a test file that fails runs once more, alone, and no other failure is forgiven (scripts/once-more.ts). */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Ended, ended } from './cli/command-line.ts'
import { onFresh } from './fixtures/opened.ts'

let folder: string
const it = onFresh(
  async () => {
    const path = mkdtempSync(join(tmpdir(), 'clientry-once-more-'))
    return { path, close: () => rmSync(path, { recursive: true, force: true }) }
  },
  ({ path }) => {
    folder = path
  },
)

/** Runs a suite of these files, a test of one line each, in which `first` is true in the first run alone. */
function suite(tests: Readonly<Record<string, string>>, options: object = {}): Promise<Ended> {
  for (const [name, line] of Object.entries(tests)) {
    const mark = JSON.stringify(join(folder, name))
    const text = `
      import { existsSync, readFileSync, writeFileSync } from 'node:fs'
      it(${JSON.stringify(name)}, async () => {
        const [mark, first] = [${mark}, !existsSync(${mark})]
        if (first) writeFileSync(mark, process.env.CLIENTRY_SEED)
        ${line}
      })`
    writeFileSync(join(folder, `${name}.test.mjs`), text)
  }
  const config = { test: { globals: true, maxWorkers: 1, ...options } }
  writeFileSync(join(folder, 'vitest.config.mjs'), `export default ${JSON.stringify(config)}`)
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--root', folder]
  const words = ['scripts/run.mjs', 'scripts/once-more.ts', process.execPath, ...vitest]
  // Nothing of the run that this test is a part of.
  const env = { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder, NO_COLOR: '1' }
  return ended(spawn(process.execPath, words, { cwd: process.cwd(), env }))
}

/** What is printed between the lines of `=`. */
const saidIn = (out: string) => out.split(/^=+$/m).filter((_, index) => index % 2 === 1)

it('passes where each file that failed passes alone, with the same samples, and says which they are', async () => {
  const { code, out } = await suite({
    passes: 'expect(first).toBe(true)',
    races:
      "expect([first, readFileSync(mark, 'utf8')]).toEqual([false, process.env.CLIENTRY_SEED])",
    rejects:
      "if (first) Promise.reject(new Error('heard by no one')); await new Promise(setImmediate)",
    dies: "if (first) process.kill(process.pid, 'SIGKILL'); await new Promise(setImmediate)",
  })
  const [before = '', after = ''] = saidIn(out)
  for (const name of ['races', 'rejects', 'dies']) {
    expect([before, after].map((said) => said.includes(`/${name}.test.mjs`))).toEqual([true, true])
  }
  expect(after).toContain('passes, but these files failed at first')
  expect([before, after].join()).not.toContain('/passes.test.mjs')
  expect(code).toBe(0)
})

it('fails where a file fails twice', async () => {
  const { code, out } = await suite({
    races: 'expect(first).toBe(false)',
    fails: 'expect(1).toBe(2)',
  })
  expect(saidIn(out).at(-1)).toContain('/fails.test.mjs')
  expect(code).toBe(1)
})

it('fails where the set-up fails twice', async () => {
  writeFileSync(join(folder, 'setup.mjs'), "export const setup = () => { throw new Error('no') }")
  const { code } = await suite({ passes: '' }, { globalSetup: ['setup.mjs'] })
  expect(code).toBe(1)
})

it('runs nothing once more where more fails than could by chance', async () => {
  const names = Array.from({ length: 13 }, (_, index) => `fails-${index}`)
  const { code, out } = await suite(
    Object.fromEntries(names.map((name) => [name, 'expect(first).toBe(false)'])),
    { isolate: false },
  )
  expect(saidIn(out)).toEqual([expect.stringContaining('more than 12 files failed')])
  expect(code).toBe(1)
})
