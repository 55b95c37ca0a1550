/**
 * G2, G7: an upgrade while servers run on one PostgreSQL. Servers of the commit before layout 4 and of this one are replaced one
 * after the other, and every change is in one order; when the first sealed text is removed, those of before are refused.
 */

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { erased, withSealed } from '../../src/store/erasing.ts'
import { readChains } from '../../src/store/layout/chains.ts'
import { createConnections } from '../../src/store/postgres/connections.ts'
import { postgresLayout } from '../../src/store/postgres/layout/postgres-layout.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { isCommitHere } from '../faults/other-build.ts'
import { openRollingWorld, type RollingWorld } from '../faults/rolling-world.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { onFresh } from '../fixtures/opened.ts'
import { describePostgres } from './place.ts'
import { findPostgres } from './programs.ts'
import { initialize, type PostgresServer, startServer } from './server.ts'

/** The last commit whose programs knew layout 3 of PostgreSQL, and no other. */
const BEFORE = '2489676c'
const ROOT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const LOG = resourceOf({ provider: 'cognito', userPoolId: POOL_ID, id: 'exampleClientId' })

const { bin = '' } = await findPostgres()

let world: RollingWorld
let database: PostgresServer
const it = onFresh(
  async () => {
    const folder = join(ROOT, `clientry-rolling-${randomUUID()}`)
    initialize({ bin, folder })
    const server = await startServer({ bin, folder })
    const url = `postgresql://root@127.0.0.1:${server.port}/postgres`
    const store = { type: 'postgresql', url, create: true }
    const opened = await openRollingWorld({ database: '', store })
    const close = async () => {
      await opened.close()
      await server.close()
    }
    return { ...opened, server, close }
  },
  ({ server, ...opened }) => {
    world = opened
    database = server
  },
)

describePostgres('servers of two versions on one PostgreSQL', () => {
  function connect() {
    const place = { host: '127.0.0.1', port: database.port, database: 'postgres', user: 'root' }
    return createConnections({ ...place, schema: 'clientry', connections: 2 })
  }

  it.skipIf(!isCommitHere(BEFORE))(
    'are replaced one after the other, until the earlier ones are refused',
    async () => {
      const { back, fresh } = await world.replace(BEFORE)
      const connections = connect()
      const store = createPostgresStore(connections)
      expect(await postgresLayout(connections).read()).toMatchObject({ version: 4, readers: 3 })
      expect((await readChains(store.records())).fault).toBeUndefined()
      const writers = await database.query('select distinct layout from clientry.log order by 1')
      expect(writers.map(({ layout }) => layout)).toEqual([3, 4])

      const newest = (await store.entries(LOG)).findLast(({ erasable }) => erasable === true)
      expect(await store.erase?.(newest ? [withSealed(newest, erased)] : [])).toBe(true)
      const refused = await world.change(back, 'https://app.example.com/late')
      expect(refused?.status).toBe(503)
      expect(JSON.stringify(refused?.body)).toContain('Nothing was changed')
      await world.add(fresh, await world.start())
      expect((await readChains(store.records())).fault).toBeUndefined()
      await store.close()
    },
  )
})
