/**
 * What holds for a client here beside its settings: no provider has a place for it. Every entry of a
 * client's log holds it (`chain.ts` carries it on), so that the newest one is all that has to be read, and
 * it changes together with the settings or not at all.
 */

import type { FieldName } from '../../core/client.ts'
import { type Json, same } from '../../core/json/json.ts'
import type { Actor, ApprovalMark, JobOrigin, TokenRights } from './actor.ts'
import type { ManagerClaims } from './managed.ts'

export interface Standing {
  /** Neither removed nor suspended as long as it holds. */
  readonly protected?: true
  /** Whose client it is, as grants can be limited to. */
  readonly team?: string
  readonly leases?: readonly Lease[]
  readonly retirements?: readonly Retirement[]
  /** Values of lists by who manages them; each is in its list. */
  readonly managed?: readonly ManagerClaims[]
  /** Redirect URIs that give way to others. */
  readonly moves?: readonly Move[]
  /** It was made for a while only, or is being reaped. */
  readonly removal?: ComingRemoval
  /** Settings that this version does not know and a change has taken away, oldest first: they can be set again. */
  readonly cleared?: readonly string[]
  /** It was suspended through settings that stand for that; they are held until it is resumed. */
  readonly suspended?: Suspended
}

/** Since when a client is suspended, and what took its settings away. */
export interface Suspended {
  /** Epoch milliseconds. */
  readonly since: number
  /** Operations whose sealed records hold what they took, oldest first. */
  readonly operations: readonly string[]
}

/** A value of a list that is taken away again when its time is over. */
export interface Lease {
  readonly field: FieldName
  readonly value: string
  /** Who holds it, in the caller's own words: a pull request, say. */
  readonly owner: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** Who asked for it; its end is done in the same name. */
  readonly actor: Actor
  /** The value was there before, or someone has said since that it is to stay. */
  readonly kept?: true
}

/** A redirect URI that gives way to another: both are registered until the move is narrowed. */
export interface Move {
  readonly from: string
  readonly to: string
  /** The operation that registered the new one. */
  readonly operationId: string
  /** Who asked for it, or said when the old one is to go; it is narrowed in the same name. */
  readonly actor: Actor
  /** By which of that caller's grants it is narrowed by itself; absent: an earlier version began it, and it goes on as agreed. */
  readonly token?: TokenRights
  /** Epoch milliseconds, like all times of it. */
  readonly startedAt: number
  /** When the old one is to go; absent: on request. */
  readonly narrowAt?: number
  /** Absent: the provider is not known yet to accept the new one. */
  readonly widened?: Widened
}

export interface Widened {
  readonly at: number
  /** The authorization endpoint accepted it, or so much time has passed that it does. */
  readonly by: 'endpoint' | 'wait'
  /** The old one cannot go before: codes that were issued for it can be redeemed until then. */
  readonly narrowFrom: number
}

/** A secret that ends by itself, after a rotation. */
export interface Retirement {
  readonly secretId: string
  /** Epoch milliseconds. */
  readonly at: number
  /** Who asked for it; it is done in the same name. */
  readonly actor: Actor
}

/** A client that is removed by itself, unless it was before. */
export interface ComingRemoval {
  /** Epoch milliseconds. */
  readonly at: number
  /** Who made the client, or had it reaped; its end is done in the same name. */
  readonly actor: Actor
  /** It was suspended to be removed later; absent: it was made for a while only. */
  readonly reap?: Reaping
}

/** What the removal of a reaped client depends on; the rights are those of who submitted the job. */
export interface Reaping extends TokenRights {
  readonly job: JobOrigin
  /** The suspension after which nothing may have happened to the client. */
  readonly operationId: string
  /** It was off before, so that ending this does not switch it on. */
  readonly wasOff?: true
  /** Who approved it, where that was needed. */
  readonly approval?: ApprovalMark
}

/** When something has to be done for a client by itself (epoch milliseconds); `undefined`: never. */
export function dueAt({
  leases = [],
  retirements = [],
  moves = [],
  removal,
}: Standing = {}): number | undefined {
  const times = [
    ...moves.flatMap((move) => dueOf(move) ?? []),
    ...leases.map(({ expiresAt }) => expiresAt),
    ...retirements.map(({ at }) => at),
    ...(removal === undefined ? [] : [removal.at]),
  ]
  return times.length === 0 ? undefined : Math.min(...times)
}

/** When a move has to be looked at: at once until it is widened, then when it is to be narrowed. */
export function dueOf({ startedAt, widened, narrowAt }: Move): number | undefined {
  if (widened === undefined) return startedAt
  return narrowAt === undefined ? undefined : Math.max(narrowAt, widened.narrowFrom)
}

/** Whether the same holds; an absent standing equals an empty one. */
export function sameStanding(one: Standing = {}, other: Standing = {}): boolean {
  return same(one as unknown as Json, other as unknown as Json)
}

/** The standing with members set, or taken out where they are `undefined`. */
export function withStanding(
  standing: Standing | undefined,
  members: { readonly [M in keyof Standing]: Standing[M] | undefined },
): Standing {
  const defined = Object.entries({ ...standing, ...members }).filter(
    ([, value]) => value !== undefined,
  )
  return Object.fromEntries(defined)
}

/**
 * The standing with values that a change may have put there to stay: a conflict leaves it open, and what
 * stays too long can be removed, while what goes is lost.
 */
export function withKept(
  standing: Standing | undefined,
  { leases: after = [] }: Standing = {},
): Standing | undefined {
  const permanent = after.filter((one) => one.kept)
  if (standing?.leases === undefined || permanent.length === 0) return standing
  const leases = standing.leases.map((one) =>
    permanent.some(isSame(one)) ? { ...one, kept: true as const } : one,
  )
  return { ...standing, leases }
}

export const isSame = (one: Lease) => (other: Lease) =>
  one.field === other.field && one.value === other.value && one.owner === other.owner

/** Whether two moves are the same one. */
export const isSameMove = (one: Pick<Move, 'from' | 'to'>) => (other: Pick<Move, 'from' | 'to'>) =>
  one.from === other.from && one.to === other.to
