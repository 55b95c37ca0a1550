/**
 * G2, G5, G7 for leases: a leased value under every crash, fault and outside writer, on a provider that replaces everything and
 * on one that merges: it is never there without a lease, it goes when its time is over, and no one else's
 * value goes with it. Every crash point that a taking or an ending passes, and every one that the
 * settlement after it passes. `npm test` runs every crash where nothing else goes wrong, and draws from the rest.
 */

import { expect, it } from 'vitest'
import { inParallel } from '../../src/core/in-parallel.ts'
import { createDraw, patience } from '../property.ts'
import { CHANGE_KINDS, UPSTREAM_FAULTS } from './changed-client.ts'
import { visits } from './instance.ts'
import { isLeasable, type LeaseEvidence, type LeaseScenario, runLease } from './leased-client.ts'
import type { Moment } from './observed.ts'

const MOMENTS: readonly Moment[] = ['before the base read', 'before call 1', 'after call 1']
const WRITERS = MOMENTS.flatMap((moment) =>
  (['adds', 'takes'] as const).map((does) => ({ moment, does })),
)
const AT_ONCE = 8

const combinations: LeaseScenario[] = CHANGE_KINDS.filter(isLeasable).flatMap((kind) =>
  (['taking', 'ending'] as const).flatMap((disturbed) =>
    [undefined, ...UPSTREAM_FAULTS].flatMap((fault) =>
      // A fault meets writers that add: what they leave is harder to distinguish.
      [undefined, ...WRITERS.filter(({ does }) => fault === undefined || does === 'adds')].map(
        (writer) => ({
          kind,
          disturbed,
          ...(fault === undefined ? {} : { fault }),
          ...(writer === undefined ? {} : { writer }),
        }),
      ),
    ),
  ),
)

const isPlain = ({ fault, writer }: LeaseScenario) => fault === undefined && writer === undefined
const nameOf = ({ kind, ...rest }: LeaseScenario) => `${kind.name} ${JSON.stringify(rest)}`

it(
  'is there with a lease, and goes with it',
  async () => {
    const isDrawn = createDraw('leases', 10)
    const broken: string[] = []
    const count = { run: 0, crashes: 0, missed: 0 }
    const judge = async (scenario: LeaseScenario): Promise<LeaseEvidence> => {
      const evidence = await runLease(scenario)
      count.run += 1
      if (scenario.crash !== undefined) count.crashes += 1
      if (!evidence.crashed) count.missed += 1
      for (const wrong of evidence.broken) broken.push(`${nameOf(scenario)}: ${wrong}`)
      return evidence
    }
    const explore = async (scenario: LeaseScenario) => {
      const { passed } = await judge(scenario)
      // Crashes meet a fault or a writer, and not both.
      if (scenario.fault !== undefined && scenario.writer !== undefined) return
      for (const crash of visits(passed)) {
        const { passedInRecovery } = await judge({ ...scenario, crash })
        if (!isPlain(scenario)) continue
        for (const recoveryCrash of visits(passedInRecovery)) {
          const settled = { ...scenario, crash, recoveryCrash }
          if (isDrawn(nameOf(settled))) await judge(settled)
        }
      }
    }
    await inParallel(
      combinations.filter((one) => isPlain(one) || isDrawn(nameOf(one))),
      AT_ONCE,
      explore,
    )
    process.stdout.write(`${JSON.stringify(count)}\n`)
    expect(broken).toEqual([])
    // Those where nothing else goes wrong, which are always run.
    expect(count.crashes).toBeGreaterThan(20)
  },
  patience(300_000),
)
