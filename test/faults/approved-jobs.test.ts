/**
 * A job whose changes take an approval, and that dies at every crash point which it passes: while it is planned and asks, while
 * it is approved, and while its change is made; its settlement dies as well, and someone else changes the client in between.
 * What was approved takes effect once or never, and the request says whether the job was set to work.
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
import { jobResource, resourceOf } from '../../src/store/resource.ts'
import { sendTo } from '../http/approval-world.ts'
import { createDraw, patience } from '../property.ts'
import { startSubject } from './action-places.ts'
import { at, changeOutside, type Place } from './approval-instance.ts'
import { type Crash, FOLDER, visits } from './instance.ts'

/** Crashes that `npm test` tries; `npm run test:long` tries all of them. */
const ONE_IN = 4
/** Opening stores takes most of the time. */
const AT_ONCE = 8

const HOUR_MS = 3_600_000
const NAME = 'A name that was approved in a job'

interface Scenario {
  /** What the job dies of while it is planned and asks, or what its approval does, its change included. */
  readonly asking?: Crash
  readonly approving?: Crash
  /** What the settlement of the approval dies of. */
  readonly settling?: Crash
  /** Someone else changes the client before the approval, or after it died. */
  readonly outside?: 'before' | 'after the crash'
}

interface Evidence {
  readonly asking: readonly CrashPoint[]
  readonly approving: readonly CrashPoint[]
  readonly settling: readonly CrashPoint[]
  readonly wrong: readonly string[]
}

