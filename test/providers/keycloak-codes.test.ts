/** A move waits as long as the codes of its realm live, where the service account may view the realm. */

import { afterEach, expect, it } from 'vitest'
import {
  KEYCLOAK_ACCOUNT,
  type KeycloakEmulator,
  startKeycloakEmulator,
} from '../../src/emulators/keycloak/index.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { POOL, realmAt } from './keycloak/subject.ts'
import { only } from './subject.ts'

const CODE_SECONDS = 1_200
const [OLD, NEW] = ['https://old.example.com/cb', 'https://new.example.com/cb'] as const
const REF = { provider: 'it', userPoolId: POOL, id: 'moved' }
const VIEWER = { clientId: 'viewer', clientSecret: 'the-secret-of-the-viewer', viewsRealm: true }

let emulator: KeycloakEmulator
let bench: Bench

afterEach(async () => {
  await bench.close()
  await emulator.close()
})

/** A client whose move has begun. */
async function begun(account = VIEWER, moves = {}): Promise<void> {
  emulator = await startKeycloakEmulator({
    accounts: [{ ...KEYCLOAK_ACCOUNT, viewsRealm: false }, VIEWER],
    codeSeconds: CODE_SECONDS,
    clients: [{ clientId: REF.id, redirectUris: [OLD] }],
  })
  const provider = await only({
    type: 'keycloak',
    ...realmAt(emulator.url, 'test', account),
    moves,
  })
  bench = await openBench(new Map([['it', provider]]))
  const request = requestFor(bench.service, REF, {})
  await changeClient(bench.service, { ...request, patch: { kind: 'move', from: OLD, to: NEW } })
}

/** Another server on the same store, a while later. */
const goOn = () => {
  const now = () => Date.now() + 2_000
  return carryOutDue({ ...bench.service, turns: createTurns(now), now }, new Map())
}

async function secondsOfCodes(): Promise<number | undefined> {
  const last = await bench.service.store.last(resourceOf(REF))
  const { widened } = last?.standing?.moves?.[0] ?? {}
  return widened && (widened.narrowFrom - widened.at) / 1_000
}

it.each([
  ['that of the realm', CODE_SECONDS, VIEWER, {}],
  ['the default, to a service account that may not view the realm', 60, KEYCLOAK_ACCOUNT, {}],
  ['the one that is configured', 30, VIEWER, { codeSeconds: 30 }],
])('the lifetime of codes is %s', async (_, seconds, account, moves) => {
  await begun({ viewsRealm: false, ...account }, moves)
  expect((await goOn()).failed).toEqual([])
  expect(await secondsOfCodes()).toBe(seconds)
})

it('a realm that cannot be asked at the moment holds a move up, and no default stands for it', async () => {
  await begun()
  emulator.inject({ kind: 'error_before_apply', operation: 'GET /', times: 50 })
  expect((await goOn()).failed).toMatchObject([{ code: 'move_state' }])
  expect(await secondsOfCodes()).toBeUndefined()
  emulator.clearFaults()
  expect((await goOn()).failed).toEqual([])
  expect(await secondsOfCodes()).toBe(CODE_SECONDS)
})
