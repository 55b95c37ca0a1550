/** At which crash points operations of each action have died; and at which they cannot, with the reason. */

import { CRASH_POINTS, type CrashPoint } from '../../src/service/base/crash-points.ts'
import { ACTIONS, type ActionName } from '../../src/store/log/entry.ts'
import type { Crash } from './instance.ts'

export type Met = ReadonlyMap<ActionName, ReadonlySet<CrashPoint>>

/** Notes the last crash of a scenario in which each crash took place. */
export function meet(
  met: Map<ActionName, Set<CrashPoint>>,
  action: ActionName,
  { crash, recoveryCrash = crash }: { readonly crash?: Crash; readonly recoveryCrash?: Crash },
): void {
  const points = met.get(action) ?? new Set()
  met.set(action, points)
  if (recoveryCrash !== undefined) points.add(recoveryCrash.point)
}

interface Exemption {
  readonly points: readonly CrashPoint[]
  readonly actions: readonly ActionName[]
  readonly why: string
}

const NO_STEPS = [
  'protect',
  'unprotect',
  'assign',
  'confirm_move',
  'retire_later',
  'retain',
  'adopt',
] as const
const MOVES = ['move', 'narrow_move', 'end_move'] as const
const ONE_CALL = ['suspend', 'resume', 'lease', 'end_lease', ...MOVES] as const
const OWN_LOOK = ['create', 'restore', 'retire'] as const

/** Pairs that are never met. What stands here and is met is out of date, and fails as well. */
export const NEVER_MET: readonly Exemption[] = [
  {
    points: ['step sent', 'undo begun', 'undo step sent'],
    actions: NO_STEPS,
    why: 'It changes nothing at the provider, so there is nothing to send or to undo.',
  },
  {
    points: ['undo begun', 'undo step sent'],
    actions: ONE_CALL,
    why: 'It is one call in each scenario, which takes effect whole or not at all.',
  },
  {
    points: ['undo begun', 'undo step sent'],
    actions: OWN_LOOK,
    why: 'It is in force or not, by what it makes or ends, and is never taken back.',
  },
]

/** Every pair that is met by no crash and exempted by nothing, or exempted although it is met. */
export function unmet(...all: readonly Met[]): readonly string[] {
  return (['change', ...ACTIONS] as const).flatMap((action) =>
    CRASH_POINTS.flatMap((point) => {
      const isMet = all.some((met) => met.get(action)?.has(point))
      const exempt = NEVER_MET.some(
        ({ actions, points }) => actions.includes(action) && points.includes(point),
      )
      if (isMet !== exempt) return []
      return [`${action} at "${point}" is ${isMet ? 'met and exempted' : 'never met'}`]
    }),
  )
}
