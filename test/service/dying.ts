/** Instances that die half-way, what is left of them settled, and clocks that make a test wait for no deadline. */

import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { type Settlement, settlementOf } from '../../src/service/operation/actions.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { UPSTREAM_TIMEOUT_MS } from '../contract/service.ts'

/** The places by which a change comes that is made and recorded. */
export const POINTS_IN_ORDER: readonly CrashPoint[] = [
  'head loaded',
  'base read',
  'outside change recorded',
  'change planned',
  'intent recorded',
  'step sent',
  'state known',
  'outcome recorded',
]

/**
 * Runs work on an instance that dies at a point, as a killed process does: nothing more comes of it. Fails where the
 * work ends before that. Its calls have plenty of time, so that no slow answer keeps it from the point.
 */
export async function dyingAt(
  service: Service,
  point: CrashPoint,
  work: (dying: Service) => Promise<unknown>,
): Promise<void> {
  await new Promise<void>((died, failed) => {
    const reached = async (at: CrashPoint) => {
      if (at !== point) return
      died()
      await new Promise<never>(() => {})
    }
    work({ ...service, upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS, reached }).then(
      () => failed(new TypeError(`It ended and never came by "${point}".`)),
      failed,
    )
  })
}

/** Learns what became of an operation, by its action. */
export const findOutcome: Settlement['look'] = (service, running, call, mayLand) =>
  settlementOf(running.intent).look(service, running, call, mayLand)

/** The instance a minute later: what died before is overdue. */
export const later = (service: Service): Service => ({
  ...service,
  now: () => service.now() + 60_000,
})

/** Sweeps once what is open is overdue; a creation that is lost is looked for by two sweeps. */
export async function settled(service: Service): Promise<void> {
  await sweep(later(service))
  await sweep(later(later(service)))
}

/**
 * An instance for one request that is not begun anew: once it has paused, its clock stands just before the deadline,
 * which is in `options`. Until then the request has all the time in the world, so a slow machine changes nothing.
 */
export function endingAtFirstPause(service: Service): {
  readonly service: Service
  readonly options: { readonly deadline: number }
} {
  const deadline = service.now() + 60_000
  let now = service.now
  const sleep = async () => {
    now = () => deadline - 50
  }
  return { service: { ...service, now: () => now(), sleep }, options: { deadline } }
}

/** An instance for one request whose pauses take no time: its clock goes on by them at once. */
export function skippingPauses(service: Service): Service {
  let skippedMs = 0
  return {
    ...service,
    now: () => service.now() + skippedMs,
    sleep: async (milliseconds) => {
      skippedMs += Math.max(milliseconds, 0)
      await new Promise(setImmediate)
    },
  }
}
