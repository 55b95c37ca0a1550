/**
 * Every scenario there is: each fault upstream with each outside writer is run once without a crash,
 * which shows the crash points that it passes; then once for each of them, and for each one that the
 * settlement after it passes. So nothing is run that cannot be reached, and that is counted.
 */

import { CRASH_POINTS, type CrashPoint } from '../../src/service/base/crash-points.ts'
import type { ActionName } from '../../src/store/log/entry.ts'
import {
  ALL_KINDS,
  type ChangeKind,
  fallibleCalls,
  SUITE_KINDS,
  UPSTREAM_FAULTS,
} from './changed-client.ts'
import { type Crash, visits } from './instance.ts'
import { violations } from './invariants.ts'
import { type Met, meet } from './met.ts'
import type { Moment } from './observed.ts'
import { type Evidence, runScenario, type Scenario } from './scenario.ts'

/** `suite`: a part that the test describes; `all`: the whole product. */
export type Extent = 'suite' | 'all'

export interface EnumerationOptions {
  /** Hears of each scenario that has ended. */
  readonly told?: (count: Count) => void
  /** Which parts are run: pairs of a fault with a writer, and what goes wrong in the settlement where neither is. */
  readonly isDrawn?: (part: string) => boolean
  /** Whether crash points are still to be met: then parts are run that were not drawn. */
  readonly isIncomplete?: (met: Met) => boolean
}

export interface Count {
  /** Pairs of a fault with a writer: how many there are, and how many are done. */
  readonly combinations: number
  readonly done: number
  /** Scenarios run. */
  readonly run: number
  /** Of them: with a crash in the change, and with a second one in the settlement. */
  readonly crashes: number
  readonly recoveryCrashes: number
  /** Crashes that did not take place, since this time the change went another way. */
  readonly missed: number
  /** Pairs of a fault with a writer and a crash point that such a change does not pass. */
  readonly unreachable: number
  /** Each broken invariant, with its scenario. */
  readonly broken: readonly string[]
  /** Crash points at which a change, or its settlement, has died, by the action. */
  readonly met: Met
}

type Combination = Pick<Scenario, 'kind' | 'fault' | 'writer'>

/** Many wait for a time-out most of the time. */
const AT_ONCE = 16

