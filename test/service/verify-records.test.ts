/** What the verifier says of a single bad record, each thing by its own sentence. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { verifyLog } from '../../src/service/reading/verify.ts'
import { addCheckpoint, nameErased } from '../../src/service/upkeep/checkpoint.ts'
import { erased } from '../../src/store/erasing.ts'
import { following, hashOf } from '../../src/store/log/chain.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { CHECKPOINTS } from '../../src/store/resource.ts'
import type { RawRecord } from '../../src/store/store.ts'
import { type Bench, openBench } from '../contract/service.ts'

const LOG = '["it",null,"client"]'

let bench: Bench
let entries: Entry[]

beforeEach(async () => {
  bench = await openBench(new Map())
  entries = []
  for (const at of [1, 2, 3]) {
    const body = { kind: 'overlap' as const, resource: LOG, at, operationId: 'o' }
    const entry = following(entries.at(-1), body)
    entries.push(entry)
    await bench.service.store.append(entry)
  }
})
afterEach(() => bench.close())

const write = (seq: number, text: string, resource = LOG) =>
  bench.database
    .prepare('update log set entry = ? where resource = ? and seq = ?')
    .run(text, resource, seq)
/** The text of an entry with other members, and a hash that fits. */
function edited(seq: number, members: JsonObject, of: readonly Entry[] = entries): string {
  const { hash: _, ...entry } = { ...of[seq - 1], ...members } as JsonObject
  return JSON.stringify({ ...entry, hash: hashOf(entry) })
}
const faults = async (options: Parameters<typeof verifyLog>[1] = {}) =>
  (await verifyLog(bench.service.store, options)).faults
const text = (seq: number) => JSON.stringify(entries[seq - 1])

describe('a record', () => {
  it.each<[string, () => string]>([
    ['it is not a JSON object', () => '{'],
    ['it is not a JSON object', () => '[]'],
    ['it is stored in the place of another record', () => edited(2, { resource: 'another' })],
    ['it is stored in the place of another record', () => text(3)],
    ['its hash does not match its content', () => text(2).replace('"at":2', '"at":9')],
    [
      'it does not contain the hash of the record before it',
      () => edited(2, { previous: 'another' }),
    ],
    ['it is not spelled as it was written', () => ` ${text(2)}`],
  ])('is bad: %s', async (why, bad) => {
    expect(await faults()).toEqual([])
    write(2, bad())
    expect(await faults()).toEqual([{ resource: LOG, seq: 2, why }])
  })

  it('is bad where the first one is gone', async () => {
    bench.database.prepare('delete from log where seq = 1').run()
    expect(await faults()).toEqual([{ resource: LOG, seq: 2, why: 'it follows nothing' }])
  })
})

