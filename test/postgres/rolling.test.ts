/**
 * G2, G7: an upgrade while servers run on one PostgreSQL. Servers of the commit before layout 4 and of this one are replaced one
 * after the other, and every change is in one order; when the first sealed text is removed, those of before are refused.
 */

import { randomUUID } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { erased, withSealed } from '../../src/store/erasing.ts'
import { readChains } from '../../src/store/layout/chains.ts'
import { createConnections } from '../../src/store/postgres/connections.ts'
import { postgresLayout } from '../../src/store/postgres/layout/postgres-layout.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { buildServer, isCommitHere } from '../faults/other-build.ts'
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

/** The last commit whose programs knew layout 3 of PostgreSQL, and no other. */
const BEFORE = '2489676c'
const ROOT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const LOG = resourceOf({ provider: 'cognito', userPoolId: POOL_ID, id: 'exampleClientId' })

const { bin = '' } = await findPostgres()

describePostgres('servers of two versions on one PostgreSQL', () => {
  // Where the packages are found.
  const built = join(process.cwd(), 'node_modules', '.cache', 'clientry', `rolling-${process.pid}`)
  let database: PostgresServer
  let cognito: CognitoEmulator
  let issuer: Issuer
  const running: ServerProcess[] = []

  beforeEach(async () => {
    const folder = join(ROOT, `clientry-rolling-${randomUUID()}`)
    initialize({ bin, folder })
    database = await startServer({ bin, folder })
    cognito = await startCognitoEmulator({
      pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
    })
    cognito.addFutureMember('MemberOfTomorrow')
    issuer = await startIssuer()
  })
  afterEach(async () => {
    for (const server of running.splice(0)) await server.kill()
    await Promise.all([cognito.close(), issuer.close(), database.close()])
    rmSync(built, { recursive: true, force: true })
  })

  async function start(program?: string): Promise<ServerProcess> {
    const url = `postgresql://root@127.0.0.1:${database.port}/postgres`
    const store = { type: 'postgresql', url, create: true }
    const providers = { cognito: cognitoAt(cognito.url) }
    const server = await startClientry({
      database: '',
      store,
      providers,
      issuer,
      ...(program && { program }),
    })
    running.push(server)
    return server
  }

  function connect() {
    const place = { host: '127.0.0.1', port: database.port, database: 'postgres', user: 'root' }
    return createConnections({ ...place, schema: 'clientry', connections: 2 })
  }

  it.skipIf(!isCommitHere(BEFORE))(
    'are replaced one after the other, until the earlier ones are refused',
    async () => {
      const program = await buildServer(BEFORE, built)
      const added: string[] = []
      const change = (server: ServerProcess, url: string) =>
        patch(server, issuer, { userPoolId: POOL_ID, client: { callbacks: { add: [url] } } })
      const add = async (...servers: readonly ServerProcess[]) => {
        const changes = Array.from({ length: 12 }, async (_, index) => {
          const url = `https://app.example.com/added/${added.length}`
          added.push(url)
          const answer = await change(servers[index % servers.length] as ServerProcess, url)
          expect(answer?.status, JSON.stringify(answer?.body)).toBe(200)
        })
        await Promise.all(changes)
      }

      const [old, other] = [await start(program), await start(program)]
      await add(old, other)
      await other.kill()
      // The layout changes while the old one works.
      const [fresh] = await Promise.all([start(), add(old)])
      await add(old, fresh)
      await old.kill()
      // It may come back, as a supervisor would have it.
      const back = await start(program)
      await add(back, fresh)
      const { CallbackURLs: callbacks } = cognito.client(POOL_ID, 'exampleClientId')
      expect(callbacks).toEqual(expect.arrayContaining(added))
      const connections = connect()
      const store = createPostgresStore(connections)
      expect(await postgresLayout(connections).read()).toMatchObject({ version: 4, readers: 3 })
      expect((await readChains(store.records())).fault).toBeUndefined()
      const writers = await database.query('select distinct layout from clientry.log order by 1')
      expect(writers.map(({ layout }) => layout)).toEqual([3, 4])

      const newest = (await store.entries(LOG)).findLast(({ erasable }) => erasable === true)
      expect(await store.erase?.(newest ? [withSealed(newest, erased)] : [])).toBe(true)
      const refused = await change(back, 'https://app.example.com/late')
      expect(refused?.status).toBe(503)
      expect(JSON.stringify(refused?.body)).toContain('Nothing was changed')
      await add(fresh, await start())
      expect((await readChains(store.records())).fault).toBeUndefined()
      await store.close()
    },
  )
})