/** Runs them. */
export async function enumerate(
  extent: Extent,
  { told, isDrawn = () => true, isIncomplete = () => false }: EnumerationOptions = {},
): Promise<Count> {
  const everything = combinations(extent)
  const isFirst = (one: Combination) => isPlain(one) || isDrawn(nameOf(one))
  const waiting = everything.filter(isFirst)
  const left = everything.filter((one) => !isFirst(one))
  const broken: string[] = []
  const met = new Map<ActionName, Set<CrashPoint>>()
  const count = {
    combinations: waiting.length,
    done: 0,
    run: 0,
    crashes: 0,
    recoveryCrashes: 0,
    missed: 0,
    unreachable: 0,
    broken,
    met,
  }

  async function judge(scenario: Scenario): Promise<Evidence> {
    const evidence = await runScenario(scenario)
    count.run += 1
    if (scenario.recoveryCrash !== undefined) count.recoveryCrashes += 1
    else if (scenario.crash !== undefined) count.crashes += 1
    if (!evidence.crashed) count.missed += 1
    else meet(met, scenario.kind.action, scenario)
    for (const wrong of violations(evidence)) broken.push(`${nameOf(scenario)}: ${wrong}`)
    told?.(count)
    return evidence
  }

  /** `isWhole`: also what was not drawn of a second thing that goes wrong. */
  async function explore(combination: Combination, isWhole = false): Promise<void> {
    const passed = new Set<CrashPoint>()
    const note = (list: readonly CrashPoint[]) => {
      for (const point of list) passed.add(point)
    }
    const whole = await judge({ ...combination, settledBy: 'sweep' })
    note(whole.passed)
    for (const crash of withCrashes(combination, extent) ? visits(whole.passed) : []) {
      const swept = { ...combination, crash, settledBy: 'sweep' as const }
      const evidence = await judge(swept)
      note(evidence.passedInRecovery)
      const settlement = settlementOf(evidence)
      // Where nothing was left open, it makes no difference who would settle it.
      if (settlement.length === 0) continue
      const byNext = { ...swept, settledBy: 'next change' as const }
      await judge(byNext)
      // A provider that throttles says how long to wait, so that each of these takes seconds.
      const drawn = (scenario: Scenario) => isWhole || isDrawn(nameOf(scenario))
      for (const recoveryCrash of withSecondCrash(combination, extent) ? settlement : []) {
        if (!drawn({ ...swept, recoveryCrash })) continue
        await judge({ ...swept, recoveryCrash })
        if (extent === 'all') await judge({ ...byNext, recoveryCrash })
      }
      for (const recoveryFault of recoveryFaultsOf(combination, extent)) {
        if (!drawn({ ...swept, recoveryFault })) continue
        await judge({ ...swept, recoveryFault })
        if (extent === 'all') await judge({ ...byNext, recoveryFault })
      }
    }
    count.unreachable += CRASH_POINTS.length - passed.size
    count.done += 1
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await explore(next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  for (const one of left) if (isIncomplete(met)) await explore(one, true)
  return count
}

/** Nothing goes wrong but crashes. Always run: every crash of a change is among them. */
const isPlain = ({ fault, writer }: Combination) => fault === undefined && writer === undefined

/** Every fault with every outside writer. */
function combinations(extent: Extent): readonly Combination[] {
  const kinds = extent === 'all' ? ALL_KINDS : SUITE_KINDS
  return kinds
    .flatMap((kind) =>
      [undefined, ...faultsOf(kind)].flatMap((fault) =>
        [undefined, ...writersOf(kind)].map((writer) => ({
          kind,
          ...(fault === undefined ? {} : { fault }),
          ...(writer === undefined ? {} : { writer }),
        })),
      ),
    )
    .filter((combination) => extent === 'all' || inSuite(combination))
}

/** In the suite, faults meet writers without a crash; crashes meet one of the two, or none. */
const withCrashes = ({ fault, writer }: Combination, extent: Extent) =>
  extent === 'all' || fault === undefined || writer === undefined

/** In the suite, a second crash meets changes whose first call alone, if any, has met a fault. */
const withSecondCrash = ({ kind, fault, writer }: Combination, extent: Extent) =>
  extent === 'all' ||
  (!isSuspension(kind) && writer === undefined && (fault === undefined || fault.call === 0))

/** Their settlement is that of any other change, so in the suite nothing goes wrong in it. */
const isSuspension = ({ asked }: ChangeKind) => asked.kind === 'suspension'

/** Faults of the settlement, for changes that have met none; in the suite with no writer either. */
function recoveryFaultsOf({ kind, fault, writer }: Combination, extent: Extent) {
  const left = writer !== undefined || isSuspension(kind)
  if (fault !== undefined || (extent === 'suite' && left)) return []
  return [kind.read, ...kind.calls].flatMap((at) =>
    UPSTREAM_FAULTS.map((fault) => ({ kind: fault, at })),
  )
}

/** Faults that meet the change later than its first call are in the suite with no writer only. */
const inSuite = ({ fault, writer }: Combination) =>
  fault === undefined || writer === undefined || fault.call === 0

const faultsOf = (change: ChangeKind) =>
  UPSTREAM_FAULTS.flatMap((kind) => fallibleCalls(change).map((_, call) => ({ kind, call })))

function writersOf({ calls }: ChangeKind) {
  const moments: readonly Moment[] = [
    'before the base read',
    'before call 1',
    ...calls.map((_, index): Moment => `after call ${index + 1}`),
  ]
  return moments.flatMap((moment) =>
    (['named', 'other'] as const).map((touches) => ({ moment, touches })),
  )
}

/** Crashes within the settlement of an intent that the first crash left open. */
function settlementOf({ passedInRecovery }: Evidence): readonly Crash[] {
  if (passedInRecovery[0] !== 'open intent found') return []
  const end = passedInRecovery.indexOf('outcome recorded')
  return visits(passedInRecovery.slice(0, end + 1))
}

/** A scenario, or a pair of a fault with a writer, in words. */
export function nameOf(scenario: Combination & Partial<Scenario>): string {
  const { kind, fault, writer, crash, recoveryCrash, recoveryFault, settledBy } = scenario
  return [
    kind.name,
    fault === undefined ? 'no fault' : `${fault.kind} at call ${fault.call + 1}`,
    writer === undefined ? 'no writer' : `${writer.touches} setting ${writer.moment}`,
    crash === undefined ? 'no crash' : `crash at "${crash.point}" ${crash.visit}`,
    recoveryCrash && `then at "${recoveryCrash.point}" ${recoveryCrash.visit}`,
    recoveryFault && `then ${recoveryFault.kind} at ${recoveryFault.at.operation}`,
    settledBy && `settled by the ${settledBy}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ')
}
