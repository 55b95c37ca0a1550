/**
 * The pace of Hydra's admin API. The server has no rates of its own and reports none, so it is a number of ours that one
 * server on a small database bears (a change is written in 2.4 ms, measured); a proxy before it may throttle.
 */

import { createPace, type Pace, type PaceSurroundings } from '../../pace/pace.ts'

export interface HydraPace {
  /** Calls a second; 50 when absent. */
  readonly perSecond?: number | undefined
  /** Calls at once; as many as a second has when absent. */
  readonly burst?: number | undefined
}

export const ADMIN = ['admin']

const PER_SECOND = 50

export function createHydraPace(
  { perSecond = PER_SECOND, burst = Math.max(1, perSecond) }: HydraPace,
  surroundings: PaceSurroundings,
): Pace {
  return createPace({ buckets: [{ name: 'admin', perSecond, burst, reserve: 0 }], ...surroundings })
}
