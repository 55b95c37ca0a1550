/** What every store promises, as one suite for all of them. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import type { Store } from '../../src/store/store.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'

export interface StoreSubject {
  readonly name: string
  /** The ways in which this store can be lost for a while. */
  readonly outages: readonly string[]
  /** A place without any entries. */
  open(): Promise<StoreBench>
}

export interface StoreBench {
  readonly store: Store
  /** One more instance on the same place, as another process has it. */
  another(): Promise<Store>
  /** Begins an outage of `store`; the function given ends it. */
  lose(outage: string): Promise<() => Promise<void>>
  close(): Promise<void>
}

const RESOURCE = '["cognito","eu-central-1_abc","client"]'
/** What every call rejects with while the store is lost. */
export const STORE_UNAVAILABLE = expect.objectContaining({
  code: 'store_unavailable',
  details: expect.objectContaining({ retryAfter: expect.any(Number) }),
})

/** Resources that a careless key would take for one another, or for something of its own. */
const ODD_RESOURCES = [
  'a',
  'A',
  'aa',
  'a ',
  'a%',
  'a_',
  'a:000000000001',
  'a#1',
  'log:a',
  'open',
  'probe',
  'ä',
  'a\u0308',
  '😀',
  "' or '1'='1",
  '["local",null,"a"]',
  '["local",null,"a\\u0000b"]',
  '["local",null,"a"] ',
  `["local",null,"${'ü'.repeat(255)}"]`,
]

