/**
 * Servers killed in the middle of a job (`kill -9`), one after the other and beside another one: at the
 * end every client has been written once and has one result.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/core/json/json.ts'
import { type Auth0Emulator, startAuth0Emulator } from '../../../src/emulators/auth0/index.ts'
import { verifyLog } from '../../../src/service/reading/verify.ts'
import { jobResource } from '../../../src/store/resource.ts'
import { openDatabase } from '../../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../../src/store/sqlite/sqlite.ts'
import {
  ask,
  auth0At,
  type Issuer,
  type ServerProcess,
  startIssuer,
  startServer,
} from '../../faults/servers.ts'
import { fullAuth0Client } from '../../fixtures/auth0.ts'

const CLIENTS = 40
const WRITE = 'PATCH /clients/{id}'
const IDS = Array.from({ length: CLIENTS }, (_, index) => `client${index}`)

let folder: string
let emulator: Auth0Emulator
let issuer: Issuer
let servers: ServerProcess[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-jobs-'))
  emulator = await startAuth0Emulator({ limits: { burst: 20, perSecond: 20 } })
  for (const id of IDS) emulator.put({ ...fullAuth0Client, client_aliases: [], client_id: id })
  issuer = await startIssuer()
  servers = []
})

afterEach(async () => {
  await Promise.all(servers.map((server) => server.kill()))
  await Promise.all([emulator.close(), issuer.close()])
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<ServerProcess> {
  const server = await startServer({
    database: join(folder, 'clientry.db'),
    providers: { auth0: auth0At(emulator.url) },
    issuer,
    // Shorter than the claim of a dead process, so that its intents are settled by then.
    limits: { deadlineMs: 8_000, upstreamTimeoutMs: 4_000 },
  })
  servers.push(server)
  return server
}

async function send({ url }: ServerProcess, path: string, body?: JsonObject) {
  const answered = await ask(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${await issuer.token()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return answered?.body ?? {}
}

/** Writes in all, and the most that any client has had. */
function writes(): { readonly all: number; readonly most: number } {
  const paths = emulator.calls
    .filter(({ operation }) => operation === WRITE)
    .map(({ path }) => path)
  const counts = IDS.map((id) => paths.filter((path) => path.endsWith(`/${id}`)).length)
  return { all: paths.length, most: Math.max(...counts) }
}

async function reachWrites(number: number): Promise<void> {
  while (writes().all < number) await new Promise((resume) => setTimeout(resume, 5))
}

async function until(server: ServerProcess, id: unknown, state: string): Promise<JsonObject> {
  for (;;) {
    const job = await send(server, `/jobs/${id}`)
    if (job.state === state) return job
    await new Promise((resume) => setTimeout(resume, 100))
  }
}

/** Every client once, by a log that proves itself. */
async function expectOnce(id: unknown): Promise<void> {
  expect(writes()).toEqual({ all: CLIENTS, most: 1 })
  const store = createSqliteStore(await openDatabase(join(folder, 'clientry.db')))
  const entries = await store.entries(jobResource(String(id)))
  const results = entries.flatMap((entry) => (entry.kind === 'job_results' ? entry.results : []))
  expect(results.map(({ item }) => item).sort((one, other) => one - other)).toEqual(
    IDS.map((_, index) => index),
  )
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['applied']))
  expect(new Set(results.map(({ operationId }) => operationId)).size).toBe(CLIENTS)
  expect(await store.openIntents()).toEqual([])
  expect((await verifyLog(store)).faults).toEqual([])
  await store.close()
}

const job = () => ({
  clients: IDS.map((id) => ({ id })),
  patch: { description: 'Changed by a job' },
  autoStart: true,
})

it('goes on after a kill, stops after a second one until it is resumed, and does nothing twice', async () => {
  let server = await start()
  const { id } = await send(server, '/jobs', job())
  for (const number of [11, 27]) {
    await reachWrites(number)
    await server.kill()
    server = await start()
  }
  const stopped = await until(server, id, 'stopped')
  expect(stopped.reason).toMatch(/^The server died twice while working on this job/)
  // More than ten seconds for the claim of a dead process to end: nothing was begun meanwhile.
  expect(writes().all).toBeLessThan(CLIENTS)
  await send(server, `/jobs/${id}/resume`, {})
  expect(await until(server, id, 'done')).not.toHaveProperty('reason')
  await expectOnce(id)
})

it('is taken over by another server on the same file, which can also be given commands', async () => {
  const [first, second] = [await start(), await start()]
  const { id } = await send(first, '/jobs', job())
  await reachWrites(5)
  expect(await send(second, `/jobs/${id}/pause`, {})).toMatchObject({ state: 'paused' })
  await send(second, `/jobs/${id}/resume`, {})
  await reachWrites(15)
  await first.kill()
  await until(second, id, 'done')
  await expectOnce(id)
})
