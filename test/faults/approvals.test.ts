/**
 * An approval that dies at every crash point that it passes, the steps of its change included, and whose settlement dies at
 * every one that that passes; with and without someone who changes the client at the provider in between. It takes effect
 * once or never, and what the request says is what is in force.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { inParallel } from '../../src/core/in-parallel.ts'
import { sweepRequests } from '../../src/http/approval/sweep-requests.ts'
import type { HttpSettings } from '../../src/http/exchange.ts'
import { APPROVAL_POINTS, type CrashPoint } from '../../src/service/base/crash-points.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { sendTo } from '../http/approval-world.ts'
import { createDraw, patience } from '../property.ts'
import { type Clients, startSubject } from './action-places.ts'
import { at, changeOutside } from './approval-instance.ts'
import { type Crash, FOLDER, visits } from './instance.ts'

/** Crashes of a settlement that `npm test` tries; `npm run test:long` tries five times as many. */
const ONE_IN = 5
/** Opening stores takes most of the time. */
const AT_ONCE = 8

const HOUR_MS = 3_600_000
const NAME = 'A name that was approved'

interface Scenario {
  /** What the approval dies of, and what its settlement does. */
  readonly crash?: Crash
  readonly recoveryCrash?: Crash
  /** When someone else changes the client. */
  readonly outside?: 'before' | 'after the crash'
}

interface Evidence {
  readonly passed: readonly CrashPoint[]
  readonly passedInRecovery: readonly CrashPoint[]
  readonly wrong: readonly string[]
}

async function run(scenario: Scenario): Promise<Evidence> {
  const folder = mkdtempSync(join(FOLDER, 'clientry-approval-'))
  const clients = await startSubject('local')
  const place = { path: join(folder, 'clientry.db'), clients }
  try {
    return await judge(scenario, place)
  } finally {
    await clients.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function judge(
  { crash, recoveryCrash, outside }: Scenario,
  place: { readonly path: string; readonly clients: Clients },
): Promise<Evidence> {
  const { clients } = place
  const { ref } = clients
  const asked = await at(place, 0, undefined, async (settings) => {
    const answer = await sendTo(settings, 'asks.developer', [
      'PATCH',
      `/clients/${ref.id}`,
      { client: { name: NAME } },
    ])
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    return answer.body
  })
  const id = asked.result === 'crashed' ? '' : String(asked.result.id)
  const change = () => at(place, 0, undefined, (settings) => changeOutside(settings, clients))
  if (outside === 'before') await change()
  const approve = (settings: HttpSettings) =>
    sendTo(settings, 'decides.owner', ['POST', `/requests/${id}/approve`])
  const approved = await at(place, 0, crash, approve)
  if (outside === 'after the crash') await change()
  const settle = async (settings: HttpSettings) => {
    await sweep(settings.service)
    await sweepRequests(settings)
  }
  const settled = await at(place, HOUR_MS, recoveryCrash, settle)
  await at(place, 2 * HOUR_MS, undefined, settle)
  await at(place, 3 * HOUR_MS, undefined, approve)
  const { result } = await at(place, 4 * HOUR_MS, undefined, async (settings) => {
    const { body } = await sendTo(settings, 'decides.owner', ['GET', `/requests/${id}`])
    const { store } = settings.service
    const entries = await store.entries(resourceOf(ref))
    const applied = entries.filter(
      (entry, index) =>
        entry.kind === 'intent' &&
        entry.approval?.requestId === id &&
        Object.assign({ outcome: '' }, entries[index + 1]).outcome === 'applied',
    )
    const open = (await store.openIntents()).length
    const { faults } = await verifyLog(store)
    return { state: String(body.state), applied: applied.length, open, faults: faults.length }
  })
  if (result === 'crashed') throw new TypeError('it crashed where nothing does')
  const isNamed = (clients.stored()?.client_name ?? '') === NAME
  const wrong: readonly (readonly [boolean, string])[] = [
    [result.applied > 1, `it took effect ${result.applied} times`],
    [(result.state === 'applied') !== (result.applied === 1), `it says ${result.state}`],
    [!['applied', 'outdated', 'pending'].includes(result.state), `it ended as ${result.state}`],
    [outside === undefined && result.state !== 'applied', `nothing came of it: ${result.state}`],
    [result.applied === 1 && !isNamed, 'what is recorded is not in force'],
    [outside === 'before' && isNamed, 'it was carried out over a change of someone else'],
    [result.open > 0, 'an intent is open in the end'],
    [result.faults > 0, 'the history does not hold together'],
  ]
  return {
    passed: approved.passed,
    passedInRecovery: settled.passed,
    wrong: wrong.flatMap(([is, says]) => (is ? [says] : [])),
  }
}

it(
  'takes effect once or never, whatever dies when',
  async () => {
    const isDrawn = createDraw('crashes of the settlement of an approval', ONE_IN)
    const broken: string[] = []
    const met = new Set<string>()
    let count = 0
    const judged = async (scenario: Scenario) => {
      const evidence = await run(scenario)
      count += 1
      const name = JSON.stringify(scenario)
      broken.push(...evidence.wrong.map((one) => `${name}: ${one}`))
      return evidence
    }
    for (const outside of [undefined, 'before', 'after the crash'] as const) {
      const about = outside === undefined ? {} : { outside }
      const { passed } = await judged(about)
      await inParallel(visits(passed), AT_ONCE, async (crash) => {
        met.add(crash.point)
        const { passedInRecovery } = await judged({ ...about, crash })
        if (outside !== undefined) return
        for (const recoveryCrash of visits(passedInRecovery)) {
          const scenario = { crash, recoveryCrash }
          if (isDrawn(JSON.stringify(scenario))) await judged(scenario)
        }
      })
    }
    process.stdout.write(`${count} approvals died at ${[...met].join(', ')}\n`)
    expect(broken).toEqual([])
    const [, ...points] = APPROVAL_POINTS
    expect([...met]).toEqual(expect.arrayContaining([...points, 'intent recorded', 'step sent']))
  },
  patience(120_000),
)
