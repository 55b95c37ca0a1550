/** What the starters of real servers share: programs that run to their end, a process and its end. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { signalGroup, spawnGuarded } from './guarded.ts'

const run = promisify(execFile)

interface Ways {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end, and gives what it printed. */
export async function finish(
  command: string,
  args: readonly string[],
  ways: Ways,
): Promise<string> {
  const child = spawnGuarded(command, args, { ...ways, output: 'pipe' })
  const texts = Promise.all([child.stdout, child.stderr].map(textOf))
  const [code] = (await once(child, 'exit')) as [number | null]
  signalGroup(child, 'SIGKILL')
  const [printed = '', complaints = ''] = await texts
  if (code === 0) return printed
  const last = complaints.trim().split('\n').slice(-5).join(' ')
  throw new Error(`${command} ${args[0] ?? ''} ended with ${code}: ${last}`)
}

const textOf = async (stream: Readable | null) => (stream === null ? '' : text(stream))

/** The first program that cannot be started here, with an argument that makes it end; absent: all can. */
export async function missingProgram(
  programs: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  for (const [program, argument] of Object.entries(programs)) {
    const starts = await run(program, [argument]).then(
      () => true,
      () => false,
    )
    if (!starts) return program
  }
  return undefined
}

/** A server in a process of its own. */
export interface ServerProcess {
  stop(): Promise<void>
  /** Ends it at once, as a loss of power does. */
  kill(): Promise<void>
}

/** Between two looks whether a server is there. */
const LOOK_MS = 100

/** Starts a server and waits until `ready` gives true; it ends with `stop`, its children too. */
export async function startProcess(
  command: string,
  args: readonly string[],
  ways: Ways & { ready(): Promise<boolean>; readonly withinMs: number },
): Promise<ServerProcess> {
  const child = spawnGuarded(command, args, { ...ways, output: 'ignore' })
  let isRunning = true
  const ended = once(child, 'exit').then(() => {
    isRunning = false
  })
  const endBy = (name: NodeJS.Signals) => async () => {
    if (isRunning) signalGroup(child, name)
    await ended
  }
  const stop = endBy('SIGTERM')
  const until = Date.now() + ways.withinMs
  while (!(await ways.ready().catch(() => false))) {
    if (!isRunning || Date.now() > until) {
      await stop()
      throw new Error(`${command} did not come up within ${ways.withinMs / 1_000} s.`)
    }
    await new Promise((next) => setTimeout(next, LOOK_MS))
  }
  return { stop, kill: endBy('SIGKILL') }
}
