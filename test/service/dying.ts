/** Instances that die half-way, and what is left of them settled. */

import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'

/** Runs work on an instance that dies at a point, as a killed process does: nothing more comes of it. */
export async function dyingAt(
  service: Service,
  point: CrashPoint,
  work: (dying: Service) => Promise<unknown>,
): Promise<void> {
  await new Promise<void>((died) => {
    const reached = async (at: CrashPoint) => {
      if (at !== point) return
      died()
      await new Promise<never>(() => {})
    }
    work({ ...service, reached })
  })
}

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