async function run(scenario: Scenario): Promise<Evidence> {
  const folder = mkdtempSync(join(FOLDER, 'clientry-approved-job-'))
  const clients = await startSubject('local')
  try {
    return await judge(scenario, { path: join(folder, 'clientry.db'), clients })
  } finally {
    await clients.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What an instance does by itself. */
const settle = async (settings: HttpSettings) => {
  await sweep(settings.service)
  await sweepRequests(settings)
  await settings.jobs.sweep()
}

async function judge(scenario: Scenario, place: Place): Promise<Evidence> {
  const { ref } = place.clients
  const job = await submit(scenario.asking, place)
  // The instance that takes over asks, unless that was done.
  await at(place, HOUR_MS, undefined, settle)
  const { result: requests } = await at(place, 2 * HOUR_MS, undefined, (settings) =>
    requestsOf(settings),
  )
  const [id = ''] = requests === 'crashed' ? [] : requests
  const change = (lateMs: number) =>
    at(place, lateMs, undefined, (settings) => changeOutside(settings, place.clients))
  if (scenario.outside === 'before') await change(2 * HOUR_MS)
  const approve = (settings: HttpSettings) =>
    sendTo(settings, 'decides.owner', ['POST', `/requests/${id}/approve`])
  const approved = await at(place, 3 * HOUR_MS, scenario.approving, approve)
  if (scenario.outside === 'after the crash') await change(3 * HOUR_MS)
  const settled = await at(place, 4 * HOUR_MS, scenario.settling, settle)
  await at(place, 5 * HOUR_MS, undefined, settle)
  await at(place, 6 * HOUR_MS, undefined, approve)
  await at(place, 7 * HOUR_MS, undefined, settle)
  const { result } = await at(place, 8 * HOUR_MS, undefined, async (settings) => {
    const { body } = await sendTo(settings, 'decides.owner', ['GET', `/requests/${id}`])
    const { store } = settings.service
    const entries = await store.entries(resourceOf(ref))
    const effects = entries.filter(
      (entry, index) =>
        entry.kind === 'intent' &&
        entry.approval?.requestId === id &&
        Object.assign({ outcome: '' }, entries[index + 1]).outcome === 'applied',
    )
    const told = (await store.entries(jobResource(job.id))).filter(
      (entry) => entry.kind === 'job_control' && entry.approval?.requestId === id,
    )
    const [open, { faults }] = [(await store.openIntents()).length, await verifyLog(store)]
    const { body: view } = await sendTo(settings, 'decides.owner', ['GET', `/jobs/${job.id}`])
    const state = { request: String(body.state), job: String(view.state) }
    const counts = { effects: effects.length, told: told.length, open, faults: faults.length }
    return { ...state, ...counts }
  })
  if (result === 'crashed') throw new TypeError('it crashed where nothing does')
  const isNamed = (place.clients.stored()?.client_name ?? '') === NAME
  const { outside, settling } = scenario
  // A job whose runners died twice waits for someone to resume it.
  const isGivenUp = settling !== undefined && result.job === 'stopped'
  const says = JSON.stringify(result)
  const wrong: readonly (readonly [boolean, string])[] = [
    [requests.length !== 1, `it waits as ${requests.length} requests`],
    [result.effects > 1, `it took effect ${result.effects} times`],
    [result.told > 1, `it was set to work ${result.told} times`],
    [(result.request === 'applied') !== (result.told === 1), `it says ${result.request}`],
    [result.effects > result.told, 'it took effect without an approval'],
    [isNamed !== (result.effects === 1), 'what is recorded is not in force'],
    [outside === undefined && !isNamed && !isGivenUp, `nothing came of it: ${says}`],
    [outside === 'before' && isNamed, 'it was carried out over a change of someone else'],
    [['running', 'planning', 'planned'].includes(result.job), `the job is ${result.job}`],
    [result.open > 0, 'an intent is open in the end'],
    [result.faults > 0, 'the history does not hold together'],
  ]
  return {
    asking: job.passed,
    approving: approved.passed,
    settling: settled.passed,
    wrong: wrong.flatMap(([is, says]) => (is ? [says] : [])),
  }
}

/** A job that asks by itself; the caller sends it again where no answer came. */
async function submit(crash: Crash | undefined, place: Place) {
  const { provider, id } = place.clients.ref
  const body = { clients: [{ provider, id }], patch: { name: NAME }, autoStart: true }
  const send = async (settings: HttpSettings) => {
    const answer = await sendTo(settings, 'asks.developer', ['POST', '/jobs', body])
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    return String(answer.body.id)
  }
  const first = await at(place, 0, crash, send)
  const listed = await at(place, 0, undefined, async (settings) => {
    const { body: page } = await sendTo(settings, 'asks.developer', ['GET', '/jobs'])
    return String((page.items as { id: string }[])[0]?.id)
  })
  return { id: listed.result, passed: first.passed }
}

async function requestsOf(settings: HttpSettings): Promise<readonly string[]> {
  const { body } = await sendTo(settings, 'decides.owner', ['GET', '/requests'])
  return (body.items as { id: string }[]).map(({ id }) => id)
}

it(
  'takes effect once or never, whatever dies when',
  async () => {
    const isDrawn = createDraw('crashes of approved jobs', ONE_IN)
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
    const plain = await judged({})
    const before = await judged({ outside: 'before' })
    const scenarios: readonly Scenario[] = [
      ...visits(plain.asking).map((asking) => ({ asking })),
      ...visits(plain.approving).map((approving) => ({ approving })),
      ...visits(before.approving).map((approving) => ({ approving, outside: 'before' as const })),
      ...visits(plain.approving).map((approving) => ({
        ...{ approving, outside: 'after the crash' as const },
      })),
    ]
    await inParallel(scenarios, AT_ONCE, async (scenario) => {
      const { asking, approving, outside } = scenario
      met.add(asking?.point ?? approving?.point ?? '')
      const { settling } = await judged(scenario)
      if (outside !== undefined) return
      for (const crash of visits(settling)) {
        const twice = { ...scenario, settling: crash }
        if (isDrawn(JSON.stringify(twice))) await judged(twice)
      }
    })
    process.stdout.write(`${count} jobs died at ${[...met].join(', ')}\n`)
    expect(broken).toEqual([])
    expect([...met]).toEqual(
      expect.arrayContaining([...APPROVAL_POINTS, 'intent recorded', 'step sent']),
    )
  },
  patience(240_000),
)
