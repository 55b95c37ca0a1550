/** What a suspension is that is to end in a removal, and the end of one. */

import { isOff } from '../../core/mapping/suspension.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import { type Actor, rightsIn } from '../../store/log/actor.ts'
import { type Standing, withStanding } from '../../store/log/standing.ts'
import type { ReapPlan, Unreaping } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import type { Wish } from '../change/change-target.ts'
import { lastSuspension } from './reap-history.ts'

/** Who has a client reaped, and by which operation. */
export interface ReapedBy {
  readonly provider: Provider
  readonly actor: Actor
  readonly operationId: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** A suspension after which the client is removed. */
export function reaping(wish: Wish, reap: ReapPlan, { provider, actor, ...by }: ReapedBy): Wish {
  const { operationId, now } = by
  const { job, graceMs, approval } = reap
  return {
    ...wish,
    over: (base) => {
      const target = wish.over(base)
      const wasOff = isOff(provider.mapping, base) ? { wasOff: true as const } : {}
      const agreed = approval === undefined ? {} : { approval }
      const mark = { job, operationId, ...rightsIn(reap), ...wasOff, ...agreed }
      const removal = { at: now + graceMs, actor, reap: mark }
      const becomes = withStanding(target.aim?.becomes, { removal })
      return { ...target, aim: { action: 'suspend', becomes } }
    },
  }
}

/** Calls off a reaping; `undefined`: the client must be resumed for it. */
export async function unreaping(
  service: Pick<Service, 'store'>,
  ref: ClientRef,
  { job, operationId }: Unreaping,
  standing: Standing | undefined,
): Promise<Wish | undefined> {
  const none = { kind: 'merge' as const, fields: {} }
  const reap = standing?.removal?.reap
  const isOurs = reap?.job.id === job
  const isLast = (await lastSuspension(service, ref)) === operationId
  // Another job has it reaped, or someone has resumed it, or suspended it anew.
  if (!isLast || (reap !== undefined && !isOurs)) {
    return { fields: [], over: () => ({ patch: none, warnings: [] }) }
  }
  if (reap?.wasOff === undefined) return undefined
  const becomes = calledOff(standing) ?? {}
  return {
    fields: [],
    over: () => ({ patch: none, warnings: [], aim: { action: 'retain', becomes } }),
  }
}

/** The standing after a change: any change during the grace period shows that the client is needed. */
export function withoutReaping(
  standing: Standing | undefined,
  patch: { readonly kind: string; readonly reap?: unknown; readonly unreaps?: unknown },
): Standing | undefined {
  return patch.reap !== undefined || patch.unreaps !== undefined ? standing : calledOff(standing)
}

/** The standing of a client that is not to be removed by a job any more. */
export const calledOff = (standing: Standing | undefined): Standing | undefined =>
  standing?.removal?.reap === undefined ? standing : withStanding(standing, { removal: undefined })
