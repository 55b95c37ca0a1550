/**
 * A PostgreSQL server of the tests. It listens on the loopback interface, takes anyone who is there, and does not run as
 * root, which it refuses.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { freePort } from '../free-port.ts'
import { signalGroup, spawnGuarded } from '../servers/guarded.ts'

/** What takes longer hangs, and between two looks (milliseconds). */
const HANGS_MS = 60_000
const LOOK_MS = 20

/** The user that the server runs as: anyone but root. */
function runAs(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const fields = ['postgres:', 'nobody:']
    .map((name) => users.find((line) => line.startsWith(name)))
    .find((line) => line !== undefined)
    ?.split(':')
  if (fields === undefined) throw new TypeError('no user to run PostgreSQL as')
  return { uid: Number(fields[2]), gid: Number(fields[3]) }
}

export interface ServerOptions {
  /** Programs of the server. */
  readonly bin: string
  /** An empty place of its own; it is made. */
  readonly folder: string
  readonly port?: number
  /** Whether it ends with the process that starts it; it does unless this is false. */
  readonly guarded?: boolean
  /** Settings beside those for a test, where no power is cut: nothing is synced. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface PostgresServer {
  readonly port: number
  readonly folder: string
  /** The database, as its superuser. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Ends the server at once, as a crash does, or in good order. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on the same port, and waits until it answers. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>
  close(): Promise<void>
}

const FAST = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  shared_buffers: '64MB',
}

/** Gives files to the user that the server runs as; no one else may read them. */
export function ownedByServer(...paths: readonly string[]): void {
  const user = runAs()
  for (const path of paths) {
    chmodSync(path, 0o600)
    if (user !== undefined) chownSync(path, user.uid, user.gid)
  }
}

/** Copies the data of a server that has ended in good order. */
export function copyData(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true })
  const user = runAs()
  if (user !== undefined) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, to])
  chmodSync(to, 0o700)
}

/** The program that copies a server that runs; npm's releases have none. */
export const hasBaseBackup = (bin: string) => existsSync(join(bin, 'pg_basebackup'))

/** Copies a server that runs, for a standby of it. */
export function baseBackup({
  bin,
  folder,
  port,
}: Required<Pick<ServerOptions, 'bin' | 'folder' | 'port'>>): void {
  mkdirSync(folder, { mode: 0o700 })
  const user = runAs()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const from = ['--host=127.0.0.1', `--port=${port}`, '--username=root', '--wal-method=stream']
  const options = ['--pgdata', folder, '--write-recovery-conf', '--checkpoint=fast', '--no-sync']
  execFileSync(join(bin, 'pg_basebackup'), [...from, ...options], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    ...user,
  })
}

/** Makes the data of a server. */
export function initialize({ bin, folder }: Pick<ServerOptions, 'bin' | 'folder'>): void {
  mkdirSync(folder, { mode: 0o700 })
  const user = runAs()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const options = ['--no-sync', '--auth=trust', '--encoding=UTF8', '--locale=C', '--username=root']
  execFileSync(join(bin, 'initdb'), ['-D', folder, ...options], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    ...user,
  })
}

/** Starts a server on data that are there. It ends with this process. */
export async function startServer(options: ServerOptions): Promise<PostgresServer> {
  const { bin, folder, port = await freePort(), settings = {} } = options
  let process: ChildProcess | undefined
  async function start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    await answering(async () => {
      // After a crash it does not start before the last of its former processes has ended.
      if (process === undefined || hasEnded(process)) {
        process = spawnServer({ bin, folder, port, settings: { ...settings, ...more } })
      }
      await queryAt(port, 'select 1')
    })
  }
  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = process
    if (child === undefined || hasEnded(child)) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  await start()
  return {
    port,
    folder,
    query: (sql) => queryAt(port, sql),
    kill,
    start,
    close: async () => {
      await kill('SIGINT')
      if (process !== undefined) signalGroup(process, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode !== null || signalCode !== null

/** Starts the program, and does not wait until it answers. */
export function spawnServer(options: ServerOptions & { readonly port: number }): ChildProcess {
  const { bin, folder, port, settings = {}, guarded = true } = options
  const all = {
    ...FAST,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    ...settings,
  }
  const values = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [join(bin, 'postgres'), ['-D', folder, ...values]] as const
  return guarded
    ? spawnGuarded(...command, { cwd: '/', output: 'ignore', ...runAs() })
    : spawn(...command, { cwd: '/', stdio: 'ignore', detached: true, ...runAs() })
}

/** Tries again until it does not fail; for benches too, which know no vitest. */
async function answering(attempt: () => Promise<unknown>): Promise<void> {
  for (const until = Date.now() + HANGS_MS; ; ) {
    try {
      await attempt()
      return
    } catch (error) {
      if (Date.now() > until) throw error
      await pause(LOOK_MS)
    }
  }
}

/** Runs SQL on a connection of its own. */
export async function queryAt(
  port: number,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ host: '127.0.0.1', port, user: 'root', database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  try {
    const results: unknown = await client.query(sql)
    const [last] = [results].flat().slice(-1) as readonly {
      readonly rows: readonly Readonly<Record<string, unknown>>[]
    }[]
    return last?.rows ?? []
  } finally {
    await client.end()
  }
}
