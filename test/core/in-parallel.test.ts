/** Work on many items, several at a time. */

import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inParallel } from '../../src/core/in-parallel.ts'

/** Work that ends when it is let go; `begun` are the items that have been begun. */
function held() {
  const begun: number[] = []
  const ends = new Map<number, { done(): void; fail(error: unknown): void }>()
  const work = (item: number) =>
    new Promise<string>((resolve, reject) => {
      begun.push(item)
      ends.set(item, { done: () => resolve(`result ${item}`), fail: reject })
    })
  return { begun, ends, work }
}

describe('items', () => {
  it('give their results in their own order, whichever ends first', async () => {
    const { begun, ends, work } = held()
    const all = inParallel([0, 1, 2], 3, work)
    expect(begun).toEqual([0, 1, 2])
    for (const item of [2, 0, 1]) ends.get(item)?.done()
    expect(await all).toEqual(['result 0', 'result 1', 'result 2'])
  })

  it('are begun as places become free, and no more at a time than allowed', async () => {
    const { begun, ends, work } = held()
    const all = inParallel([0, 1, 2, 3], 2, work)
    expect(begun).toEqual([0, 1])
    ends.get(1)?.done()
    await turn()
    expect(begun).toEqual([0, 1, 2])
    for (const item of [0, 2]) ends.get(item)?.done()
    await turn()
    expect(begun).toEqual([0, 1, 2, 3])
    ends.get(3)?.done()
    expect(await all).toHaveLength(4)
  })

  it('are none where there are none', async () => {
    const { work } = held()
    expect(await inParallel([], 3, work)).toEqual([])
  })
})

describe('a failure', () => {
  it('is thrown once nothing runs any more, and nothing else is begun', async () => {
    const { begun, ends, work } = held()
    let over = false
    const all = inParallel([0, 1, 2], 2, work).finally(() => {
      over = true
    })
    const failed = expect(all).rejects.toBe('first')
    ends.get(0)?.fail('first')
    await turn()
    expect(over).toBe(false)
    ends.get(1)?.fail('second')
    await failed
    expect(begun).toEqual([0, 1])
  })

  it('may be of any value', async () => {
    await expect(inParallel([1], 1, () => Promise.reject(undefined))).rejects.toBeUndefined()
  })
})