describe('checkpoints', () => {
  const checkpoint = async () => {
    await addCheckpoint(bench.service)
    const all = await bench.service.store.entries(CHECKPOINTS)
    return { all, last: all.at(-1) as Entry }
  }

  it('are one log more, and the newest is reported', async () => {
    const { last } = await checkpoint()
    const verdict = await verifyLog(bench.service.store)
    expect(verdict).toMatchObject({ records: 4, logs: 2, faults: [] })
    expect(verdict.checkpoint).toEqual(last)
  })

  it('that are bad are one fault and one log', async () => {
    const { all } = await checkpoint()
    write(1, edited(1, { heads: 7 }, all), CHECKPOINTS)
    const verdict = await verifyLog(bench.service.store)
    expect(verdict).toMatchObject({ logs: 2, checkpoint: undefined })
    expect(verdict.faults).toEqual([
      { resource: CHECKPOINTS, seq: 1, why: 'it is not a checkpoint' },
    ])
  })

  it.each<[string, JsonObject]>([
    ['a time that is none', { at: '5' }],
    ['one head among others that is none', { heads: [{ resource: LOG, seq: 0, hash: '' }, null] }],
    ['a head without a log', { heads: [{ resource: 7, seq: 1, hash: '' }] }],
  ])('are refused with %s', async (_, members) => {
    const { all } = await checkpoint()
    write(1, edited(1, members, all), CHECKPOINTS)
    expect(await faults()).toMatchObject([{ why: 'it is not a checkpoint' }])
  })

  const remove = (seq: number) =>
    bench.database.prepare('delete from log where resource = ? and seq >= ?').run(LOG, seq)
  const whys = async (options?: Parameters<typeof verifyLog>[1]) =>
    (await faults(options)).map(({ resource, seq, why }) => [resource, seq, why])

  it('find a log that was cut short, or is gone', async () => {
    await checkpoint()
    remove(3)
    expect(await whys()).toEqual([[LOG, 3, expect.stringMatching(/ends at 2\b.*\b3$/)]])
    remove(1)
    expect(await whys()).toEqual([[LOG, 1, expect.stringMatching(/ends at 0\b.*\b3$/)]])
  })

  it('find an entry that was put in the place of another, although its hash fits', async () => {
    expect(await faults()).toEqual([])
    await checkpoint()
    write(3, edited(3, { at: 9 }))
    expect(await whys()).toEqual([[LOG, 3, expect.stringContaining('another')]])
  })

  it('go by the newest that names a log', async () => {
    await checkpoint()
    const body = { kind: 'overlap' as const, resource: LOG, at: 4, operationId: 'o' }
    await bench.service.store.append(following(entries.at(-1), body))
    expect(await faults()).toEqual([])
    const { all } = await checkpoint()
    expect(all).toHaveLength(2)
    expect(await faults()).toEqual([])
    remove(4)
    expect(await whys()).toEqual([[LOG, 4, expect.stringMatching(/ends at 3\b.*\b4$/)]])
    remove(3)
    expect(await whys()).toEqual([[LOG, 3, expect.stringMatching(/ends at 2\b.*\b4$/)]])
  })

  it('are recognized by the key that they were made with, where that is given', async () => {
    await checkpoint()
    expect(await faults({ fingerprints: bench.service.fingerprints })).toEqual([])
    const other = await bench.another({ key: Buffer.alloc(32, 9) })
    expect(await whys({ fingerprints: other.service.fingerprints })).toEqual([
      [CHECKPOINTS, 1, expect.stringContaining('key')],
    ])
  })

  it('stand against no record where they are bad, and neither do those after them', async () => {
    const { all } = await checkpoint()
    write(1, edited(1, { at: '5' }, all), CHECKPOINTS)
    remove(3)
    expect(await whys()).toEqual([[CHECKPOINTS, 1, expect.stringContaining('checkpoint')]])
  })

  it('are of a time that there is, and of their own kind', async () => {
    const { all } = await checkpoint()
    write(1, edited(1, { at: 8.64e15 }, all), CHECKPOINTS)
    expect(await faults()).toEqual([])
    for (const members of [{ at: 8.64e15 + 2 }, { kind: 'overlap' }]) {
      write(1, edited(1, members, all), CHECKPOINTS)
      expect(await whys()).toEqual([[CHECKPOINTS, 1, expect.stringContaining('checkpoint')]])
    }
  })

  it('are the ones that were written down by number and by hash', async () => {
    const { last } = await checkpoint()
    const { seq, hash } = last
    expect(await faults({ expected: { seq, hash } })).toEqual([])
    const why = 'it is not the expected checkpoint'
    for (const expected of [
      { seq: seq + 1, hash },
      { seq, hash: 'another' },
    ]) {
      const fault = { resource: CHECKPOINTS, seq: expected.seq, why }
      expect(await faults({ expected })).toEqual([fault])
    }
  })
})

it('reports now and then how far it has come', async () => {
  async function* many(resource?: string): AsyncGenerator<RawRecord> {
    if (resource !== undefined) return
    for (let seq = 1; seq <= 20_001; seq += 1) yield { resource: LOG, seq, text: '' }
  }
  const store = { ...bench.service.store, records: many }
  const told: number[] = []
  const progress = (records: number) => void told.push(records)
  expect(await verifyLog(store, { progress })).toMatchObject({ records: 20_001, logs: 1 })
  expect(told).toEqual([10_000, 20_000])
  await verifyLog(store)
})

describe('a sealed text that is missing', () => {
  const GONE = '["it",null,"gone"]'
  const body = {
    ...{ kind: 'intent' as const, resource: GONE, at: 4, operationId: 'o', requestId: 'r' },
    ...{ actor: { subject: 'tester', issuer: 'https://issuer.example' }, deadline: 5 },
    ...{ baseTag: 'base', changes: [], state: { name: 'Clientry' } },
    sealed: 'AAAAAAAA a sealed text that is longer than what is left of it at the least AAAAAAAA',
  }

  /** Appends an entry, and takes its text away. */
  async function put(isErasable: boolean) {
    const entry = following(undefined, body)
    const { erasable: _, hash: __, ...older } = entry
    const whole = older as unknown as JsonObject
    const stored = (isErasable ? entry : { ...older, hash: hashOf(whole) }) as unknown as Entry
    expect(await bench.service.store.append(stored)).toBe(true)
    const left = { ...stored, sealed: erased(body.sealed) } as unknown as JsonObject
    write(1, JSON.stringify(left), GONE)
    return { resource: GONE, seq: 1, hash: stored.hash, left: hashOf(left) }
  }

  it('is a fault where its key is still kept, and none where it is not or no one knows', async () => {
    await put(true)
    expect(await faults()).toEqual([])
    expect(await faults({ mayBeErased: () => true })).toEqual([])
    const why = 'a sealed text is missing whose key is still kept'
    const kept = { mayBeErased: (left: string) => left !== erased(body.sealed) }
    expect(await faults(kept)).toEqual([{ resource: GONE, seq: 1, why }])
  })

  it('of an entry whose hash is over it has to be named by a checkpoint', async () => {
    const name = await put(false)
    const why = 'its hash does not match its content'
    expect(await faults()).toEqual([{ resource: GONE, seq: 1, why }])
    await nameErased(bench.service, [{ ...name, left: 'another' }])
    expect(await faults()).toEqual([{ resource: GONE, seq: 1, why }])
    await nameErased(bench.service, [name])
    expect(await faults()).toEqual([])
  })
})
