/** What every store promises, as one suite for all of them. */

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { JOBS, jobIdOf, jobResource, refOf, resourceOf } from '../../src/store/resource.ts'
import type { Place, Range, Search, Store } from '../../src/store/store.ts'
import { eventually } from '../eventually.ts'
import {
  checkpointOf,
  closingOf,
  intentOf,
  jobClaimOf,
  jobOf,
  keyUseOf,
  outsideChangeOf,
} from '../fixtures/entries.ts'
import { runs } from '../property.ts'

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
  /** The length of all entries as they are stored. */
  stored(): Promise<number>
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
  'feed',
  'operation:a',
  'ä',
  'a\u0308',
  '😀',
  "' or '1'='1",
  'a\u0000b',
  '"]',
  'ü'.repeat(255),
].flatMap((id) => [
  resourceOf({ provider: 'local', id }),
  resourceOf({ provider: 'local', userPoolId: id, id: 'a' }),
])

const named = (id: string) => resourceOf({ provider: 'cognito', id })

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

    describe('notes', () => {
      it('are replaced by one of 20 instances that know what is there, and read by all', async () => {
        const instances = await Promise.all([0, 1, 2, 3].map(() => bench.another()))
        const notesOf = (index: number) => instances[index % 4]?.notes ?? store.notes
        let before: string | undefined
        expect((await store.notes?.read('a'))?.text).toBeUndefined()
        for (const round of [1, 2, 3]) {
          const texts = Array.from({ length: 20 }, (_, index) => `round ${round}, ${index}`)
          const won = await Promise.all(
            texts.map((text, index) => notesOf(index)?.replace('a', text, before)),
          )
          expect(won.filter(Boolean)).toHaveLength(1)
          before = texts[won.indexOf(true)]
          for (const one of instances) expect((await one.notes?.read('a'))?.text).toBe(before)
        }
        expect((await store.notes?.read('b'))?.text).toBeUndefined()
      })

      it.each(outages)('are never said to have changed meanwhile while %s', async (outage) => {
        await store.notes?.replace('a', 'one', undefined)
        const end = await bench.lose(outage)
        // Some outages leave room for a short text.
        const answer = await store.notes?.replace('a', 'two', 'one').catch((error) => error.code)
        expect([true, 'store_unavailable', 'outcome_unknown']).toContain(answer)
        await end()
        await eventually(async () =>
          expect((await store.notes?.read('a'))?.text).toMatch(/^(one|two)$/),
        )
      })
    })

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
          { numRuns: runs(30) },
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

    describe('keyring', () => {
      it('has one winner among many who make it at once, and one for each replacement', async () => {
        const instances = await Promise.all([0, 1, 2, 3].map(() => bench.another()))
        let before: string | undefined
        for (const round of ['first', 'second', 'third']) {
          expect(await store.keyring.read()).toBe(before)
          const texts = Array.from({ length: 20 }, (_, index) => `${round} ${index}`)
          const replaced = await Promise.all(
            texts.map((text, index) =>
              (instances[index % 4] ?? store).keyring.replace(before, text),
            ),
          )
          expect(replaced.filter(Boolean)).toHaveLength(1)
          before = texts[replaced.indexOf(true)]
          for (const one of instances) expect(await one.keyring.read()).toBe(before)
        }
      })

      it('is not replaced by who knows an older one, or none', async () => {
        expect(await store.keyring.replace('never there', 'a')).toBe(false)
        expect(await store.keyring.replace(undefined, 'a')).toBe(true)
        expect(await store.keyring.replace('a', 'b')).toBe(true)
        expect(await store.keyring.replace('a', 'c')).toBe(false)
        expect(await store.keyring.replace(undefined, 'c')).toBe(false)
        expect(await store.keyring.read()).toBe('b')
      })

      it('is there after a restart, and no record of a log', async () => {
        await store.keyring.replace(undefined, 'a')
        const another = await bench.another()
        await store.close()
        expect(await another.keyring.read()).toBe('a')
        for await (const record of another.records()) expect(record).toBeUndefined()
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
          (await store.entries(RESOURCE, from === undefined ? {} : { from })).map(({ seq }) => seq)
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

      it('take little room where little is new, and give back what was appended', async () => {
        const list = Array.from({ length: 90 }, () => `https://${randomBytes(500).toString('hex')}`)
        const entries = Array.from({ length: 40 }, (_, index) =>
          outsideChangeOf(RESOURCE, index + 1, {
            tag: `${index}`,
            state: { list: [...list.slice(index), ...list.slice(0, index)], index },
          }),
        )
        for (const entry of entries) expect(await store.append(entry)).toBe(true)
        // An entry whose like was never seen, and a short one after it.
        const other = { state: { text: randomBytes(40_000).toString('hex') } }
        const more = [
          outsideChangeOf(RESOURCE, 41, other),
          outsideChangeOf(RESOURCE, 42, { tag: 'short' }),
          outsideChangeOf(RESOURCE, 43, other),
        ]
        for (const entry of more) expect(await store.append(entry)).toBe(true)
        const all = [...entries, ...more]
        const fresh = await bench.another()
        expect(await fresh.entries(RESOURCE)).toEqual(all)
        expect(await fresh.entries(RESOURCE, { newestFirst: true, limit: 2 })).toEqual(
          all.toReversed().slice(0, 2),
        )
        expect(await fresh.last(RESOURCE)).toEqual(all.at(-1))
        const texts: string[] = []
        for await (const { text } of fresh.records(RESOURCE)) texts.push(text)
        expect(texts).toEqual(all.map((entry) => JSON.stringify(entry)))
        const heads = (await store.heads(undefined)).heads.filter(
          ({ resource }) => resource === RESOURCE,
        )
        expect(heads.at(-1)).toMatchObject({ hash: all.at(-1)?.hash })
        // Each holds 90 KB, and 80 KB twice.
        expect(await bench.stored()).toBeLessThan(500_000)
      })

      it('hold entries of 300 KB, and more of them than an answer', async () => {
        const text = randomBytes(150_000).toString('hex')
        const state = (seq: number) => ({ text: text.slice(seq) + text.slice(0, seq) })
        for (const seq of [1, 2, 3, 4, 5, 6]) {
          await store.append(outsideChangeOf(RESOURCE, seq, { state: state(seq) }))
        }
        const entries = await store.entries(RESOURCE)
        expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
        expect(entries[5]).toEqual(outsideChangeOf(RESOURCE, 6, { state: state(6) }))
      })
    })

    describe('a part of a log', () => {
      it('begins and ends where it is asked to, in either direction', async () => {
        for (let seq = 1; seq <= 12; seq += 1) await store.append(outsideChangeOf(RESOURCE, seq))
        const seqs = async (range: Range) =>
          (await store.entries(RESOURCE, range)).map(({ seq }) => seq)
        expect(await seqs({ from: 9, below: 11 })).toEqual([9, 10])
        expect(await seqs({ below: 4, newestFirst: true, limit: 2 })).toEqual([3, 2])
        expect(await seqs({ newestFirst: true, limit: 3 })).toEqual([12, 11, 10])
        expect(await seqs({ from: 11, limit: 5 })).toEqual([11, 12])
        expect(await seqs({ below: 1 })).toEqual([])
      })
    })

    describe('operation', () => {
      it('finds an intent by its operation, and none that lost the race', async () => {
        const mine = intentOf(RESOURCE, 1, { operationId: 'mine' })
        expect(await store.operation('mine')).toBeUndefined()
        await store.append(mine)
        await store.append(intentOf(RESOURCE, 1, { operationId: 'theirs' }))
        expect(await store.operation('mine')).toEqual(mine)
        expect(await store.operation('theirs')).toBeUndefined()
        expect(await (await bench.another()).operation('mine')).toEqual(mine)
      })
    })

    it.each(['', 'a\u0000b', 'ü'.repeat(2_000)])('knows no operation %j', async (odd) => {
      expect(await store.operation(odd)).toBeUndefined()
    })

    describe('search', () => {
      const at = (minute: number) => 1_700_000_000_000 + minute * 60_000
      const actor = (subject: string) => ({ subject, issuer: 'https://issuer.example' })
      const one = named('one')
      const other = named('other')
      const elsewhere = resourceOf({ provider: 'auth0', id: 'one' })
      const find = async (search: Omit<Search, 'provider' | 'limit'> & { limit?: number } = {}) =>
        (await store.search({ provider: 'cognito', limit: 100, ...search })).map(
          ({ resource, seq }) => `${refOf(resource).id} ${seq}`,
        )

      beforeEach(async () => {
        await store.append(intentOf(one, 1, { at: at(0) }))
        await store.append(closingOf(one, 2, { at: at(1), actor: actor('anna') }))
        await store.append(outsideChangeOf(other, 1, { at: at(2) }))
        await store.append(intentOf(other, 2, { at: at(3) }))
        const conflict = { at: at(4), outcome: 'conflict', actor: actor('ben') } as const
        await store.append(closingOf(other, 3, conflict))
        await store.append(closingOf(elsewhere, 2, { at: at(5), actor: actor('anna') }))
        await store.append(closingOf(one, 3, { at: at(6), actor: actor('anna') }))
      })

      it('gives what ended or was noticed at one provider, newest first', async () => {
        await eventually(async () =>
          expect(await find()).toEqual(['one 3', 'other 3', 'other 1', 'one 2']),
        )
      })

      it('narrows to an actor, an outcome, a time and their combinations', async () => {
        expect(await find({ actor: 'anna' })).toEqual(['one 3', 'one 2'])
        expect(await find({ outcome: 'conflict' })).toEqual(['other 3'])
        expect(await find({ outcome: 'outside_change' })).toEqual(['other 1'])
        expect(await find({ actor: 'anna', outcome: 'applied' })).toEqual(['one 3', 'one 2'])
        expect(await find({ actor: 'ben', outcome: 'applied' })).toEqual([])
        expect(await find({ from: at(2), to: at(6) })).toEqual(['other 3', 'other 1'])
        expect(await find({ actor: 'anna', to: at(6) })).toEqual(['one 2'])
        expect(await find({ from: at(7) })).toEqual([])
        expect(await find({ from: at(6), to: at(2) })).toEqual([])
        expect(await find({ from: at(2), to: at(2) })).toEqual([])
        expect(await find({ from: at(2), after: { at: at(1), mark: '1' } })).toEqual([])
        expect(await find({ to: Date.parse('0001-01-01T00:00:00Z') })).toEqual([])
      })

      it('goes on after a place, through entries of one millisecond too', async () => {
        for (const seq of [2, 3, 4, 5]) {
          await store.append(outsideChangeOf(named(`same ${seq}`), 1, { at: at(7) }))
        }
        const seen: string[] = []
        for (let after: Place | undefined; ; ) {
          const more = after === undefined ? {} : { after }
          const page = await store.search({ provider: 'cognito', limit: 3, ...more })
          seen.push(...page.map(({ resource, seq }) => `${refOf(resource).id} ${seq}`))
          after = page.at(-1)?.place
          if (page.length < 3) break
        }
        expect(seen).toEqual(await find())
        expect(new Set(seen).size).toBe(8)
      })
    })

    describe('heads', () => {
      it('gives the newest entry of each log that grew since the cursor', async () => {
        await store.append(outsideChangeOf(named('one'), 1))
        await store.append(outsideChangeOf(named('one'), 2))
        await store.append(outsideChangeOf(named('other'), 1))
        const first = await store.heads(undefined)
        const headOf = ({ resource, seq, hash }: Entry) => ({ resource, seq, hash })
        expect(new Set(first.heads.map(({ first: _, ...head }) => head))).toEqual(
          new Set(
            [outsideChangeOf(named('one'), 2), outsideChangeOf(named('other'), 1)].map(headOf),
          ),
        )
        const later = outsideChangeOf(named('one'), 3)
        await store.append(later)
        const { heads } = await store.heads(first.cursor)
        expect(heads).toContainEqual(expect.objectContaining(headOf(later)))
      })

      it('gives the highest number of a log although an earlier entry has a later time', async () => {
        await store.append(outsideChangeOf(named('one'), 1, { at: 1_700_000_030_000 }))
        const newest = outsideChangeOf(named('one'), 2, { at: 1_700_000_000_000 })
        await store.append(newest)
        const { heads } = await store.heads(undefined)
        expect(heads.map(({ seq, hash }) => [seq, hash])).toEqual([[2, newest.hash]])
      })

      it('says by which entry a log grew', async () => {
        const entries = [1, 2, 3].map((seq) => outsideChangeOf(named('one'), seq))
        for (const entry of entries) await store.append(entry)
        expect((await store.heads(undefined)).heads).toMatchObject([{ first: 1, seq: 3 }])
      })

      it('says whether there is more', async () => {
        await store.append(outsideChangeOf(named('one'), 1))
        expect(await store.heads(undefined)).toMatchObject({ more: false })
      })

      it('gives all other logs but that of the checkpoints, where these are meant', async () => {
        await store.append(outsideChangeOf(named('one'), 1))
        await store.append(jobOf('a', 1_000))
        const claim = jobClaimOf('a', 2, 1_100, { state: 'running' })
        await store.append(claim)
        const use = keyUseOf('digest')
        await store.append(use)
        await store.append(checkpointOf(1))
        const others = async (since?: string) => {
          const { heads, cursor, more } = await store.heads(since, 'others')
          expect(more).toBe(false)
          const plain = heads.map(({ first: _, ...head }) => head)
          return { heads: plain.filter(({ resource }) => resource.startsWith('["$')), cursor }
        }
        const headOf = ({ resource, seq, hash }: Entry) => ({ resource, seq, hash })
        const first = await others()
        expect(new Set(first.heads)).toEqual(new Set([headOf(claim), headOf(use)]))
        const next = jobClaimOf('a', 3, Date.now(), { state: 'running' })
        await store.append(next)
        expect((await others(first.cursor)).heads).toContainEqual(headOf(next))
        const clients = (await store.heads(undefined)).heads.map(({ resource }) => resource)
        expect(clients).toEqual([named('one')])
      })
    })

    describe('records', () => {
      it('gives everything as it is stored, each log in its order', async () => {
        const entries = [1, 2, 3].flatMap((seq) =>
          ['one', 'other'].map((id) => outsideChangeOf(named(id), seq)),
        )
        for (const entry of entries) await store.append(entry)
        const seen: Entry[] = []
        for await (const { resource, seq, text } of store.records()) {
          const entry = JSON.parse(text) as Entry
          expect(entry).toMatchObject({ resource, seq })
          seen.push(entry)
        }
        for (const id of ['one', 'other']) {
          const log = seen.filter(({ resource }) => resource === named(id))
          expect(log).toEqual(entries.filter(({ resource }) => resource === named(id)))
        }
        expect(seen).toHaveLength(entries.length)
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
        await other.append(intentOf(named('younger'), 1, { at: 2 }))
        await store.append(intentOf(named('older'), 1, { at: 1 }))
        await store.append(intentOf(named('closed'), 1, { at: 3 }))
        await other.append(closingOf(named('closed'), 2))
        const resources = (await store.openIntents()).map(({ resource }) => resource)
        expect(resources).toEqual([named('older'), named('younger')])
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

    describe('due', () => {
      const actor = { subject: 'alice', issuer: 'https://issuer.example' }
      const until = (...times: readonly number[]) => ({
        leases: times.map((expiresAt) => ({
          field: 'callbacks' as const,
          value: `https://app.example/${expiresAt}`,
          owner: 'pull-1',
          expiresAt,
          actor,
        })),
      })

      it('lists a client from the earliest of its times on, as its newest entry has it', async () => {
        expect(await store.due(1_000)).toEqual([])
        await store.append(outsideChangeOf(RESOURCE, 1, { standing: until(30, 20) }))
        expect(await store.due(19)).toEqual([])
        expect(await store.due(20)).toEqual([RESOURCE])
        await store.append(intentOf(RESOURCE, 2, { standing: until(30, 20) }))
        expect(await store.due(20)).toEqual([RESOURCE])
        await store.append(closingOf(RESOURCE, 3, { standing: until(30) }))
        expect(await store.due(29)).toEqual([])
        expect(await store.due(30)).toEqual([RESOURCE])
        await store.append(outsideChangeOf(RESOURCE, 4))
        expect(await store.due(1_000)).toEqual([])
      })

      it('lists the first due first, over all instances, and nothing that lost the race', async () => {
        const other = await bench.another()
        await other.append(outsideChangeOf(named('later'), 1, { standing: until(9) }))
        await store.append(outsideChangeOf(named('sooner'), 1, { standing: until(8) }))
        await store.append(outsideChangeOf(named('never'), 1))
        const lost = outsideChangeOf(named('never'), 1, { standing: until(1) })
        expect(await other.append(lost)).toBe(false)
        expect(await other.due(9)).toEqual([named('sooner'), named('later')])
        expect(await store.due(8)).toEqual([named('sooner')])
      })
    })

    describe('jobs', () => {
      const claimed = { claim: { runner: 'one', until: 2_000 } }

      it('are due at once, then when their claim is over, and no more when they rest', async () => {
        await store.append(jobOf('a', 1_000))
        expect(await store.due(9_000)).toEqual([])
        const at = { state: 'running' } as const
        await store.append(jobClaimOf('a', 2, 1_100, at))
        expect(await store.due(1_099)).toEqual([])
        expect(await store.due(1_100)).toEqual([jobResource('a')])
        await store.append(jobClaimOf('a', 3, 1_200, { ...at, ...claimed }))
        expect(await store.due(1_999)).toEqual([])
        expect(await (await bench.another()).due(2_000)).toEqual([jobResource('a')])
        await store.append(jobClaimOf('a', 4, 1_300, { state: 'paused', ...claimed }))
        expect(await store.due(9_000)).toEqual([])
      })

      it('are found newest first by their beginning, and are no clients that grew', async () => {
        for (const [id, time] of [
          ['a', 1_000],
          ['b', 3_000],
          ['c', 2_000],
        ] as const) {
          await store.append(jobOf(id, time))
          await store.append(jobClaimOf(id, 2, time + 5_000, { state: 'running' }))
        }
        const found = async (search: { actor?: string; limit: number }) =>
          (await store.search({ provider: JOBS, ...search })).map(({ resource }) =>
            jobIdOf(resource),
          )
        await eventually(async () => expect(await found({ limit: 9 })).toEqual(['b', 'c', 'a']))
        expect(await found({ limit: 2 })).toEqual(['b', 'c'])
        expect(await found({ actor: 'nobody', limit: 9 })).toEqual([])
        expect((await store.heads(undefined)).heads).toEqual([])
        expect(await store.openIntents()).toEqual([])
      })
    })

    describe.each(outages)('when %s', (outage) => {
      // Large enough that no free space on a page holds it, and nothing in it repeats.
      const state = { text: randomBytes(50_000).toString('hex') }

      it('says so, keeps what it has, and goes on afterwards without a restart', async () => {
        await store.append(intentOf(RESOURCE, 1))
        const restore = await bench.lose(outage)
        const entry = outsideChangeOf(named('other'), 1, { state })
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