/** Runs the suite on one store. */
export function describeStore({ name, outages, open }: StoreSubject): void {
  describe(name, () => {
    let bench: StoreBench
    let store: Store

    beforeEach(async () => {
      bench = await open()
      store = bench.store
    })
    afterEach(() => bench.close())

    describe('append', () => {
      it('has exactly one winner for each number among 50 concurrent appenders', async () => {
        const instances = await Promise.all([0, 1, 2, 3, 4].map(() => bench.another()))
        for (const seq of [1, 2, 3]) {
          const entries = Array.from({ length: 50 }, (_, index) =>
            outsideChangeOf(RESOURCE, seq, { tag: `${index}` }),
          )
          const won = await Promise.all(
            entries.map((entry, index) => (instances[index % 5] ?? store).append(entry)),
          )
          expect(won.filter(Boolean)).toHaveLength(1)
          expect(await store.last(RESOURCE)).toEqual(entries[won.indexOf(true)])
        }
        expect(await store.entries(RESOURCE)).toHaveLength(3)
      })

      it('refuses the same entry a second time', async () => {
        expect(await store.append(intentOf(RESOURCE, 1))).toBe(true)
        expect(await store.append(intentOf(RESOURCE, 1))).toBe(false)
      })

      it('gives back what was appended, whatever it holds', async () => {
        let seq = 0
        const unit = fc.oneof(fc.constant('grapheme' as const), fc.constant('binary' as const))
        const text = unit.chain((kind) => fc.string({ unit: kind }))
        const states = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null)))
        await fc.assert(
          fc.asyncProperty(states, async (state) => {
            seq += 1
            const entry = outsideChangeOf(RESOURCE, seq, {
              state: { ...state, lone: '\ud800' } as JsonObject,
            })
            expect(await store.append(entry)).toBe(true)
            expect(await store.last(RESOURCE)).toEqual(JSON.parse(JSON.stringify(entry)))
          }),
          { numRuns: 30 },
        )
      })

      it('is there for every other instance, and for those after a restart', async () => {
        const entry = intentOf(RESOURCE, 1)
        await store.append(entry)
        expect(await (await bench.another()).last(RESOURCE)).toEqual(entry)
        await store.close()
        expect(await (await bench.another()).entries(RESOURCE)).toEqual([entry])
      })
    })

    describe('last and entries', () => {
      it('keep the order of numbers, not that of texts', async () => {
        const seqs = Array.from({ length: 101 }, (_, index) => index + 1)
        for (const seq of seqs) {
          await store.append(outsideChangeOf(RESOURCE, seq))
          if ([9, 10, 11, 99, 100, 101].includes(seq)) {
            expect((await store.last(RESOURCE))?.seq).toBe(seq)
          }
        }
        const numbers = async (from?: number) =>
          (await store.entries(RESOURCE, from)).map(({ seq }) => seq)
        expect(await numbers()).toEqual(seqs)
        expect(await numbers(9)).toEqual(seqs.slice(8))
        expect(await numbers(100)).toEqual([100, 101])
        expect(await numbers(102)).toEqual([])
      })

      it('know nothing of a resource without entries', async () => {
        expect(await store.last(RESOURCE)).toBeUndefined()
        expect(await store.entries(RESOURCE)).toEqual([])
      })

      it('keep resources apart that look alike', async () => {
        for (const resource of ODD_RESOURCES) {
          expect(await store.append(intentOf(resource, 1)), resource).toBe(true)
        }
        await store.check()
        for (const resource of ODD_RESOURCES) {
          expect(await store.last(resource)).toEqual(intentOf(resource, 1))
          expect(await store.entries(resource)).toEqual([intentOf(resource, 1)])
        }
        const open = (await store.openIntents()).map(({ resource }) => resource)
        expect(open.sort()).toEqual([...ODD_RESOURCES].sort())
      })

      it('hold entries of 300 KB, and more of them than an answer', async () => {
        const state = { text: 'x'.repeat(300_000) }
        for (const seq of [1, 2, 3, 4, 5, 6]) {
          await store.append(outsideChangeOf(RESOURCE, seq, { state }))
        }
        const entries = await store.entries(RESOURCE)
        expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
        expect(entries[5]).toEqual(outsideChangeOf(RESOURCE, 6, { state }))
      })
    })

    describe('openIntents', () => {
      const open = async () => (await store.openIntents()).map(({ seq }) => seq)

      it('lists an intent until its outcome is there', async () => {
        expect(await open()).toEqual([])
        await store.append(outsideChangeOf(RESOURCE, 1))
        expect(await open()).toEqual([])
        await store.append(intentOf(RESOURCE, 2))
        expect(await store.openIntents()).toEqual([intentOf(RESOURCE, 2)])
        await store.append(closingOf(RESOURCE, 3))
        expect(await open()).toEqual([])
        await store.append(intentOf(RESOURCE, 4))
        expect(await open()).toEqual([4])
      })

      it('lists the oldest first, over all resources and instances', async () => {
        const other = await bench.another()
        await other.append(intentOf('younger', 1, { at: 2 }))
        await store.append(intentOf('older', 1, { at: 1 }))
        await store.append(intentOf('closed', 1, { at: 3 }))
        await other.append(closingOf('closed', 2))
        const resources = (await store.openIntents()).map(({ resource }) => resource)
        expect(resources).toEqual(['older', 'younger'])
      })

      it('leaves out an intent whose number went to an entry of another kind', async () => {
        await store.append(outsideChangeOf(RESOURCE, 1))
        expect(await store.append(intentOf(RESOURCE, 1))).toBe(false)
        expect(await open()).toEqual([])
      })

      it('leaves out intents that lost the race, before and after the winner is closed', async () => {
        const other = await bench.another()
        const mine = intentOf(RESOURCE, 1, { operationId: 'mine' })
        const theirs = intentOf(RESOURCE, 1, { operationId: 'theirs' })
        await store.append(mine)
        expect(await other.append(theirs)).toBe(false)
        expect(await store.openIntents()).toEqual([mine])
        await store.append(closingOf(RESOURCE, 2))
        expect(await other.append(theirs)).toBe(false)
        expect(await open()).toEqual([])
      })
    })

    describe.each(outages)('when %s', (outage) => {
      // Large enough that no free space on a page holds it.
      const state = { text: 'x'.repeat(100_000) }

      it('says so, keeps what it has, and goes on afterwards without a restart', async () => {
        await store.append(intentOf(RESOURCE, 1))
        const restore = await bench.lose(outage)
        const entry = outsideChangeOf('other', 1, { state })
        await expect(store.append(entry)).rejects.toEqual(STORE_UNAVAILABLE)
        await restore()
        expect(await store.openIntents()).toEqual([intentOf(RESOURCE, 1)])
        expect(await store.append(entry)).toBe(true)
        await store.check()
      })
    })

    it('passes its check', async () => {
      await store.check()
      await store.check()
    })
  })
}
