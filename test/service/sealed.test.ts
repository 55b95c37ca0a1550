/** How the records of intents are sealed: whole while they are short, and by what is new where they are long. */

import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Bases, openSealed, sealRecords, whyUnopened } from '../../src/service/base/sealed.ts'
import type { Service } from '../../src/service/base/service.ts'
import type { Entry, Intent } from '../../src/store/log/entry.ts'
import { SHORT } from '../../src/store/log/packing.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { onFresh } from '../fixtures/opened.ts'

const LOG = '["it",null,"client"]'

let bench: Bench
const it = onFresh(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
  },
)

/** Text that nothing can be taken over from, of so many characters. */
const noise = (characters: number) => randomBytes(characters / 2).toString('hex')
const recordsOf = (text: string): JsonObject => ({ base: { text }, next: { text: 'after' } })
const append = (entry: Entry) => bench.service.store.append(entry)

/** Appends an intent with its records sealed, and its outcome where another entry comes after it. */
async function intentAt(
  seq: number,
  records: JsonObject,
  service: Service = bench.service,
): Promise<Intent> {
  const place = { resource: LOG, seq, operationId: `operation ${seq}` }
  const intent = intentOf(LOG, seq, { ...place, ...(await sealRecords(service, place, records)) })
  expect(await append(intent)).toBe(true)
  return intent
}
const outcomeAt = (seq: number) => append(closingOf(LOG, seq))
const open = (intent: Intent, service: Service = bench.service) => openSealed(service, intent)

/** Text of this size in all: what an intent of these records is sealed as. */
const recordsOfLength = (length: number) => {
  const empty = JSON.stringify(recordsOf('')).length
  return recordsOf('x'.repeat(length - empty))
}

describe('records', () => {
  it('that are short are sealed whole, and longer ones as what is new', async () => {
    const short = await intentAt(1, recordsOfLength(SHORT - 1))
    expect(short).not.toHaveProperty('sealedDelta')
    expect(await open(short)).toEqual(recordsOfLength(SHORT - 1))
    await outcomeAt(2)
    const long = await intentAt(3, recordsOfLength(SHORT))
    expect(long.sealedDelta).toBeDefined()
    expect(await open(long)).toEqual(recordsOfLength(SHORT))
  })

  it('of the first long intent take nothing from another', async () => {
    const records = recordsOf(noise(10_000))
    const intent = await intentAt(1, records)
    expect(intent.sealedDelta).toStrictEqual({})
    expect(await open(intent)).toEqual(records)
  })

  it('take from the newest intent that takes from none', async () => {
    const [one, other] = [noise(20_000), noise(20_000)]
    await intentAt(1, recordsOf(one))
    await outcomeAt(2)
    // Nothing of it is in the first one, so that it stands by itself.
    expect((await intentAt(3, recordsOf(other))).sealedDelta).toStrictEqual({})
    await outcomeAt(4)
    const third = await intentAt(5, recordsOf(`${other}!`))
    expect(third.sealedDelta).toStrictEqual({ from: 3 })
    expect(third.sealed.length).toBeLessThan(1_000)
    expect(await open(third)).toEqual(recordsOf(`${other}!`))
    await outcomeAt(6)
    // What the one before takes from is taken from here too.
    const fourth = await intentAt(7, recordsOf(`${other}?`))
    expect(fourth.sealedDelta).toStrictEqual({ from: 3 })
    expect(await open(fourth)).toEqual(recordsOf(`${other}?`))
  })

  it('take from another where that spares more than half', async () => {
    const text = noise(40_000)
    await intentAt(1, recordsOf(text))
    await outcomeAt(2)
    const most = recordsOf(`${text}${noise(30_000)}`)
    const intent = await intentAt(3, most)
    expect(intent.sealedDelta).toStrictEqual({ from: 1 })
    expect(await open(intent)).toEqual(most)
    await outcomeAt(4)
    const less = recordsOf(`${text}${noise(60_000)}`)
    const own = await intentAt(5, less)
    expect(own.sealedDelta).toStrictEqual({})
    expect(await open(own)).toEqual(less)
  })

  it('take from another in any case where little is new', async () => {
    await intentAt(1, recordsOf(noise(2_000)))
    await outcomeAt(2)
    // Less than 4,096 characters, which is more than half of what there is.
    const intent = await intentAt(3, recordsOf(noise(3_900)))
    expect(intent.sealedDelta).toBeUndefined()
    await outcomeAt(4)
    const own = 'x'.repeat(200)
    const next = await intentAt(5, recordsOf(`${own}${noise(3_900)}`))
    expect(next.sealedDelta).toStrictEqual({ from: 3 })
  })

  it('take from an intent that is four entries before, beside what was noticed since, and no further', async () => {
    const text = noise(10_000)
    await intentAt(1, recordsOf(text))
    await outcomeAt(2)
    for (const seq of [3, 4]) await append(outsideChangeOf(LOG, seq))
    expect((await intentAt(5, recordsOf(text))).sealedDelta).toStrictEqual({ from: 1 })
    await outcomeAt(6)
    for (const seq of [7, 8, 9]) await append(outsideChangeOf(LOG, seq))
    expect((await intentAt(10, recordsOf(text))).sealedDelta).toStrictEqual({})
  })

  it('take from one that was sealed whole', async () => {
    const text = noise(SHORT - 200)
    await intentAt(1, recordsOf(text))
    await outcomeAt(2)
    const records = recordsOf(`${text}${noise(400)}`)
    const intent = await intentAt(3, records)
    expect(intent.sealedDelta).toStrictEqual({ from: 1 })
    expect(await open(intent)).toEqual(records)
  })

  it('take nothing from one that was sealed with a key that is gone', async () => {
    const text = noise(10_000)
    const gone = await bench.another({ key: Buffer.alloc(32, 7) })
    await intentAt(1, recordsOf(text), gone.service)
    await outcomeAt(2)
    const intent = await intentAt(3, recordsOf(text))
    expect(intent.sealedDelta).toStrictEqual({})
    expect(await open(intent)).toEqual(recordsOf(text))
  })
})

