/** Runs a server until it receives the signal to stop: sweeps, the mirror, and an orderly end. */

import { setTimeout as pause } from 'node:timers/promises'
import type { ClientError } from '../core/errors.ts'
import type { LogLine } from '../http/exchange.ts'
import type { NodeServer } from '../node/node-server.ts'
import { within } from '../service/base/time-limit.ts'
import type { Clientry } from './clientry.ts'

/**
 * The exit code of a server that cannot start, as in docs/cli.md: 2 if its
 * configuration is wrong, else 6.
 */
export const startFailure = ({ code }: ClientError): number => (code === 'invalid_request' ? 2 : 6)

interface Running {
  readonly clientry: Clientry
  readonly server: NodeServer
  log(line: LogLine): void
  /** Runs after the server has stopped. */
  cleanUp?(): Promise<void>
}

/** How often to look for open changes (milliseconds). */
const SWEEP_EVERY_MS = 15_000
/** How often to look for work on the mirror, and for events, when there was none (milliseconds). */
const LOOK_EVERY_MS = 15_000
/** How long the last read for the mirror, and the last event, may take to end (milliseconds). */
const LAST_READING_MS = 1_000
/** How long running requests may take to end after the signal (milliseconds). */
const GRACE_MS = 27_000

/** Resolves when the process has received a signal to stop and everything has ended. */
export async function runUntilStopped({ clientry, server, log, cleanUp }: Running): Promise<void> {
  const failed = (message: string) => (error: unknown) => {
    const fault = error instanceof Error ? error.name : 'unknown'
    log({ time: new Date().toISOString(), level: 'error', message, fault })
  }
  // If the reader of the log goes away, the server and its running changes must survive.
  process.stdout.on('error', () => {})
  let sweeping = Promise.resolve()
  const sweep = () => {
    sweeping = sweeping.then(clientry.sweep).catch(failed('sweep failed'))
    return sweeping
  }
  await sweep()
  const timer = setInterval(sweep, SWEEP_EVERY_MS)
  const stop = new AbortController()
  const { signal: stopping } = stop
  const refreshing = repeatUntil(stopping, clientry.refresh, failed('refresh failed'))
  const notifying = repeatUntil(stopping, clientry.notify, failed('notify failed'))
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name))
  })
  clearInterval(timer)
  stop.abort()
  log({ time: new Date().toISOString(), level: 'info', message: 'stopping', signal })
  await Promise.all([server.close(GRACE_MS), clientry.rest(Date.now())])
  // A read that is cut off loses nothing; the next start continues with the same client, and the same event.
  const late = () => new Error('late')
  await within(Promise.all([refreshing, notifying]), LAST_READING_MS, late).catch(() => undefined)
  await cleanUp?.()
  await clientry.close()
}

/** Works on something until the signal comes, with a pause where nothing is left to do. */
async function repeatUntil(
  signal: AbortSignal,
  work: (stopped: () => boolean) => Promise<boolean>,
  failed: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    const more = await work(() => signal.aborted).catch(failed)
    if (more !== true) await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}
