/** Secrets that end by themselves some time after a rotation. */

import type { LiveSecret } from '../../providers/secrets.ts'
import type { Actor } from '../../store/log/actor.ts'
import { type Retirement, type Standing, withStanding } from '../../store/log/standing.ts'

/** The longest time to keep an old secret (seconds; 90 days). */
export const MAX_RETIRE_SECONDS = 7_776_000

/** A live secret, and when it ends by itself (epoch milliseconds). */
export interface Ending extends LiveSecret {
  readonly retiresAt?: number
}

/** The standing in which these secrets end at a time (epoch ms), replacing any earlier end. */
export function endingAt(
  standing: Standing | undefined,
  secrets: readonly LiveSecret[],
  at: number,
  actor: Actor,
): Standing {
  const others = (standing?.retirements ?? []).filter(
    ({ secretId }) => !secrets.some(({ id }) => id === secretId),
  )
  const ours = secrets.map(({ id }): Retirement => ({ secretId: id, at, actor }))
  return withStanding(standing, { retirements: [...others, ...ours] })
}

/** The standing in which a secret does not end by itself. */
export function withoutEnd(standing: Standing | undefined, secretId: string): Standing {
  const remaining = (standing?.retirements ?? []).filter((one) => one.secretId !== secretId)
  return withStanding(standing, { retirements: remaining.length === 0 ? undefined : remaining })
}

/** Live secrets with the times at which they end. */
export function withEnds(
  live: readonly LiveSecret[],
  { retirements = [] }: Standing = {},
): readonly Ending[] {
  return live.map((one) => {
    const end = retirements.find(({ secretId }) => secretId === one.id)
    return end === undefined ? one : { ...one, retiresAt: end.at }
  })
}
