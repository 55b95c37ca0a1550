/**
 * A standby takes the place of the primary (PostgreSQL, section 27.2): with what was answered, as long as each session has
 * `synchronous_commit` on, which those of a store set themselves, whatever the database or its user says.
 */

import { randomUUID } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { createConnections } from '../../src/store/postgres/connections.ts'
import { createPostgresSchema } from '../../src/store/postgres/layout/postgres-schema.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import type { Store } from '../../src/store/store.ts'
import { eventually } from '../eventually.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { freePort } from '../free-port.ts'
import { describePostgres } from './place.ts'
import { findPostgres } from './programs.ts'
import {
  baseBackup,
  copyData,
  hasBaseBackup,
  initialize,
  type PostgresServer,
  startServer,
} from './server.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

const ROOT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const ONE = '["auth0",null,"one"]'

const { bin = '' } = await findPostgres()

describePostgres('a standby of PostgreSQL', () => {
  let folder: string
  let primary: PostgresServer
  let standby: PostgresServer
  let proxy: TcpProxy
  let store: Store
  const open: { close(): Promise<unknown> }[] = []

  beforeEach(async () => {
    folder = join(ROOT, `clientry-standby-${randomUUID()}`)
    initialize({ bin, folder })
    primary = await startServer({ bin, folder })
    open.push(primary)
    // What an operator may have set for another program; it would lose answers here.
    await primary.query('alter system set synchronous_commit = off')
    await primary.query('alter role root set synchronous_commit = local')
    standby = await startStandby()
    proxy = await startTcpProxy(primary.port)
    open.push(standby, proxy)
    store = await storeAt(proxy.port)
    await primary.kill('SIGINT')
    await primary.start({ synchronous_standby_names: '*' })
    await eventually(async () => expect(await synced()).toHaveLength(1))
  })
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close()
    for (const path of [folder, `${folder}-standby`]) rmSync(path, { recursive: true, force: true })
  })

  /** A standby from a base backup; where there is no program for that, from a copy of the primary at rest. */
  async function startStandby(): Promise<PostgresServer> {
    const there = `${folder}-standby`
    const port = await freePort()
    if (hasBaseBackup(bin)) {
      baseBackup({ bin, folder: there, port: primary.port })
    } else {
      await primary.kill('SIGINT')
      copyData(folder, there)
      writeFileSync(join(there, 'standby.signal'), '')
      await primary.start()
    }
    const source = `host=127.0.0.1 port=${primary.port} user=root application_name=standby`
    return startServer({ bin, folder: there, port, settings: { primary_conninfo: source } })
  }

  const synced = () =>
    primary.query("select pid from pg_stat_replication where sync_state = 'sync'")

  /** The store, through the address that the primary has, and later the standby. */
  async function storeAt(port: number): Promise<Store> {
    const place = { host: '127.0.0.1', port, database: 'postgres', user: 'root' }
    const connections = createConnections({ ...place, schema: 'clientry', connections: 4 })
    await createPostgresSchema(connections).open(randomUUID)
    const opened = createPostgresStore(connections)
    open.push(opened)
    return opened
  }

  async function promote(): Promise<void> {
    await primary.kill('SIGKILL')
    await standby.query('select pg_promote()')
    proxy.target = standby.port
  }

  it('has everything that was answered when it takes the place of the primary', async () => {
    const answered: string[] = []
    let isOver = false
    const appending = (async () => {
      for (let index = 0; !isOver; index += 1) {
        const resource = JSON.stringify(['auth0', null, `client ${index}`])
        for (const one of [intentOf(resource, 1), closingOf(resource, 2)])
          await store.append(one).then(
            (isDone) => isDone && answered.push(`${resource} ${one.seq}`),
            () => undefined,
          )
      }
    })()
    await eventually(() => expect(answered.length).toBeGreaterThan(60))
    await promote()
    const before = answered.length
    await eventually(() => expect(answered.length).toBeGreaterThan(before + 20))
    isOver = true
    await appending
    const kept = new Set<string>()
    for await (const { resource, seq } of store.records()) kept.add(`${resource} ${seq}`)
    expect(answered.filter((one) => !kept.has(one))).toEqual([])
  })

  it('is waited for by each append, and by no session that has synchronous_commit as local', async () => {
    // From now on nothing reaches the standby.
    const [sender] = await synced()
    process.kill(Number(sender?.pid), 'SIGSTOP')
    // It outlives its server, since what has stopped hears nothing else.
    onTestFinished(() => void process.kill(Number(sender?.pid), 'SIGKILL'))
    await primary.query(
      'set synchronous_commit = local; create table clientry.lost (id int); insert into clientry.lost values (1)',
    )
    let isAnswered = false
    const append = store.append(outsideChangeOf(ONE, 1)).then(
      () => {
        isAnswered = true
      },
      () => undefined,
    )
    // The entry is written here, and waits for the standby.
    await eventually(async () =>
      expect(
        await primary.query("select 1 from pg_stat_activity where wait_event = 'SyncRep'"),
      ).toHaveLength(1),
    )
    expect(isAnswered).toBe(false)
    await promote()
    const lost = await standby.query("select to_regclass('clientry.lost') is null as lost")
    expect(lost).toEqual([{ lost: true }])
    // The append is sent again and answered by the standby, or was refused within its time; then anyone can do it again.
    await append
    await store.append(outsideChangeOf(ONE, 1))
    expect((await store.last(ONE))?.seq).toBe(1)
  })
})
