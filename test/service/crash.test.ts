/**
 * A real server killed in the middle of changes (`kill -9`): after the restart every open intent gets
 * its outcome, and what is in force is what the history says.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { resourceOf } from '../../src/service/service.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { type SigningKey, sign, signingKey, startKeyServer } from '../http/auth/issuer.ts'

const SERVE = fileURLToPath(new URL('../../dist/serve.js', import.meta.url))
const REF = { provider: 'cognito', userPoolId: POOL_ID, id: 'exampleClientId' }
const ROUNDS = 4

let folder: string
let emulator: CognitoEmulator
let key: SigningKey
let keys: Awaited<ReturnType<typeof startKeyServer>>
let server: ChildProcess | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-crash-'))
  emulator = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  emulator.addFutureMember('MemberOfTomorrow')
  key = await signingKey('key-1')
  keys = await startKeyServer()
  keys.publish(key)
})

afterEach(async () => {
  server?.kill('SIGKILL')
  await Promise.all([emulator.close(), keys.close()])
  rmSync(folder, { recursive: true, force: true })
})

/** Starts the production entry and waits until it says that it listens; gives its port. */
function start(): Promise<number> {
  const config = {
    server: { port: 0 },
    key: { env: 'KEY' },
    store: { type: 'sqlite', path: join(folder, 'clientry.db') },
    providers: {
      cognito: {
        type: 'cognito',
        pools: { [POOL_ID]: { endpoint: emulator.url } },
        credentials: { accessKeyId: 'emulator', secretAccessKey: { env: 'AWS_SECRET' } },
        pace: { perOperation: 10_000, perCategory: 10_000 },
      },
    },
    auth: {
      issuers: [{ issuer: 'https://issuer.example/', jwksUrl: keys.url, audience: ['clientry'] }],
    },
    // Short, so that an intent of a dead process is settled soon.
    limits: { deadlineMs: 700, upstreamTimeoutMs: 200 },
  }
  const child = spawn(process.execPath, [SERVE], {
    env: {
      CLIENTRY_CONFIG_JSON: JSON.stringify(config),
      KEY: Buffer.alloc(32, 1).toString('base64'),
      AWS_SECRET: 'emulator-secret',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  server = child
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = chunk.toString().split('\n')
      const line = lines.find((text) => text.includes('"listening"'))
      if (line !== undefined) resolve((JSON.parse(line) as { port: number }).port)
    })
  })
}

async function patch(port: number, url: string): Promise<number | undefined> {
  const now = Math.floor(Date.now() / 1_000)
  const token = await sign(key, {
    iss: 'https://issuer.example/',
    aud: 'clientry',
    sub: 'tester',
    client_id: 'test-client',
    iat: now,
    exp: now + 600,
  })
  const response = await fetch(`http://127.0.0.1:${port}/clients/exampleClientId`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ userPoolId: POOL_ID, client: { callbacks: { add: [url] } } }),
  }).catch(() => undefined)
  return response?.status
}

const stored = () => emulator.client(POOL_ID, 'exampleClientId').CallbackURLs as readonly string[]

it('settles every change that a kill left open, and tells the truth about each', async () => {
  const answered: string[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const port = await start()
    const urls = Array.from({ length: 6 }, (_, n) => `https://app.example.com/${round}/${n}`)
    const changes = urls.map(async (url) => {
      if ((await patch(port, url)) === 200) answered.push(url)
    })
    // Killed when the emulator has seen some writes of this round: between two steps of some change.
    const seen = emulator.calls.length
    while (emulator.calls.length < seen + 3 + round) await new Promise(setImmediate)
    server?.kill('SIGKILL')
    await Promise.all(changes)
  }
  const port = await start()
  const last = 'https://app.example.com/last'
  while ((await patch(port, last)) !== 200) await new Promise(setImmediate)

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
}, 60_000)
