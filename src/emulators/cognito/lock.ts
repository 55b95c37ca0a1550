/**
 * The service's lock on simultaneous updates. Seen between updates of different clients of one pool
 * (hashicorp/terraform-provider-aws#19794), so it is held per pool here; that is unverified. It is no
 * protection against lost updates: who comes second and re-sends, overwrites.
 */

import { refuse } from './refusal.ts'

export interface UpdateLock {
  /** Does the work at the end of the time that the lock is held; refuses while another holds it. */
  hold<T>(poolId: string, work: () => T): T | Promise<T>
}

/** `lockMs`: how long an update holds the lock, in milliseconds; 0: no lock. */
export function createUpdateLock(lockMs: number): UpdateLock {
  const locks = new Set<string>()
  return {
    hold: (poolId, work) => {
      if (lockMs === 0) return work()
      if (locks.has(poolId)) {
        refuse(
          'ConcurrentModificationException',
          'Only one request to update user pool client can be processed at a time',
        )
      }
      locks.add(poolId)
      return new Promise<void>((resume) => setTimeout(resume, lockMs))
        .then(work)
        .finally(() => locks.delete(poolId))
    },
  }
}
