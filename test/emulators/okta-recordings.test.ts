/**
 * The proof of the Okta emulator: recorded traffic of Okta's Terraform provider and Python SDK, replayed over HTTP and
 * compared answer by answer. The recordings are not part of the repository; `CLIENTRY_RECORDINGS` names the folder that
 * holds them.
 */

import { expect } from 'vitest'
import { LEFT_OUT } from './okta-compare.ts'
import { EXCLUSIONS } from './okta-exclusions.ts'
import { type Recorded, type Replay, replay } from './okta-replay.ts'
import { describeReplay } from './recorded-traffic.ts'

describeReplay<Recorded, Replay>({
  provider: 'Okta',
  recording: 'okta-apps.jsonl',
  exclusions: EXCLUSIONS,
  leftOut: LEFT_OUT,
  replay,
  expectWhole: ({ compared, uncompared }, calls) => {
    const counted = Object.values(uncompared).reduce((sum, count) => sum + count, 0)
    expect(compared.length + counted).toBe(calls.length)
  },
})
