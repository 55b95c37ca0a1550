/**
 * G2, G7: an append on PostgreSQL happens once, whatever becomes of connections; what is read in between leaves nothing out;
 * and what others wait for is reported at once.
 */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPostgresSchema } from '../../src/store/postgres/layout/postgres-schema.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import type { Store } from '../../src/store/store.ts'
import { STORE_UNAVAILABLE } from '../contract/store.ts'
import { eventually } from '../eventually.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

const LOG = '["cognito","eu-central-1_abc","client"]'
/** By this an append is known on its way, each time, since a new connection gets the whole statement. */
const APPEND = 'log append'

describePostgres('appends on PostgreSQL', () => {
  let place: PostgresPlace
  let store: Store
  beforeEach(async () => {
    place = await openPlace()
    store = place.store()
  })
  afterEach(() => place.close())

  it.each(['before', 'after'] as const)(
    'recognise themselves where the connection is lost %s the commit',
    async (when) => {
      const intent = intentOf(LOG, 1)
      place.proxy.cutAt(APPEND, when)
      expect(await store.append(intent)).toBe(true)
      expect(place.proxy.cuts()).toBe(1)
      expect(await place.store().entries(LOG)).toEqual([intent])
      expect(await store.openIntents()).toEqual([intent])
      expect(await store.append(intent)).toBe(false)
    },
  )

  it('take no one else for themselves when they are sent again', async () => {
    const theirs = intentOf(LOG, 1, { operationId: 'theirs' })
    expect(await place.store().append(theirs)).toBe(true)
    place.proxy.cutAt(APPEND, 'after')
    expect(await store.append(intentOf(LOG, 1, { operationId: 'mine' }))).toBe(false)
    expect(place.proxy.cuts()).toBe(1)
    expect(await store.entries(LOG)).toEqual([theirs])
  })

  it('survive that all connections are cut again and again', async () => {
    // Each time an append has got through, in the middle of one of the next: so none is cut for ever, on a busy machine neither.
    let [done, cuts] = [0, 0]
    const timer = setInterval(() => {
      if (done === cuts) return
      cuts = done
      place.proxy.cut()
    }, 5)
    try {
      for (let seq = 1; seq <= 60; seq += 1) {
        expect(await store.append(outsideChangeOf(LOG, seq))).toBe(true)
        done = seq
      }
    } finally {
      clearInterval(timer)
    }
    expect(cuts).toBeGreaterThan(5)
    expect((await store.entries(LOG)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    )
  })

  it("are in no one else's way for long: a number whose taker is rolled back is free", async () => {
    const { within } = place.connect()
    const rolledBack = within(() => 5_000).transaction('durable', async ({ run }) => {
      const values = `'\\x00', 1, 'log', '{}', gen_random_uuid()`
      await run({
        name: '',
        text: `insert into log (log, seq, resource, entry, write_id) values (${values})`,
      })
      throw new TypeError('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    expect(await place.query('select * from log')).toEqual([])
  })

  it('whose positions are committed in another order are all among the heads', async () => {
    const open = await openTransaction(place)
    // It has its position, and is not committed.
    await open.append('slow')
    const later = store.append(outsideChangeOf('["auth0",null,"quick"]', 1))
    expect(await later).toBe(true)
    const heads = store.heads(undefined)
    await eventually(async () => {
      const waiting = await place.query(
        "select 1 from pg_locks where locktype = 'advisory' and not granted",
      )
      expect(waiting).toHaveLength(1)
    })
    await open.commit()
    const first = await heads
    expect(first.heads.map(({ resource }) => resource).sort()).toEqual([
      '["auth0",null,"quick"]',
      'slow',
    ])
  })

  it('made while everything is read leave no gap in what is read', async () => {
    for (let seq = 1; seq <= 501; seq += 1) await store.append(outsideChangeOf(LOG, seq))
    const seqs: number[] = []
    for await (const { seq } of store.records()) {
      if (seqs.length === 0) await place.store().append(outsideChangeOf(LOG, 502))
      seqs.push(seq)
    }
    expect(seqs).toEqual(Array.from({ length: 501 }, (_, index) => index + 1))
  })

  it('that end a change wake who waits for it on another instance', async () => {
    const other = place.store()
    await other.append(intentOf(LOG, 1))
    const watch = store.watch?.(LOG)
    // The first time it wakes because it listens from now on.
    await watch?.grown(60_000)
    const begun = performance.now()
    const grown = watch?.grown(60_000)
    await other.append(closingOf(LOG, 2))
    await grown
    expect(performance.now() - begun).toBeLessThan(30_000)
    watch?.end()
  })

  it('wake who waits also after the connection that listens was lost', async () => {
    const watch = store.watch?.(LOG)
    await watch?.grown(60_000)
    place.proxy.cut()
    // It wakes again when it listens again.
    await watch?.grown(60_000)
    const grown = watch?.grown(60_000)
    await place.store().append(closingOf(LOG, 1))
    await grown
    watch?.end()
  })

  it('end with the time of their request, on the server too', async () => {
    const blocker = await openTransaction(place)
    await blocker.append(LOG)
    const bounded = store.within?.(() => 1_000) ?? store
    await expect(bounded.append(outsideChangeOf(LOG, 1))).rejects.toEqual(STORE_UNAVAILABLE)
    const active = `select 1 from pg_stat_activity
      where application_name = 'clientry' and state = 'active' and query like '%log%'`
    await eventually(async () => expect(await place.query(active)).toEqual([]))
    await blocker.commit()
  })

  it('wait for a connection as long as their request lasts, and no longer', async () => {
    const connections = place.connect()
    const small = createPostgresStore({ ...connections })
    const held = await Promise.all(
      Array.from({ length: place.settings.connections }, () => heldConnection(connections)),
    )
    const bounded = small.within?.(() => 300) ?? small
    await expect(bounded.append(intentOf(LOG, 1))).rejects.toEqual(STORE_UNAVAILABLE)
    const later = small.append(intentOf(LOG, 1))
    for (const release of held) release()
    expect(await later).toBe(true)
    expect(await store.entries(LOG)).toHaveLength(1)
  })

  it('are refused by a schema that a later version has made', async () => {
    await place.query('update layout set version = 99, readers = 99')
    await expect(createPostgresSchema(place.connect()).open(() => 'new')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/99/),
    })
  })

  it('go to one store, whichever of eight servers makes it', async () => {
    const { schema, user } = place.settings
    await place.query(
      `drop schema ${schema} cascade; create schema ${schema} authorization ${user}`,
    )
    const schemas = Array.from({ length: 8 }, () => createPostgresSchema(place.connect()))
    expect(await schemas[0]?.isThere()).toBe(false)
    const ids = await Promise.all(schemas.map((one, index) => one.open(() => `id ${index}`)))
    expect(new Set(ids).size).toBe(1)
    expect(await schemas[0]?.isThere()).toBe(true)
  })
})

/** A transaction that has appended, and is not committed yet. */
async function openTransaction(place: PostgresPlace) {
  let commit = () => {}
  const committed = new Promise<void>((resolve) => {
    commit = resolve
  })
  let appended = (_: unknown) => {}
  const isAppended = new Promise((resolve) => {
    appended = resolve
  })
  let resource = ''
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const { within } = place.connect()
  const ended = within(() => 60_000).transaction('durable', async ({ run }) => {
    await begun
    await run({ name: '', text: APPENDED }, [
      resource,
      JSON.stringify(outsideChangeOf(resource, 1)),
    ])
    appended(undefined)
    await committed
  })
  return {
    append: async (name: string) => {
      resource = name
      begin()
      await isAppended
    },
    commit: async () => {
      commit()
      await ended
    },
  }
}

/** As the store appends. */
const APPENDED = `
  with gate as materialized (
    select pg_advisory_xact_lock_shared(hashtext('clientry append'), hashtext(current_schema()))
  )
  insert into log (log, seq, resource, entry, write_id)
  select sha256(convert_to($1, 'UTF8')), 1, $1, $2, gen_random_uuid() from gate`

/** A connection in use, until the function given is called. */
function heldConnection({
  within,
}: Pick<ReturnType<PostgresPlace['connect']>, 'within'>): Promise<() => void> {
  return new Promise((resolve, reject) => {
    within(() => 60_000)
      .transaction('durable', async () => {
        await new Promise<void>((release) => resolve(release))
      })
      .catch(reject)
  })
}
