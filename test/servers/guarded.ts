/**
 * Programs that end with the process that started them, however that ends: at a SIGTERM, a SIGINT and a `kill -9` alike
 * the system closes the pipe that a shell beside the program reads.
 */

import { type ChildProcess, spawn } from 'node:child_process'

/** Ends the group when descriptor 3 is closed. The program takes the place of the shell, and has its process id. */
const SCRIPT = '(cat <&3; kill -KILL 0) >/dev/null 2>&1 & exec "$@" 3<&-'

export interface Surroundings {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Where standard output and standard error go. */
  readonly output: 'ignore' | 'inherit' | 'pipe'
  /** Whom the program runs as; absent: this process's user. */
  readonly uid?: number
  readonly gid?: number
}

/** Starts a program as the leader of a process group of its own. */
export function spawnGuarded(
  command: string,
  args: readonly string[],
  { cwd, env, output, ...user }: Surroundings,
): ChildProcess {
  return spawn('/bin/sh', ['-c', SCRIPT, 'sh', command, ...args], {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', output, output, 'pipe'],
    ...user,
  })
}

/** Sends a signal to the program and to everything that it has started. */
export function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name)
  } catch {
    // All of it has ended.
  }
}
