/**
 * The pace of Keycloak's admin API. The server has no rates of its own and reports none, so it is a number of ours that
 * one server on two cores bears beside its logins (a change is written in 8 ms, measured); a proxy before it may throttle.
 */

import { createPace, type Pace, type PaceSurroundings } from '../../pace/pace.ts'

export interface KeycloakPace {
  /** Calls a second for each realm; 30 when absent. */
  readonly perSecond?: number | undefined
  /** Calls at once; as many as a second has when absent. */
  readonly burst?: number | undefined
}

const PER_SECOND = 30

/** One bucket for each realm, by the name of its pool. */
export function createKeycloakPace(
  { perSecond = PER_SECOND, burst = Math.max(1, perSecond) }: KeycloakPace,
  pools: readonly string[],
  surroundings: PaceSurroundings,
): Pace {
  return createPace({
    buckets: pools.map((name) => ({ name, perSecond, burst, reserve: 0 })),
    ...surroundings,
  })
}
