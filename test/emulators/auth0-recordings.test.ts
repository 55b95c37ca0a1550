/**
 * The proof of the Auth0 emulator: recorded traffic of auth0-deploy-cli, terraform-provider-auth0 and
 * go-auth0, replayed over HTTP and compared answer by answer. The recordings are not part of the
 * repository; `CLIENTRY_RECORDINGS` names the folder that holds them.
 */

import { expect } from 'vitest'
import { LEFT_OUT } from './auth0-compare.ts'
import { EXCLUSIONS } from './auth0-exclusions.ts'
import { type Recorded, type Replay, replay } from './auth0-replay.ts'
import { describeReplay } from './recorded-traffic.ts'

describeReplay<Recorded, Replay>({
  provider: 'Auth0',
  recording: 'auth0-clients.jsonl',
  exclusions: EXCLUSIONS,
  leftOut: LEFT_OUT,
  replay,
  expectWhole: ({ silent }) => expect(silent).toEqual([]),
})
