/**
 * G7: a real server killed in the middle of changes (`kill -9`): after the restart every open intent gets its
 * outcome, and what is in force is what the history says.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { eventually } from '../eventually.ts'
import {
  cognitoAt,
  type Issuer,
  patch,
  type ServerProcess,
  startIssuer,
  startServer,
} from '../faults/servers.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'

const REF = { provider: 'cognito', userPoolId: POOL_ID, id: 'exampleClientId' }
const ROUNDS = 4

let folder: string
let emulator: CognitoEmulator
let issuer: Issuer
let server: ServerProcess | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-crash-'))
  emulator = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  emulator.addFutureMember('MemberOfTomorrow')
  issuer = await startIssuer()
})

afterEach(async () => {
  await server?.kill()
  await Promise.all([emulator.close(), issuer.close()])
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<ServerProcess> {
  server = await startServer({
    database: join(folder, 'clientry.db'),
    providers: { cognito: cognitoAt(emulator.url) },
    issuer,
    // Short, so that an intent of a dead process is settled soon.
    limits: { deadlineMs: 2_000, upstreamTimeoutMs: 700 },
  })
  return server
}

const add = async (to: ServerProcess, url: string) =>
  (await patch(to, issuer, { userPoolId: POOL_ID, client: { callbacks: { add: [url] } } }))?.status

const stored = () => emulator.client(POOL_ID, 'exampleClientId').CallbackURLs as readonly string[]

it('settles every change that a kill left open, and reports the truth about each', async () => {
  const answered: string[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const running = await start()
    let alive = true
    // Each caller tries its URL until it is in force: on a busy machine all six first tries may end before
    // they reach the emulator, behind the intent that the last kill left open.
    const changes = Array.from({ length: 6 }, async (_, n) => {
      const url = `https://app.example.com/${round}/${n}`
      while (alive) {
        if ((await add(running, url)) !== 200) continue
        answered.push(url)
        return
      }
    })
    // Killed when the emulator has seen some writes of this round: between two steps of some change.
    const seen = emulator.calls.length
    await eventually(() => expect(emulator.calls.length).toBeGreaterThan(seen + 2 + round), 1)
    alive = false
    await running.kill()
    await Promise.all(changes)
  }
  const running = await start()
  const last = 'https://app.example.com/last'
  await eventually(async () => expect(await add(running, last)).toBe(200))

  const store = createSqliteStore(await openDatabase(join(folder, 'clientry.db')))
  expect(await store.openIntents()).toEqual([])
  const entries = await store.entries(resourceOf(REF))
  const applied = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== 'intent') continue
    const closing = entries[index + 1]
    expect(closing).toMatchObject({ kind: 'outcome', operationId: entry.operationId })
    if (closing?.kind === 'outcome' && closing.outcome === 'applied') {
      for (const url of entry.changes[0]?.added ?? []) applied.add(String(url))
    }
  }
  await store.close()
  // No change without history, none lost that was answered, none recorded that is not in force.
  const added = stored().filter((url) => /\/(\d+\/\d+|last)$/.test(url))
  expect(new Set(added)).toEqual(applied)
  expect(added).toEqual(expect.arrayContaining([...answered, last]))
})
