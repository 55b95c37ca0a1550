/** Which client comes next, and how many at once. */

import { expect, it } from 'vitest'
import { createQueue } from '../../../src/service/jobs/run/queue.ts'
import { createWindow } from '../../../src/service/jobs/run/window.ts'

const at = (provider: string, ...items: readonly number[]) =>
  items.map((item) => ({ item, place: { provider } }))

const takeAll = (queue: ReturnType<typeof createQueue>, now = 0, limit = 100) => {
  const taken: number[] = []
  for (let item = queue.next(now, limit); item !== undefined; item = queue.next(now, limit)) {
    taken.push(item)
  }
  return taken
}

it('gives each place a window of its own', () => {
  const queue = createQueue([...at('one', 0, 1, 2, 3, 4, 5), ...at('two', 6, 7)])
  expect(takeAll(queue)).toEqual([0, 1, 2, 3, 6, 7])
  queue.done(6, 10_000)
  expect(takeAll(queue)).toEqual([])
  queue.done(0, 0)
  expect(takeAll(queue)).toEqual([4, 5])
})

it('begins none beyond the limit, whatever place it is at', () => {
  const queue = createQueue([...at('one', 5, 6), ...at('two', 7, 8)])
  expect(takeAll(queue, 0, 3)).toEqual([5, 6, 7])
  expect(takeAll(queue, 0, 4)).toEqual([8])
})

it('begins again what has to wait when its time has come, before what is new', () => {
  const queue = createQueue(at('one', 0, 1, 2, 3, 4, 5))
  takeAll(queue)
  queue.again(2, 50, false)
  expect(queue.wakesAt(0)).toBe(50)
  expect(takeAll(queue, 49)).toEqual([4])
  queue.done(0, 0)
  expect(takeAll(queue, 50)).toEqual([2, 5])
  expect(queue.wakesAt(50)).toBeUndefined()
})

it('holds back a whole place whose pace has no turn, and no other', () => {
  const queue = createQueue([...at('one', 0, 1, 2, 3, 4), ...at('two', 5)])
  takeAll(queue)
  for (const item of [0, 1, 2, 3]) queue.again(item, 100, true)
  queue.again(5, 10, false)
  expect(takeAll(queue, 10)).toEqual([5])
  expect(queue.wakesAt(10)).toBe(100)
  expect(takeAll(queue, 100)).toEqual([0])
})

it('has more at once while nothing waits, fewer where calls wait long, half where none has a turn', () => {
  const window = createWindow()
  const [first] = [window.size()]
  window.done(0)
  expect(window.size()).toBe(first + 1)
  window.done(1_000)
  expect(window.size()).toBe(first + 1)
  window.done(5_000)
  expect(window.size()).toBe(first)
  window.refused()
  expect(window.size()).toBe(first / 2)
  for (let times = 0; times < 9; times += 1) window.refused()
  expect(window.size()).toBe(1)
  for (let times = 0; times < 200; times += 1) window.done(0)
  expect(window.size()).toBe(64)
})
