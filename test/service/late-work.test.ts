/** Work that may wait: when it is done, that only the newest of one name is, and what is waited for. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLate, type Late } from '../../src/service/base/late-work.ts'

let late: Late
let done: string[]

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  late = createLate()
  done = []
})
afterEach(() => {
  vi.useRealTimers()
})

const put = (name: string, what = name) => late.put(name, async () => void done.push(what))
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

describe('work that may wait', () => {
  it('is done together, a tenth of a second after the first', async () => {
    put('a')
    await pass(60)
    put('b')
    await pass(39)
    expect(done).toEqual([])
    await pass(1)
    expect(done).toEqual(['a', 'b'])
    await pass(1_000)
    expect(done).toEqual(['a', 'b'])
  })

  it('gives way to newer work of the same name', async () => {
    put('a', 'first')
    put('b')
    put('a', 'second')
    await pass(100)
    expect(done).toEqual(['second', 'b'])
    put('a', 'third')
    await pass(100)
    expect(done).toEqual(['second', 'b', 'third'])
  })

  it('is done at once where there is much of it', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `${index}`)
    for (const name of names.slice(0, 99)) put(name)
    put('0', '0')
    expect(done).toEqual([])
    put('99')
    expect(done).toEqual(names)
    put('next')
    await pass(99)
    expect(done).toEqual(names)
    await pass(1)
    expect(done).toEqual([...names, 'next'])
  })

  it('waits anew after what was done before its time', async () => {
    put('a')
    await pass(60)
    await late.flush()
    expect(done).toEqual(['a'])
    put('b')
    await pass(99)
    expect(done).toEqual(['a'])
    await pass(1)
    expect(done).toEqual(['a', 'b'])
  })

  it('does not keep a process from ending', () => {
    // A spy on the timers of the tests would stay, and no timer of a later file in this process would ever end.
    vi.useRealTimers()
    const timers = vi.spyOn(globalThis, 'setTimeout')
    put('a')
    const [{ value: timer } = { value: undefined }] = timers.mock.results
    timers.mockRestore()
    expect((timer as NodeJS.Timeout).hasRef()).toBe(false)
  })
})

describe('waiting for it', () => {
  it('ends when all is done, also what had begun before', async () => {
    const ends: (() => void)[] = []
    const slow = (name: string) =>
      late.put(name, async () => {
        await new Promise<void>((resume) => ends.push(resume))
        done.push(name)
      })
    slow('a')
    await pass(100)
    slow('b')
    let isFlushed = false
    const flushed = late.flush().then(() => {
      isFlushed = true
    })
    expect(ends).toHaveLength(2)
    ends[1]?.()
    await pass(1)
    expect([done, isFlushed]).toEqual([['b'], false])
    ends[0]?.()
    await flushed
    expect(done).toEqual(['b', 'a'])
  })

  it('ends where work fails, which is in the way of no other', async () => {
    late.put('a', async () => {
      throw new TypeError('the store is gone')
    })
    put('b')
    await late.flush()
    expect(done).toEqual(['b'])
    await late.flush()
    expect(done).toEqual(['b'])
  })

  it('ends at once where there is none', async () => {
    await late.flush()
    expect(done).toEqual([])
  })
})
