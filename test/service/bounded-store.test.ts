/** G8: the store within a deadline, on a clock that the test moves. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { boundedStore, GRACE_MS, withinDeadline } from '../../src/service/base/deadline.ts'
import type { Store } from '../../src/store/store.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { intentOf } from '../fixtures/entries.ts'

const NOW = 1_000_000

let bench: Bench

beforeEach(async () => {
  bench = await openBench(new Map())
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await bench.close()
})

/** A store none of whose calls comes back, within a deadline. */
function hanging(deadline: number): Store {
  const names = Object.keys(bench.service.store)
  const never = () => new Promise<never>(() => {})
  const store = Object.fromEntries(names.map((name) => [name, never])) as unknown as Store
  return boundedStore(store, deadline, () => NOW)
}

const CALLS: readonly [keyof Store, (store: Store) => Promise<unknown>][] = [
  ['append', (store) => store.append(intentOf('log', 1))],
  ['last', (store) => store.last('log')],
  ['entries', (store) => store.entries('log')],
  ['operation', (store) => store.operation('id')],
  ['search', (store) => store.search({ provider: 'p', limit: 1 })],
  ['heads', (store) => store.heads(undefined)],
  ['openIntents', (store) => store.openIntents()],
  ['due', (store) => store.due(NOW)],
  ['check', (store) => store.check()],
]

it.each(CALLS)('%s ends at the deadline as unavailable, and not before', async (_, call) => {
  let ended: unknown
  call(hanging(NOW + 5_000)).catch((error: unknown) => {
    ended = error
  })
  await vi.advanceTimersByTimeAsync(4_999)
  expect(ended).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/in time\. Try again later\.$/),
    details: { retryAfter: 5 },
  })
})

it('has the grace when the time is over, so that an outcome can still be recorded', async () => {
  let ended = false
  hanging(NOW - 60_000)
    .last('log')
    .catch(() => {
      ended = true
    })
  await vi.advanceTimersByTimeAsync(GRACE_MS - 1)
  expect(ended).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toBe(true)
})

it('gives what comes in time, with the values that it was asked with, and leaves no timer', async () => {
  const service = withinDeadline({ ...bench.service, now: () => NOW }, NOW + 5_000)
  const intent = intentOf('log', 1)
  expect(await service.store.append(intent)).toBe(true)
  expect(await service.store.append(intent)).toBe(false)
  expect(await service.store.entries('log', { from: 1, limit: 1 })).toEqual([intent])
  expect(vi.getTimerCount()).toBe(0)
  expect(service.seal).toBe(bench.service.seal)
  bench.database.exec('drop table log')
  await expect(service.store.last('log')).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(vi.getTimerCount()).toBe(0)
})

it('ends a look at the mirror as well, and has none where there is none', async () => {
  const { store } = bench.service
  const mirror = store.mirror && { ...store.mirror, find: () => new Promise<never>(() => {}) }
  if (mirror === undefined) throw new TypeError('no mirror')
  const bounded = boundedStore({ ...store, mirror }, NOW + 5_000, () => NOW)
  expect(await bounded.mirror?.knowledge([{ provider: 'it' }])).toEqual([
    { place: { provider: 'it' }, complete: false },
  ])
  let ended: unknown
  bounded.mirror?.find({ provider: 'it', id: 'client' }).catch((error: unknown) => {
    ended = error
  })
  await vi.advanceTimersByTimeAsync(4_999)
  expect(ended).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toMatchObject({ code: 'store_unavailable' })
  const { mirror: _, ...without } = store
  expect(boundedStore(without, NOW, () => NOW)).not.toHaveProperty('mirror')
})

it('ends a look at a note as well, and has none where there are none', async () => {
  const { notes, ...without } = bench.service.store
  if (notes === undefined) throw new TypeError('no notes')
  expect(boundedStore(without, NOW, () => NOW)).not.toHaveProperty('notes')
  const bounded = boundedStore({ ...without, notes }, NOW + 5_000, () => NOW)
  expect(await bounded.notes?.replace('name', 'text', undefined)).toBe(true)
  expect(await bounded.notes?.read('name')).toMatchObject({ text: 'text' })
  const never = () => new Promise<never>(() => {})
  const stuck = boundedStore(
    { ...without, notes: { read: never, replace: never } },
    NOW + 5_000,
    () => NOW,
  )
  const ended: unknown[] = []
  stuck.notes?.read('name').catch((error: unknown) => ended.push(error))
  stuck.notes?.replace('name', 'text', undefined).catch((error: unknown) => ended.push(error))
  await vi.advanceTimersByTimeAsync(4_999)
  expect(ended).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toMatchObject([{ code: 'store_unavailable' }, { code: 'store_unavailable' }])
})

it('walks through records and closes without a bound', async () => {
  const { store } = bench.service
  const bounded = boundedStore(store, NOW, () => NOW)
  expect(bounded.records).toBe(store.records)
  expect(bounded.close).toBe(store.close)
})

it('shows what is new as the store does, where that can', () => {
  const watch = () => () => {}
  const bounded = (store: object) =>
    boundedStore({ ...bench.service.store, ...store } as Store, NOW, () => NOW)
  expect(bounded({ watch }).watch).toBe(watch)
  expect(bounded({ watch: undefined })).not.toHaveProperty('watch')
})

it('knows how far the clock of the store is ahead, where the store knows', () => {
  const aheadMs = () => 250
  const bounded = (store: object) =>
    boundedStore({ ...bench.service.store, ...store } as Store, NOW, () => NOW)
  expect(bounded({ aheadMs }).aheadMs?.()).toBe(250)
  expect(bounded({ aheadMs: undefined })).not.toHaveProperty('aheadMs')
})
