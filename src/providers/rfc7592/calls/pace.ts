/**
 * The pace of a registration endpoint. Servers that speak RFC 7592 publish no rates and report none, so the
 * rate is our choice, one that a small server bears, and only throttles correct it.
 */

import { createPace, type Pace, type PaceSurroundings } from '../../pace/pace.ts'

export interface RegistrationPace {
  /** Calls a second; 20 when absent. */
  readonly perSecond?: number | undefined
  /** Calls at once; as many as a second has when absent. */
  readonly burst?: number | undefined
}

export const REGISTRATION = ['registration']

const PER_SECOND = 20

export function createRegistrationPace(
  { perSecond = PER_SECOND, burst = Math.max(1, perSecond) }: RegistrationPace,
  surroundings: PaceSurroundings,
): Pace {
  const bucket = { name: 'registration', perSecond, burst, reserve: 0 }
  return createPace({ buckets: [bucket], ...surroundings })
}
