/** What every mirror promises beside its searches (`test/store/mirror-searches.ts`), to several processes on one store. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Findable, Mirror, Sight } from '../../src/store/mirror.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Store } from '../../src/store/store.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'
import type { StoreBench, StoreSubject } from './store.ts'

const PLACE = { provider: 'it', userPoolId: 'one' }
const OTHER = { provider: 'it', userPoolId: 'two' }
const clientOf = (id: string) => ({ ...PLACE, id })

const sightOf = (id: string, at: number, more: Partial<Sight & Findable> = {}) => ({
  client: clientOf(id),
  tag: `tag ${at}`,
  record: `record of ${id} at ${at}`,
  at,
  text: `text of ${id}`,
  terms: ['kind:x'],
  ...more,
})

export function describeMirror({ open }: StoreSubject): void {
  describe('the mirror', () => {
    let bench: StoreBench
    let store: Store
    let mirror: Mirror

    beforeEach(async () => {
      bench = await open()
      store = bench.store
      mirror = mirrorOf(store)
    })
    afterEach(() => bench.close())

    const mirrorOf = (one: Store): Mirror => {
      if (one.mirror === undefined) throw new TypeError('no mirror')
      return one.mirror
    }
    /** Another process, as it begins each request. */
    const another = async () => {
      const other = mirrorOf(await bench.another())
      await other.behind(1)
      return other
    }
    const idsIn = async (one: Mirror) => {
      const { matches } = await one.search({ places: [PLACE], terms: [], limit: 100 })
      return matches.map(({ client: { id } }) => id)
    }

    it('keeps the newest sight, of which one of ours counts for more', async () => {
      await mirror.put(sightOf('a', 10), false)
      await mirror.put(sightOf('a', 9, { text: 'older' }), false)
      await mirror.put(sightOf('a', 10, { text: 'again' }), false)
      const first = await mirror.find(clientOf('a'))
      expect(first).toMatchObject({ tag: 'tag 10', record: 'record of a at 10', at: 10 })
      await mirror.put(sightOf('a', 10, { record: 'ours' }), true)
      expect(await mirror.find(clientOf('a'))).toEqual({ ...first, record: 'ours' })
      expect(await (await another()).find(clientOf('a'))).toEqual({ ...first, record: 'ours' })
      expect(await mirror.find({ ...OTHER, id: 'a' })).toBeUndefined()
    })

    it('counts the clients of each place', async () => {
      await mirror.put(sightOf('a', 10), false)
      await mirror.put(sightOf('b', 10), false)
      await mirror.put(sightOf('c', 10, { client: { ...OTHER, id: 'c' } }), false)
      const third = { provider: 'it', userPoolId: 'three' }
      expect(await (await another()).sizes([OTHER, PLACE, third])).toEqual([1, 2, 0])
      await mirror.remove(clientOf('a'), 20)
      expect(await mirror.sizes([PLACE, OTHER])).toEqual([1, 1])
      await mirror.forget(PLACE)
      expect(await mirror.sizes([PLACE, OTHER])).toEqual([0, 1])
      expect(await mirror.sizes([])).toEqual([])
    })

    it('lets no earlier reading bring back who is gone', async () => {
      await mirror.put(sightOf('a', 10), false)
      await mirror.put(sightOf('b', 10), false)
      await mirror.remove(clientOf('a'), 9)
      expect(await idsIn(mirror)).toEqual(['a', 'b'])
      await mirror.remove(clientOf('a'), 20)
      await mirror.put(sightOf('a', 20), false)
      expect(await idsIn(await another())).toEqual(['b'])
      await mirror.put(sightOf('a', 21), false)
      // Who comes back is the last one.
      expect(await idsIn(await another())).toEqual(['b', 'a'])
    })

    it('is what several processes have put, each at once', async () => {
      const others = await Promise.all([another(), another(), another()])
      const ids = Array.from({ length: 60 }, (_, index) => `id${index}`)
      await Promise.all(ids.map((id, index) => others[index % 3]?.put(sightOf(id, 1), false)))
      expect((await idsIn(await another())).sort()).toEqual([...ids].sort())
      for (const one of others) {
        await one.behind(1)
        expect((await idsIn(one)).sort()).toEqual([...ids].sort())
      }
    })

    it('gives a place to one reader at a time', async () => {
      const readers = await Promise.all([another(), another(), another()])
      const claims = ['one', 'two', 'three'].map((owner) => ({ place: PLACE, owner }))
      const tried = await Promise.all(
        claims.map((claim, index) => readers[index]?.claim(claim, 1_000, 2_000)),
      )
      expect(tried.filter(Boolean)).toHaveLength(1)
      const won = tried.indexOf(true)
      const [lost] = [0, 1, 2].filter((index) => index !== won)
      const [owner, other] = [claims[won], claims[lost ?? 0]]
      if (owner === undefined || other === undefined) throw new TypeError('no claim')
      expect(await readers[won]?.claim(owner, 1_500, 2_500)).toBe(true)
      expect(await readers[lost ?? 0]?.claim({ ...other, place: OTHER }, 1_500, 2_500)).toBe(true)
      await readers[won]?.release(owner)
      expect(await readers[lost ?? 0]?.claim(other, 1_500, 2_500)).toBe(true)
      expect(await readers[won]?.claim(owner, 2_499, 3_000)).toBe(false)
      expect(await readers[won]?.claim(owner, 2_500, 3_000)).toBe(true)
    })

    it('goes through a round step by step, which another process goes on with', async () => {
      await mirror.put(sightOf('gone', 5), false)
      const claim = { place: PLACE, owner: 'one' }
      expect(await mirror.claim(claim, 10, 100)).toBe(true)
      expect(await mirror.round({ ...claim, owner: 'two' }, 10, 0)).toBeUndefined()
      expect(await mirror.round(claim, 10, 0)).toBe(10)
      expect(await mirror.task(PLACE)).toEqual({ kind: 'list', cursor: undefined })
      await mirror.put(sightOf('b', 12), false)
      await mirror.listed(claim, { seen: ['a', 'b', 'c'], unread: ['a', 'b', 'c'] }, 'next')
      await mirror.release(claim)

      const second = await another()
      const theirs = { place: PLACE, owner: 'two' }
      expect(await second.claim(theirs, 20, 120)).toBe(true)
      expect(await second.round(theirs, 20, 0)).toBe(10)
      expect(await second.task(PLACE)).toEqual({ kind: 'read', id: 'a' })
      // A process that has lost the claim does nothing.
      await mirror.behind(1)
      await mirror.settled(claim, 'a', false)
      expect(await mirror.task(PLACE)).toEqual({ kind: 'read', id: 'a' })
      await second.behind(1)
      await second.put(sightOf('a', 21), false)
      await second.settled(theirs, 'a', false)
      // It was read since the round began.
      expect(await second.task(PLACE)).toEqual({ kind: 'read', id: 'c' })
      await second.settled(theirs, 'c', true)
      expect(await second.task(PLACE)).toEqual({ kind: 'list', cursor: 'next' })
      await second.relist(theirs)
      expect(await second.task(PLACE)).toEqual({ kind: 'list', cursor: undefined })
      await second.listed(theirs, { seen: ['a', 'b', 'c'], unread: [] }, undefined)
      for (const _ of [2, 3]) {
        expect(await second.task(PLACE)).toEqual({ kind: 'read', id: 'c' })
        await second.settled(theirs, 'c', true)
      }
      expect(await second.task(PLACE)).toEqual({ kind: 'remove' })
      expect(await second.removeUnseen(theirs)).toBe(1)
      expect(await idsIn(second)).toEqual(['b', 'a'])
      expect(await second.task(PLACE)).toEqual({ kind: 'done' })
      expect(await second.round(theirs, 30, 9)).toBeUndefined()
      // One client could not be read.
      expect(await second.knowledge([PLACE])).toEqual([
        { place: PLACE, complete: false, oldest: 12 },
      ])
      expect(await second.round(theirs, 40, 10)).toBe(40)
      await second.listed(theirs, { seen: ['a', 'b'], unread: [] }, undefined)
      expect(await second.removeUnseen(theirs)).toBe(0)
      const known = { place: PLACE, complete: true, oldest: 12 }
      expect(await (await another()).knowledge([PLACE])).toEqual([known])
      await second.forget(PLACE)
      expect(await second.knowledge([PLACE])).toEqual([{ place: PLACE, complete: false }])
      expect(await idsIn(await another())).toEqual([])
    })

    it('says behind which logs it is until it has what their outcome left', async () => {
      const log = resourceOf(clientOf('a'))
      await store.append(intentOf(log, 1, { at: 100 }))
      expect(await mirror.behind(10)).toEqual([])
      await store.append(closingOf(log, 2, { at: 101 }))
      expect(await (await another()).behind(10)).toEqual([log])
      await mirror.caughtUp(log, 50)
      const second = intentOf(log, 3, { at: 200 })
      await store.append(second)
      await store.append(closingOf(log, 4, { at: 201 }))
      expect(await mirror.behind(10)).toEqual([log])
      await mirror.put(sightOf('a', 201), true, log)
      expect(await mirror.behind(10)).toEqual([])
      expect(await (await another()).behind(10)).toEqual([])
    })
  })
}
