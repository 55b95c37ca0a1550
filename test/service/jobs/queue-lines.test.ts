/** Lines and windows of places, at their very boundaries. */

import { describe, expect, it } from 'vitest'
import { createQueue } from '../../../src/service/jobs/run/queue.ts'
import { createWindow } from '../../../src/service/jobs/run/window.ts'

const items = (place: { provider: string; userPoolId?: string }, ...numbers: readonly number[]) =>
  numbers.map((item) => ({ item, place }))

const takeAll = (queue: ReturnType<typeof createQueue>, now = 0, limit = 100) => {
  const taken: number[] = []
  for (let item = queue.next(now, limit); item !== undefined; item = queue.next(now, limit)) {
    taken.push(item)
  }
  return taken
}

describe('a queue', () => {
  it('has a line for each user pool of a provider', () => {
    const queue = createQueue([
      ...items({ provider: 'it', userPoolId: 'a' }, 0, 1, 2, 3, 4),
      ...items({ provider: 'it', userPoolId: 'b' }, 5, 6),
      ...items({ provider: 'it' }, 7),
    ])
    expect(takeAll(queue)).toEqual([0, 1, 2, 3, 5, 6, 7])
  })

  it('begins nothing where there is nothing, and wakes no one', () => {
    const queue = createQueue([])
    expect(queue.next(0, 10)).toBeUndefined()
    expect(queue.wakesAt(0)).toBeUndefined()
  })

  it('knows only its own clients', () => {
    const queue = createQueue(items({ provider: 'it' }, 3))
    expect(() => queue.done(4, 0)).toThrow(RangeError)
    expect(() => queue.again(0, 10, false)).toThrow('no client 0')
  })

  it('begins again what waits, by its own number, though the limit has passed it', () => {
    const queue = createQueue(items({ provider: 'it' }, 10, 11, 12))
    expect(takeAll(queue)).toEqual([10, 11, 12])
    queue.again(11, 50, false)
    queue.again(12, 60, false)
    expect(queue.wakesAt(0)).toBe(50)
    expect(takeAll(queue, 59, 0)).toEqual([11])
    expect(queue.wakesAt(59)).toBe(60)
    expect(takeAll(queue, 60, 0)).toEqual([12])
  })

  it('holds back a place until the latest time that it was given, to the millisecond', () => {
    const queue = createQueue(items({ provider: 'it' }, 0, 1, 2))
    takeAll(queue)
    queue.done(2, 600)
    queue.again(0, 100, true)
    queue.again(1, 40, true)
    expect(takeAll(queue, 99)).toEqual([])
    expect(takeAll(queue, 100)).toEqual([0])
    expect(queue.wakesAt(100)).toBeUndefined()
  })

  it('gives back the place of one that has to wait or is done', () => {
    const queue = createQueue(items({ provider: 'it' }, 0, 1, 2, 3, 4, 5))
    expect(takeAll(queue)).toEqual([0, 1, 2, 3])
    queue.again(0, 1_000, false)
    expect(takeAll(queue)).toEqual([4])
    queue.done(1, 600)
    expect(takeAll(queue)).toEqual([5])
    expect(queue.wakesAt(1_000)).toBeUndefined()
  })
})

describe('a window', () => {
  it.each([
    [499, 5],
    [500, 4],
    [2_000, 4],
    [2_001, 3],
  ])('after a client whose calls waited %i ms is %i', (waitedMs, size) => {
    const window = createWindow()
    expect(window.size()).toBe(4)
    window.done(waitedMs)
    expect(window.size()).toBe(size)
  })

  it('is never less than one', () => {
    const window = createWindow()
    for (let times = 0; times < 9; times += 1) window.done(5_000)
    expect(window.size()).toBe(1)
    window.refused()
    expect(window.size()).toBe(1)
  })

  it('is half, rounded down, where none has a turn', () => {
    const window = createWindow()
    window.done(0)
    window.refused()
    expect(window.size()).toBe(2)
  })
})
