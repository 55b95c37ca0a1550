/** docs/reap.md: its commands run as they stand, and its tables are those of the program. */

import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { COMMANDS } from '../src/cli/commands.ts'
import { REAP_VERDICTS } from '../src/store/log/job-entry.ts'
import { clientry, type DevServer, startDev } from './cli/command-line.ts'
import { onShared } from './fixtures/opened.ts'

const PAGE = readFileSync('docs/reap.md', 'utf8')
const LINES = [...PAGE.matchAll(/^clientry .*$/gm)].map(([line]) => line)

let dev: DevServer
const it = onShared(startDev, (opened) => {
  dev = opened
})

it.each(LINES)('%s', async (line) => {
  const [words = '', otherwise] = line.split(' || ')
  const { code, err } = await clientry(words.split(' ').slice(1), { folder: dev.folder })
  expect(otherwise === undefined ? code : [0, 7].includes(Number(code)), err).toBe(
    otherwise === undefined ? 0 : true,
  )
})

it('names every verdict and every option of the command', () => {
  for (const verdict of REAP_VERDICTS) expect(PAGE).toContain(`\`${verdict}\``)
  const { options = [] } = COMMANDS.find(({ name }) => name === 'reap') ?? {}
  for (const option of ['older-than', 'grace', 'unknown-use', 'text', 'every-client'] as const) {
    expect(options).toContain(option)
    expect(PAGE).toContain(`--${option}`)
  }
})
