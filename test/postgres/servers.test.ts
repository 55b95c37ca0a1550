/**
 * G2, G7: servers as processes of their own on one PostgreSQL. Their changes are in one order; the database is killed and started
 * again in the middle of two hundred.
 */

import { randomUUID } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { createConnections } from '../../src/store/postgres/connections.ts'
import { createPostgresSchema } from '../../src/store/postgres/layout/postgres-schema.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import type { Store } from '../../src/store/store.ts'
import { eventually } from '../eventually.ts'
import { linearization, type Operation, type State } from '../faults/linearizability.ts'
import {
  cognitoAt,
  type Issuer,
  patch,
  type ServerProcess,
  startServer as startClientry,
  startIssuer,
} from '../faults/servers.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { describePostgres } from './place.ts'
import { findPostgres } from './programs.ts'
import { initialize, type PostgresServer, startServer } from './server.ts'

const ROOT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const WHERE = { provider: 'cognito', userPoolId: POOL_ID }

const { bin = '' } = await findPostgres()

describePostgres('servers on one PostgreSQL', () => {
  let folder: string
  let database: PostgresServer
  let cognito: CognitoEmulator
  let issuer: Issuer
  const open: { close(): Promise<unknown> }[] = []

  beforeEach(async () => {
    folder = join(ROOT, `clientry-servers-${randomUUID()}`)
    initialize({ bin, folder })
    // A kill takes nothing from the system's memory, so that nothing needs a sync here.
    database = await startServer({ bin, folder })
    cognito = await startCognitoEmulator({
      pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
    })
    cognito.addFutureMember('MemberOfTomorrow')
    issuer = await startIssuer()
    open.push(database, cognito, issuer)
  })
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function clientry(): Promise<ServerProcess> {
    const url = `postgresql://root@127.0.0.1:${database.port}/postgres`
    const store = { type: 'postgresql', url, create: true }
    const providers = { cognito: cognitoAt(cognito.url) }
    const server = await startClientry({ database: '', store, providers, issuer })
    open.push({ close: server.kill })
    return server
  }

  /** The store as the test sees it, at a port. */
  async function storeAt(port: number): Promise<Store> {
    const place = { host: '127.0.0.1', port, database: 'postgres', user: 'root' }
    const connections = createConnections({ ...place, schema: 'clientry', connections: 4 })
    await createPostgresSchema(connections).open(randomUUID)
    const store = createPostgresStore(connections)
    open.push(store)
    return store
  }

  const callback = (index: number) => `https://app.example.com/callback/${index}`
  const watched = (client: { readonly [name: string]: unknown }): State => ({
    callbacks: client.callbacks as readonly string[],
  })

  it('four of them make eighty changes at once, in one order, and lose none', async () => {
    const servers = await Promise.all([clientry(), clientry(), clientry(), clientry()])
    const pick = (index: number) => servers[index % 4] as ServerProcess
    const before = await patch(pick(0), issuer, { ...WHERE, client: {} })
    const initial = watched(before?.body ?? {})
    const history = await Promise.all(
      Array.from({ length: 80 }, async (_, index): Promise<Operation> => {
        const invoked = performance.now()
        const client = { callbacks: { add: [callback(index)] } }
        const answer = await patch(pick(index), issuer, { ...WHERE, client })
        expect(answer?.status, JSON.stringify(answer?.body)).toBe(200)
        return {
          name: String(answer?.operationId),
          invoked,
          returned: performance.now(),
          add: { callbacks: [callback(index)] },
          answer: watched(answer?.body ?? {}),
        }
      }),
    )
    const end = await patch(pick(3), issuer, { ...WHERE, client: {} })
    const added = history.flatMap(({ add }) => add?.callbacks ?? [])
    expect(watched(end?.body ?? {}).callbacks).toEqual(expect.arrayContaining(added))
    expect(linearization(initial, history)).toHaveLength(80)
  })

  it('go on through two crashes of the database, with a record of every change', async () => {
    const servers = await Promise.all([clientry(), clientry()])
    let done = 0
    let refused = 0
    async function until200(index: number): Promise<void> {
      const client =
        index < 90 ? { callbacks: { add: [callback(index)] } } : { name: `Name ${index}` }
      for (;;) {
        const server = servers[index % 2] as ServerProcess
        const answer = await patch(server, issuer, { ...WHERE, client })
        if (answer?.status === 200) break
        refused += 1
        expect([500, 503, 504]).toContain(answer?.status)
      }
      done += 1
    }
    let next = 0
    const lane = async () => {
      for (let index = next++; index < 200; index = next++) await until200(index)
    }
    const crash = async (at: number) => {
      await eventually(() => expect(done).toBeGreaterThanOrEqual(at))
      await database.kill('SIGKILL')
      await database.start()
    }
    await Promise.all([...Array.from({ length: 8 }, lane), crash(40).then(() => crash(120))])
    expect(done).toBe(200)
    process.stdout.write(`two crashes: ${refused} of ${200 + refused} requests were refused\n`)
    const store = await storeAt(database.port)
    const end = await patch(servers[0] as ServerProcess, issuer, { ...WHERE, client: {} })
    const added = Array.from({ length: 90 }, (_, index) => callback(index))
    expect(watched(end?.body ?? {}).callbacks).toEqual(expect.arrayContaining(added))
    expect(await store.openIntents()).toEqual([])
    expect((await verifyLog(store, {})).faults).toEqual([])
  })
})
