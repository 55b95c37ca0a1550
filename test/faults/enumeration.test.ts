/**
 * The promise under every crash, fault and outside writer, one change of one call and one of three, a
 * suspension and a resumption.
 *
 * In the suite: every crash point with every fault at every call, with no outside writer; every crash
 * point with every outside writer, without a fault; every fault of the first call with every outside
 * writer, without a crash; where no writer came and no later call failed, a second crash at every
 * point of the settlement; where nothing failed before, every fault at every call of the settlement.
 * Suspension and resumption go without what goes wrong in a settlement: it is the same one.
 * The whole product is `npm run torture -- --enumerate`.
 */

import { expect, it } from 'vitest'
import { CRASH_POINTS } from '../../src/service/base/crash-points.ts'
import { enumerate } from './enumeration.ts'

it('holds in every scenario', async () => {
  const started = performance.now()
  const count = await enumerate('suite')
  const { run, crashes, recoveryCrashes, missed, unreachable, broken, points } = count
  process.stdout.write(
    `${run} scenarios (${crashes} with a crash, ${recoveryCrashes} with a second one in the settlement, ` +
      `${missed} crashes missed, ${unreachable} crash points not passed) in ${Math.round(performance.now() - started)} ms\n`,
  )
  expect(broken).toEqual([])
  expect(points).toEqual(new Set(CRASH_POINTS))
}, 300_000)
