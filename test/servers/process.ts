/** What the starters of real servers share: programs that run to their end, a process and its end. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

interface Ways {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end. */
export async function finish(command: string, args: readonly string[], ways: Ways): Promise<void> {
  const env = { ...process.env, ...ways.env }
  await run(command, [...args], { cwd: ways.cwd, env, maxBuffer: 2 ** 26 })
}

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

/** Starts a server and waits until `ready` gives true; it ends with `stop`, its children too. */
export async function startProcess(
  command: string,
  args: readonly string[],
  ways: Ways & { ready(): Promise<boolean>; readonly withinMs: number },
): Promise<ServerProcess> {
  const env = { ...process.env, ...ways.env }
  const child = spawn(command, [...args], { cwd: ways.cwd, env, detached: true, stdio: 'ignore' })
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const endBy = (name: NodeJS.Signals) => async () => {
    signal(child, name)
    await ended
  }
  const stop = endBy('SIGTERM')
  const until = Date.now() + ways.withinMs
  while (!(await ways.ready().catch(() => false))) {
    if (child.exitCode !== null || Date.now() > until) {
      if (child.exitCode === null) await stop()
      throw new Error(`${command} did not come up within ${ways.withinMs / 1_000} s.`)
    }
    await new Promise((next) => setTimeout(next, 250))
  }
  return { stop, kill: endBy('SIGKILL') }
}

/** The whole group: what starts a server may be a script. */
function signal({ pid, exitCode }: ChildProcess, name: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, name)
}
