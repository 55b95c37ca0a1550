/** Running a server until it is told to stop: the sweep now and then, and an orderly end. */

import type { Clientry } from './clientry.ts'
import type { LogLine } from './http/exchange.ts'
import type { NodeServer } from './node-server.ts'

interface Running {
  readonly clientry: Clientry
  readonly server: NodeServer
  log(line: LogLine): void
  /** Runs after the server has stopped. */
  cleanUp?(): Promise<void>
}

/** How often open changes are looked for (milliseconds). */
const SWEEP_EVERY_MS = 15_000
/** How long requests that run may take to end after the signal (milliseconds). */
const GRACE_MS = 27_000

/** Resolves when the process was told to stop and everything has ended. */
export async function runUntilStopped({ clientry, server, log, cleanUp }: Running): Promise<void> {
  const failed = (error: unknown) => {
    const name = error instanceof Error ? error.name : 'unknown'
    log({ time: new Date().toISOString(), level: 'error', message: 'sweep failed', fault: name })
  }
  // A reader of the log that goes away must not take the server, and a change under way, with it.
  process.stdout.on('error', () => {})
  let sweeping = Promise.resolve()
  const sweep = () => {
    sweeping = sweeping.then(clientry.sweep).catch(failed)
    return sweeping
  }
  await sweep()
  const timer = setInterval(sweep, SWEEP_EVERY_MS)
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name))
  })
  clearInterval(timer)
  log({ time: new Date().toISOString(), level: 'info', message: 'stopping', signal })
  await Promise.all([server.close(GRACE_MS), clientry.rest(Date.now())])
  await cleanUp?.()
  await clientry.close()
}
