/**
 * One server for all files of a run: the first one that needs it starts it, and it ends with the run. Each test has a schema of
 * its own in it, as a user without any rights but that of making one.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../eventually.ts'
import { freePort } from '../free-port.ts'
import { findPostgres } from './programs.ts'
import { initialize, queryAt, spawnServer } from './server.ts'

/** Whom the tests are at the server. */
export const TEST_USER = 'clientry'

/** The main process of the run, which started this one. */
const RUN = process.ppid
const FOLDER = join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `clientry-postgres-${RUN}`)
const READY = join(FOLDER, 'port')

/** Ends the server and removes its data when the run has ended, however. */
const WATCH =
  'while kill -0 "$1" 2>/dev/null; do sleep 0.2; done; kill -9 "$2" 2>/dev/null; sleep 0.2; rm -rf "$3"'

/** The port of the server. */
export async function sharedServer(): Promise<number> {
  const { bin, reason } = await findPostgres()
  if (bin === undefined) throw new TypeError(reason)
  if (isFirst()) await startFor(bin)
  return eventually(() => Number(readFileSync(READY, 'utf8')))
}

function isFirst(): boolean {
  try {
    mkdirSync(FOLDER, { mode: 0o755 })
    return true
  } catch {
    return false
  }
}

async function startFor(bin: string): Promise<void> {
  try {
    const folder = join(FOLDER, 'data')
    initialize({ bin, folder })
    const port = await freePort()
    const server = spawnServer({ bin, folder, port, guarded: false })
    const watch = ['-c', WATCH, 'sh', String(RUN), String(server.pid), FOLDER]
    spawn('/bin/sh', watch, { detached: true, stdio: 'ignore', cwd: '/' }).unref()
    server.unref()
    const rights = `create role ${TEST_USER} login; grant create on database postgres to ${TEST_USER}`
    await eventually(() => queryAt(port, 'select 1'))
    await queryAt(port, rights)
    writeFileSync(`${READY}.new`, String(port))
    renameSync(`${READY}.new`, READY)
  } catch (error) {
    rmSync(FOLDER, { recursive: true, force: true })
    throw error
  }
}
