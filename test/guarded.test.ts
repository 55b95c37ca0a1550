/** What a test starts ends with the process that started it, whatever ends that one. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** Starts a shell with a child of its own, and prints the process ids of both. */
const PARENT = `
import { spawnGuarded } from './guarded.mjs'
const shell = spawnGuarded('/bin/sh', ['-c', 'sleep 600 & echo $! && wait'], { cwd: '/', output: 'pipe' })
shell.stdout.once('data', (bytes) => console.log(shell.pid + ' ' + String(bytes).trim()))
setInterval(() => {}, 1_000)
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-guarded-'))
  buildSync({
    entryPoints: ['test/servers/guarded.ts'],
    outfile: join(folder, 'guarded.mjs'),
    platform: 'node',
    format: 'esm',
  })
  writeFileSync(join(folder, 'parent.mjs'), PARENT)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('ends at a %s', async (signal) => {
  const parent = spawn(process.execPath, [join(folder, 'parent.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [bytes] = (await once(parent.stdout, 'data')) as [Buffer]
  const pids = String(bytes).trim().split(' ').map(Number)
  expect(pids).toHaveLength(2)
  expect(pids.map(isThere)).toEqual([true, true])
  parent.kill(signal)
  await once(parent, 'exit')
  await expect.poll(() => pids.map(isThere)).toEqual([false, false])
})
