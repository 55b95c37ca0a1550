/**
 * The verifier against histories that really came about: whatever is changed, removed, put in between
 * or cut off in the store is found, and the first bad record is named.
 */

import { afterEach, beforeEach, describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { addCheckpoint, codeOf } from '../../src/service/upkeep/checkpoint.ts'
import { createDynamodbStore } from '../../src/store/dynamodb/dynamodb.ts'
import { createInvoke } from '../../src/store/dynamodb/dynamodb-call.ts'
import { hashOf } from '../../src/store/log/chain.ts'
import type { Checkpoint, Entry, OutsideChange } from '../../src/store/log/entry.ts'
import { CHECKPOINTS, resourceOf } from '../../src/store/resource.ts'
import type { RawRecord, Store } from '../../src/store/store.ts'
import { type Dynamodb, startDynamodb } from '../contract/dynamodb.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubjectWith } from '../fixtures/bench.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'

const KEY = Buffer.alloc(32, 5)
const CALLER = { subject: 'tester', issuer: 'https://issuer.example' }
const LOCAL = subjectNamed('local')
const CLIENTS = ['one', 'two', 'three']
/** Single bits that are turned over in a stored history. */
const FLIPS = 300

let subject: Subject
let bench: Bench

const it = onSubjectWith({ key: KEY }, LOCAL, (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  for (const id of CLIENTS) await subject.put({ ...LOCAL.full, client_id: id })
})

const refOf = (id: string) => ({ provider: 'it', id })
const logOf = (id: string) => resourceOf(refOf(id))
const run = (sql: string, ...values: readonly (string | number)[]) =>
  bench.database.prepare(sql).run(...values)
const checkpoint = () => addCheckpoint(bench.service)
const verify = (options = {}) => verifyLog(bench.service.store, options)
const verifyWithKey = () => verify({ fingerprints: bench.service.fingerprints })

/** Changes of several clients, keys, a change by someone else, a rollback, two checkpoints. */
async function makeHistory(): Promise<void> {
  for (const id of CLIENTS) {
    const body = { name: `Nämed "${id}"` }
    const key = keyOf(bench.service.fingerprints, CALLER, id, body)
    await bench.change(refOf(id), body, { key, requestId: 'request\u0001' })
  }
  await checkpoint()
  await subject.put({ ...LOCAL.full, client_id: 'one', client_name: 'Foreign' })
  for (const id of ['one', 'two']) {
    await bench.change(refOf(id), { callbacks: { add: ['https://new.example.com/cb'] } })
  }
  const patch = { kind: 'rollback', to: 2, allowPartial: true } as const
  await bench.change(refOf('two'), {}, { patch })
  await checkpoint()
}

async function stored(resource?: string): Promise<readonly RawRecord[]> {
  const all: RawRecord[] = []
  for await (const record of bench.service.store.records(resource)) all.push(record)
  return all
}

const parsed = ({ text }: RawRecord) => JSON.parse(text) as JsonObject & { hash: string }

const write = ({ resource, seq }: Pick<RawRecord, 'resource' | 'seq'>, text: string | Buffer) =>
  bench.database
    .prepare('update log set entry = cast(? as text) where resource = ? and seq = ?')
    .run(text as string, resource, seq)

const remove = (resource: string, from: number) =>
  run('delete from log where resource = ? and seq >= ?', resource, from)

/** The text of a record after an edit, with a hash that fits. */
function edited(record: RawRecord, change: JsonObject): string {
  const { hash: _, ...entry } = { ...parsed(record), ...change }
  return JSON.stringify({ ...entry, hash: hashOf(entry) })
}

/** Edits a record and gives everything after it in its log the hashes that follow from that. */
async function rewrite(resource: string, seq: number, change: JsonObject): Promise<void> {
  let link: JsonObject = change
  for (const record of await stored(resource)) {
    if (record.seq < seq) continue
    const text = edited(record, link)
    write(record, text)
    link = { previous: parsed({ ...record, text }).hash }
  }
}

/** The first entry of a log of its own. */
function firstOf(log: number): OutsideChange {
  const entry = { ...outsideChangeOf(logOf(`client ${log}`), 1), previous: '' }
  return { ...entry, hash: hashOf(entry as unknown as JsonObject) }
}

const named = (faults: readonly { resource: string; seq: number }[]) =>
  faults.map(({ resource, seq }) => [resource, seq])

describe('a history that no one touched', () => {
  it('is right, with and without the key, whole and log by log', async () => {
    await makeHistory()
    const all = await stored()
    const verdict = await verifyWithKey()
    expect(verdict).toMatchObject({ records: all.length, logs: 7, faults: [] })
    expect(verdict.checkpoint).toMatchObject({ seq: 2 })
    expect((await verify()).faults).toEqual([])
    const expected = verdict.checkpoint
    expect((await verify({ expected })).faults).toEqual([])
    for (const resource of new Set(all.map((record) => record.resource))) {
      expect(await stored(resource)).toEqual(all.filter((record) => record.resource === resource))
    }
  })

  it('is right while nothing was recorded', async () => {
    expect(await verify()).toEqual({ records: 0, logs: 0, checkpoint: undefined, faults: [] })
  })
})

describe('a change of the stored history is found, and the first bad record named:', () => {
  beforeEach(makeHistory)

  it.each([true, false])('one bit, anywhere (with the key: %s)', async (withKey) => {
    const all = await stored()
    const places = all.flatMap((record) => {
      const bytes = Buffer.from(record.text)
      return Array.from(bytes, (_, index) => ({ record, bytes, index }))
    })
    const step = places.length / FLIPS
    for (let flip = 0; flip < FLIPS; flip += 1) {
      const place = places[Math.floor(flip * step)]
      if (place === undefined) throw new TypeError('no place')
      const { record, bytes, index } = place
      const bad = Buffer.from(bytes)
      bad[index] = (bad[index] ?? 0) ^ (1 << (flip % 8))
      write(record, bad)
      const { faults } = withKey ? await verifyWithKey() : await verify()
      expect(named(faults), `byte ${index} of ${record.text}`).toEqual([
        [record.resource, record.seq],
      ])
      write(record, record.text)
    }
    expect((await verify()).faults).toEqual([])
  })

  it('another spelling of the same, such as one bit of an escape', async () => {
    const [record] = (await stored()).filter(({ text }) => text.includes('\\u0001'))
    if (record === undefined) throw new TypeError('no record with an escape')
    const spellings = [
      record.text.replace('\\u0001', '\\u0001'.toUpperCase().replace('U', 'u')),
      record.text.replace('{', '{ '),
      record.text.replace('ä', '\\u00e4'),
      record.text.replace('{', '{"seq":7,'),
    ]
    for (const text of spellings.filter((text) => text !== record.text)) {
      write(record, text)
      expect(named((await verify()).faults)).toEqual([[record.resource, record.seq]])
    }
  })

  it('the newest entry of a log', async () => {
    const record = (await stored(logOf('three'))).at(-1) as RawRecord
    write(record, edited(record, { outcome: 'not_applied' }))
    expect((await verify()).faults).toEqual([
      { resource: logOf('three'), seq: 2, why: 'a checkpoint has recorded another one' },
    ])
  })

  it('a record that is gone from the middle', async () => {
    run('delete from log where resource = ? and seq = 2', logOf('two'))
    expect((await verify()).faults).toEqual([
      { resource: logOf('two'), seq: 3, why: 'it follows 1' },
    ])
  })

  it('two records in each other’s place', async () => {
    const [, second, third] = await stored(logOf('two'))
    if (second === undefined || third === undefined) throw new TypeError('too few')
    write(second, third.text)
    write(third, second.text)
    expect(named((await verify()).faults)).toEqual([[logOf('two'), 2]])
    write(second, edited(third, { seq: 2 }))
    expect(named((await verify()).faults)).toEqual([[logOf('two'), 2]])
  })

  it.each([-7, 1_000])('a record in another position of the file (%i)', async (position) => {
    const place = 'where resource = ? and seq = 2'
    run(`update log set position = ${position} ${place}`, logOf('two'))
    expect(named((await verify()).faults)).toEqual([[logOf('two'), position < 0 ? 2 : 3]])
  })

  it('a record that was put in between', async () => {
    const records = await stored(logOf('two'))
    for (const { seq } of records.toReversed().filter(({ seq }) => seq >= 3)) {
      run('update log set seq = ? where resource = ? and seq = ?', seq + 1, logOf('two'), seq)
    }
    const entry = {
      ...outsideChangeOf(logOf('two'), 3),
      previous: parsed(records[1] as RawRecord).hash,
    }
    const text = JSON.stringify({ ...entry, hash: hashOf(entry as unknown as JsonObject) })
    run('insert into log (resource, seq, entry) values (?, 3, ?)', logOf('two'), text)
    // The position of a record is where it was appended: what comes after the second is the old third.
    expect(named((await verify()).faults)).toEqual([[logOf('two'), 4]])
  })

  it('a whole log under another name', async () => {
    run('update log set resource = ? where resource = ?', logOf('four'), logOf('three'))
    expect(named((await verify()).faults)).toEqual([
      [logOf('four'), 1],
      [logOf('three'), 1],
    ])
  })

  it('a log rewritten from some place on, with hashes that fit', async () => {
    await rewrite(logOf('two'), 1, { actor: { subject: 'someone else', issuer: '' } })
    expect((await verify()).faults).toEqual([
      { resource: logOf('two'), seq: 6, why: 'a checkpoint has recorded another one' },
    ])
  })
})

describe('a tail that was cut off', () => {
  it('is found by the last checkpoint', async () => {
    await makeHistory()
    remove(logOf('two'), 5)
    expect((await verify()).faults).toEqual([
      { resource: logOf('two'), seq: 5, why: 'the log ends at 4, but a checkpoint has recorded 6' },
    ])
    remove(logOf('two'), 1)
    expect(named((await verify()).faults)).toEqual([[logOf('two'), 1]])
  })

  it('is found although a later checkpoint has seen less of it', async () => {
    await makeHistory()
    const [second] = (await stored(logOf('two'))).filter(({ seq }) => seq === 2)
    if (second === undefined) throw new TypeError('no such record')
    const heads = [{ resource: logOf('two'), seq: 2, hash: parsed(second).hash }]
    const last = (await stored(CHECKPOINTS)).at(-1) as RawRecord
    const next = { ...parsed(last), seq: last.seq + 1, previous: parsed(last).hash, heads }
    const text = edited({ ...last, text: JSON.stringify(next) }, {})
    run('insert into log (resource, seq, entry) values (?, ?, ?)', CHECKPOINTS, next.seq, text)
    expect((await verify()).faults).toEqual([])
    remove(logOf('two'), 3)
    expect(named((await verify()).faults)).toEqual([[logOf('two'), 3]])
  })

  it('cannot be found without a checkpoint, and the verdict says that there is none', async () => {
    await bench.change(refOf('one'), { name: 'New' })
    await bench.change(refOf('one'), { name: 'Newer' })
    remove(logOf('one'), 3)
    expect(await verify()).toMatchObject({ checkpoint: undefined, faults: [] })
  })

  it('of the checkpoints themselves is found by one that was written down', async () => {
    await makeHistory()
    const { checkpoint: last } = await verify()
    remove(CHECKPOINTS, 2)
    remove(logOf('two'), 5)
    expect((await verifyWithKey()).faults).toEqual([])
    expect((await verify({ expected: last })).faults).toEqual([
      { resource: CHECKPOINTS, seq: 2, why: 'it is not the expected checkpoint' },
    ])
  })
})

describe('checkpoints', () => {
  it('show by their code that another key made them', async () => {
    await makeHistory()
    const forger = createFingerprints(Buffer.alloc(32, 6))
    await rewrite(logOf('two'), 1, { actor: { subject: 'someone else', issuer: '' } })
    const head = (await stored(logOf('two'))).at(-1) as RawRecord
    const last = (await stored(CHECKPOINTS)).at(-1) as RawRecord
    const entry = parsed(last) as unknown as Checkpoint
    const heads = entry.heads.map((one) =>
      one.resource === logOf('two') ? { ...one, hash: parsed(head).hash } : one,
    )
    const code = codeOf(forger, { ...entry, heads })
    write(last, edited(last, { heads, code } as unknown as JsonObject))
    // Anyone who can write to the store can make hashes that fit; only the key shows it.
    expect((await verify()).faults).toEqual([])
    expect((await verifyWithKey()).faults[0]).toEqual({
      resource: CHECKPOINTS,
      seq: 2,
      why: 'its code was not made with the present key',
    })
  })

  it.each<[string, JsonObject]>([
    ['heads that are none', { heads: 7 }],
    ['a head that is none', { heads: [null] }],
    ['a time that no clock shows', { at: 1e300 }],
    ['another kind', { kind: 'outcome' }],
  ])('are refused with %s', async (_, change) => {
    await makeHistory()
    const last = (await stored(CHECKPOINTS)).at(-1) as RawRecord
    write(last, edited(last, change))
    expect((await verify()).faults).toEqual([
      { resource: CHECKPOINTS, seq: 2, why: 'it is not a checkpoint' },
    ])
  })

  it('do not accuse a record that is right when they are not', async () => {
    await makeHistory()
    const [first] = await stored(CHECKPOINTS)
    if (first === undefined) throw new TypeError('no checkpoint')
    // Some other character, whatever stood there by chance.
    const other = (_: string, before: string, one: string) => before + (one === '-' ? '_' : '-')
    write(first, first.text.replace(/(three\W+seq":2,"hash":")(.)/, other))
    expect(named((await verify()).faults)).toEqual([[CHECKPOINTS, 1]])
  })

  it('of two instances at once stand in one chain', async () => {
    const other = await openBench(bench.service.providers, { key: KEY, path: bench.path })
    for (let round = 0; round < 5; round += 1) {
      await bench.change(refOf('one'), { name: `Round ${round}` })
      await Promise.all([checkpoint(), addCheckpoint(other.service)])
    }
    expect(await verifyWithKey()).toMatchObject({ faults: [], checkpoint: { seq: 5 } })
    await other.close()
  })

  it('name more logs than one of them holds', async () => {
    const { store } = bench.service
    const LOGS = 2_300
    bench.database.exec('pragma synchronous = off')
    for (let log = 0; log < LOGS; log += 1) await store.append(firstOf(log))
    const last = await checkpoint()
    expect(last?.seq).toBe(3)
    expect(await checkpoint()).toBeUndefined()
    remove(logOf('client 0'), 1)
    remove(logOf('client 2299'), 1)
    expect(named((await verifyWithKey()).faults)).toEqual([
      [logOf('client 0'), 1],
      [logOf('client 2299'), 1],
    ])
  })
})

describe('a record nested too deep to be read', () => {
  it('is a bad record, and no end of the verifier', async () => {
    await makeHistory()
    const deep = 200_000
    const place = { resource: logOf('one'), seq: 1 }
    const text = `${JSON.stringify(place).slice(0, -1)},"x":${'['.repeat(deep)}${']'.repeat(deep)}}`
    write(place, text)
    expect(named((await verify()).faults)).toEqual([[logOf('one'), 1]])
  })
})

describe('on DynamoDB', () => {
  let dynamodb: Dynamodb
  let service: Service

  beforeEach(async () => {
    dynamodb = await startDynamodb()
    service = { ...bench.service, store: createDynamodbStore(dynamodb.settings) }
  })
  afterEach(() => dynamodb.close())

  const change = (id: string, client: object) =>
    changeClient(service, requestFor(service, refOf(id), client))
  const verdict = () => verifyLog(service.store, { fingerprints: service.fingerprints })
  async function appendAll(entries: readonly Entry[]): Promise<void> {
    const left = [...entries]
    while (left.length > 0) {
      await Promise.all(left.splice(0, 20).map((entry) => service.store.append(entry)))
    }
  }
  const keyOfItem = ({ resource, seq }: RawRecord) => ({
    pk: { S: `log:${resource}` },
    sk: { S: String(seq).padStart(12, '0') },
  })

  it('finds what was changed, removed and cut off', async () => {
    for (const id of CLIENTS) await change(id, { name: 'New' })
    await addCheckpoint(service)
    await change('two', { name: 'Newer' })
    await addCheckpoint(service)
    expect(await verdict()).toMatchObject({ logs: 4, checkpoint: { seq: 2 }, faults: [] })

    const invoke = createInvoke(dynamodb.settings)
    const records: RawRecord[] = []
    for await (const record of service.store.records()) records.push(record)
    expect(records).toHaveLength(10)
    for (const [index, record] of records.entries()) {
      const bytes = Buffer.from(record.text)
      const at = (index * 97) % bytes.length
      bytes[at] = (bytes[at] ?? 0) ^ 1
      const key = keyOfItem(record)
      await invoke('PutItem', { Item: { ...key, entry: { S: bytes.toString() } } })
      const where = [[record.resource, record.seq]]
      expect(named((await verdict()).faults)).toEqual(where)
      await invoke('DeleteItem', { Key: key })
      const { faults } = await verdict()
      expect(faults.length, `${record.seq} of ${record.resource}`).toBe(
        // A log cannot show by itself that its end is gone, and of the checkpoints that is the last.
        record.resource === CHECKPOINTS && record.seq === 2 ? 0 : 1,
      )
      await invoke('PutItem', { Item: { ...key, entry: { S: record.text } } })
    }
    expect((await verdict()).faults).toEqual([])
  })

  it('names each log once and comes to an end, however late its index may be', async () => {
    for (const id of CLIENTS) {
      await change(id, { name: 'New' })
      await addCheckpoint(service)
    }
    expect(await addCheckpoint(service)).toBeUndefined()
    expect((await service.store.last(CHECKPOINTS))?.seq).toBe(3)
  })

  it('comes to an end where one checkpoint does not hold all heads', async () => {
    const entries = Array.from({ length: 1_100 }, (_, log) => firstOf(log))
    await appendAll(entries)
    expect((await addCheckpoint(service))?.seq).toBe(3)
    expect(await addCheckpoint(service)).toBeUndefined()
    expect((await verdict()).faults).toEqual([])
  })

  it('names every log although a process died between two checkpoints', async () => {
    const [LOGS, AT_ONCE, MINUTE] = [1_100, 1_000, 60_000]
    const entries = Array.from({ length: LOGS }, (_, log) => {
      const { hash: _hash, ...entry } = firstOf(log)
      const dated = { ...entry, at: entry.at + Math.max(log - AT_ONCE, 0) * MINUTE }
      return { ...dated, hash: hashOf(dated as unknown as JsonObject) }
    })
    await appendAll(entries)
    const append: Store['append'] = async (entry) => {
      if (entry.kind === 'checkpoint' && entry.seq === 3) throw new TypeError('died')
      return service.store.append(entry)
    }
    const dying = { ...service, store: { ...service.store, append } }
    await expect(addCheckpoint(dying)).rejects.toThrow('died')
    await addCheckpoint(service)
    const checkpoints = (await service.store.entries(CHECKPOINTS)) as readonly Checkpoint[]
    const seen = checkpoints.flatMap(({ heads }) => heads.map(({ resource }) => resource))
    expect(new Set(seen).size).toBe(LOGS)
  })

  it('finds a tail that was cut although the clock of its writer was behind', async () => {
    const ahead = { ...service, now: () => Date.now() - 10_000 }
    const behind = { ...service, now: () => Date.now() - 30_000 }
    const by = (at: Service, name: string) =>
      changeClient(at, requestFor(at, refOf('one'), { name }))
    await by(ahead, 'Ahead')
    await by(behind, 'Behind')
    await addCheckpoint(service)
    const invoke = createInvoke(dynamodb.settings)
    for (const seq of [3, 4]) {
      await invoke('DeleteItem', {
        Key: keyOfItem({ resource: logOf('one'), seq, text: '' }),
      })
    }
    expect(named((await verdict()).faults)).toEqual([[logOf('one'), 3]])
  })
})
