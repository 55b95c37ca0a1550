/** Instances that die half-way, and what is left of them settled. */

import type { CrashPoint } from '../../src/service/crash-points.ts'
import type { Service } from '../../src/service/service.ts'
import { sweep } from '../../src/service/sweep.ts'

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

/** Sweeps once what is open is overdue. */
export async function settled(service: Service): Promise<void> {
  for (const { deadline } of await service.store.openIntents()) {
    while (Date.now() <= deadline) await new Promise(setImmediate)
  }
  await sweep(service)
}
