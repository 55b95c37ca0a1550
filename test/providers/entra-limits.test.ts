/**
 * Throttling by Microsoft Graph: refusals with and without Retry-After are waited out, no change is lost, and what is refused is
 * little.
 */

import { afterEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type EntraEmulator, startEntraEmulator } from '../../src/emulators/entra/index.ts'
import type { EntraLimits } from '../../src/emulators/entra/limits.ts'
import { createThrottling } from '../../src/providers/entra/calls/pace.ts'
import type { EntraSettings } from '../../src/providers/entra/index.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { fullEntraApplication as full } from '../fixtures/entra.ts'
import { tenantAt } from './entra/subject.ts'
import { only } from './subject.ts'

const REF = { provider: 'it', id: 'exampleClientId' }
/** Then every window is over. */
const LATER_MS = 200_000
/** How many calls are refused before. */
const REFUSALS = 2

let emulator: EntraEmulator
let bench: Bench

async function open(limits: EntraLimits, pace: EntraSettings['pace']): Promise<void> {
  const start = Date.now()
  // No clock but that of refusals, so that no slow machine makes a window end.
  const now = () => start + (emulator && throttled().length >= REFUSALS ? LATER_MS : 0)
  const personal = { ...full, signInAudience: 'PersonalMicrosoftAccount' }
  emulator = await startEntraEmulator({ applications: [personal], limits, now })
  const provider = await only({ type: 'entra', ...tenantAt(emulator.url, { pace }) })
  bench = await openBench(new Map([['it', provider]]))
}
afterEach(async () => {
  await bench?.close()
  await emulator?.close()
})

const change = (client: object) => bench.change(REF, client, { deadline: Date.now() + 60_000 })
const throttled = () => emulator.calls.filter(({ status }) => status === 429)

describe('a refusal without Retry-After', () => {
  const answer = (status: number, headers = {}) => ({ status, headers, body: undefined })

  it('is waited out for a time that doubles until something is answered', () => {
    let now = 0
    const { rateOf, pauseOf } = createThrottling(() => now)
    const next = (seconds: number) => {
      now += seconds * 1_000
      return rateOf(answer(429)).pauseMs
    }
    expect([next(0), next(1), next(2), next(4)]).toEqual([1_000, 2_000, 4_000, 8_000])
    // Of calls that were under way at once.
    expect([next(0), next(0)]).toEqual([8_000, 8_000])
    expect(pauseOf(answer(429))).toBe(8)
    expect(rateOf(answer(200))).toEqual({})
    expect(next(60)).toBe(1_000)
    for (let times = 0; times < 10; times += 1) next(100)
    expect(next(100)).toBe(32_000)
  })

  it('that says when to come back is waited out for so long', () => {
    const { rateOf, pauseOf } = createThrottling(() => 0)
    const refusal = answer(429, { 'retry-after': '17' })
    expect(rateOf(refusal)).toEqual({ throttled: true, pauseMs: 17_000 })
    expect(pauseOf(refusal)).toBe(17)
  })
})

const SLOW = { readsPerSecond: 10_000, writesPerSecond: 10_000, personalPerSecond: 10_000 }

it.each<readonly [string, EntraLimits]>([
  ['writes to applications for personal accounts', { personal: 4 }],
  ['writes', { writes: 4 }],
])('of %s that come too fast none is lost, and each refusal is waited out', async (_, limits) => {
  await open({ ...limits, retryAfter: false }, SLOW)
  const urls = Array.from({ length: 6 }, (__, at) => `https://app.example.com/${at}`)
  const all = urls.map((url) => change({ callbacks: { add: [url] } }))
  expect((await Promise.all(all)).map(({ outcome }) => outcome)).toEqual(urls.map(() => 'applied'))
  const { web } = emulator.application(REF.id) ?? {}
  expect((web as JsonObject).redirectUris).toEqual(expect.arrayContaining(urls))
  expect(throttled()).toHaveLength(REFUSALS)
})
