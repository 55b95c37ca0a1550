/** The command, in this process or in one of its own, and a development server that it talks to. */

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { runLine } from '../../src/cli/run.ts'
import type { DevAddress } from '../../src/dev/dev-state.ts'
import { freePort } from '../free-port.ts'

/** Every test is started in the root of the repository. */
export const CLIENTRY = join(process.cwd(), 'dist', 'cli', 'clientry.js')

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Surroundings {
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** What is printed goes to a terminal, and has its colours. */
  readonly isTerminal?: boolean
}

/** What every process has: nothing of the person who runs the tests. */
export const environmentOf = ({ folder, env = {} }: Surroundings) => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  XDG_CONFIG_HOME: join(folder, 'config'),
  ...env,
})

/**
 * Runs a command line to its end, in this process: a process for each would take most of the time of these tests.
 * One line after another, since a process has one environment and one working folder.
 */
export function clientry(given: readonly string[], around: Surroundings): Promise<Ended> {
  const ran = before.then(() => inPlaceOf(around, () => runHere(given, around)))
  before = ran.catch(() => undefined)
  return ran
}

let before: Promise<unknown> = Promise.resolve()

/** Runs the command as people do, in a process of its own. */
export const clientryProcess = (given: readonly string[], around: Surroundings): Promise<Ended> =>
  ended(start(given, around), around.input)

/** Does something with the environment and the folder that a process of its own would have. */
async function inPlaceOf<T>(around: Surroundings, action: () => Promise<T>): Promise<T> {
  const [env, folder, exitCode] = [process.env, process.cwd(), process.exitCode]
  process.env = environmentOf(around)
  process.chdir(around.folder)
  try {
    return await action()
  } finally {
    process.env = env
    process.chdir(folder)
    process.exitCode = exitCode
  }
}

async function runHere(
  given: readonly string[],
  { input = '', isTerminal = false }: Surroundings,
): Promise<Ended> {
  const texts = { out: '', err: '' }
  const into = (name: 'out' | 'err') => {
    const stream = new Writable({
      write: (chunk: Buffer, _, done) => {
        texts[name] += chunk.toString()
        done()
      },
    })
    return Object.assign(stream, { isTTY: isTerminal && name === 'out' })
  }
  const streams = { input: Readable.from([input]), output: into('out'), errors: into('err') }
  const code = await runLine(given, streams)
  return { code, ...texts }
}

export function start(given: readonly string[], around: Surroundings): ChildProcess {
  const options = { cwd: around.folder, env: environmentOf(around) }
  return spawn(process.execPath, [CLIENTRY, ...given], options)
}

export function ended(child: ChildProcess, input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const texts = { out: '', err: '' }
    child.stdout?.on('data', (chunk: Buffer) => {
      texts.out += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      texts.err += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts }))
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

export interface DevServer {
  readonly folder: string
  readonly url: string
  /** The folder's file that says to other processes where the server is. */
  address(): DevAddress
  /** Base URLs of the emulators. */
  readonly auth0: string
  readonly cognito: string
  close(): Promise<void>
}

/** Starts `clientry dev` in a folder of its own. */
export async function startDev(env: Readonly<Record<string, string>> = {}): Promise<DevServer> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-cli-'))
  const port = await freePort()
  const child = start(['dev'], { folder, env: { PORT: String(port), ...env } })
  const text = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Stop with Ctrl-C')) resolve(said)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.once('exit', () => reject(new Error(`The server ended: ${said}`)))
  })
  const emulated = (provider: string) =>
    new RegExp(`${provider}.*emulated at (\\S+)`).exec(text)?.[1] ?? ''
  return {
    folder,
    url: `http://localhost:${port}`,
    address: () =>
      JSON.parse(readFileSync(join(folder, '.clientry', 'address.json'), 'utf8')) as DevAddress,
    auth0: emulated('auth0'),
    cognito: emulated('cognito-client'),
    close: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Makes `clientry` a word of the shells of a folder. */
export function putOnPath(folder: string): void {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'clientry'), `#!/bin/sh\nexec '${process.execPath}' '${CLIENTRY}' "$@"\n`)
  chmodSync(join(bin, 'clientry'), 0o755)
}

/** Runs a block as a shell reads it; what fails without being caught ends it. */
export function runShell(script: string, folder: string): Promise<Ended> {
  const env = environmentOf({ folder })
  const path = `${join(folder, 'bin')}:${env.PATH}`
  const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { ...env, PATH: path },
  })
  return ended(child)
}