describe('opening', () => {
  const text = noise(10_000)
  let intent: Intent

  beforeEach(async () => {
    await intentAt(1, recordsOf(text))
    await outcomeAt(2)
    intent = await intentAt(3, recordsOf(`${text}!`))
  })

  it('gives nothing where what it was taken from is gone', async () => {
    expect(await open(intent)).toBeDefined()
    const store = { ...bench.service.store, entries: async () => [] }
    expect(await open(intent, { ...bench.service, store })).toBeUndefined()
  })

  it('gives nothing where it is said to be taken from another one', async () => {
    await outcomeAt(4)
    await intentAt(5, recordsOf(noise(10_000)))
    expect(await open({ ...intent, sealedDelta: { from: 5 } })).toBeUndefined()
    expect(await open({ ...intent, sealedDelta: {} })).toBeUndefined()
    const { sealedDelta: _, ...whole } = intent
    expect(await open(whole)).toBeUndefined()
  })

  it('reads what many are taken from once', async () => {
    let reads = 0
    const { store } = bench.service
    const entries: typeof store.entries = (...asked) => {
      reads += 1
      return store.entries(...asked)
    }
    const counting = { ...bench.service, store: { ...store, entries } }
    const bases: Bases = new Map()
    for (let times = 0; times < 3; times += 1) {
      expect(await openSealed(counting, intent, bases)).toEqual(recordsOf(`${text}!`))
    }
    expect(reads).toBe(1)
  })

  it('hides no fault', async () => {
    const broken = () => {
      throw new TypeError('a fault')
    }
    const faulty = { ...bench.service, seal: { ...bench.service.seal, open: broken } }
    await expect(open(intent, faulty)).rejects.toThrow('a fault')
    const other = await bench.another({ key: Buffer.alloc(32, 7) })
    expect(await open(intent, other.service)).toBeUndefined()
  })

  it('says why it gives nothing: the key was dropped with age, or is no longer in use', () => {
    const why = (seal: Partial<Service['seal']>) =>
      whyUnopened({ seal: { ...bench.service.seal, ...seal } }, intent)
    const dropped = (sealed: string) => sealed === intent.sealed
    expect(why({ isDropped: dropped })).toBe('is older than sealed records are kept')
    const lost = 'was sealed with a key that is no longer in use'
    expect(why({ isDropped: () => false })).toBe(lost)
    // A seal with one key drops none.
    const { isDropped: _, ...plain } = bench.service.seal
    expect(whyUnopened({ seal: plain }, intent)).toBe(lost)
  })
})
