/** Parts of the program: loaded once, when they are first needed, or all of them at once. */

import { expect, it } from 'vitest'
import { lazy, loadAll } from '../../src/core/lazy.ts'

/** A part that fails so many times first. */
function part(failures = 0) {
  const log: string[] = []
  const load = lazy(async () => {
    log.push('load')
    if (log.length <= failures) throw new TypeError('no such file')
    return log.length
  })
  return { log, load }
}

it('is not loaded before it is needed, and then once for all who come', async () => {
  const { log, load } = part()
  expect(log).toEqual([])
  expect(await Promise.all([load(), load()])).toEqual([1, 1])
  expect(await load()).toBe(1)
  expect(log).toEqual(['load'])
})

it('fails those who wait for it, and is tried again by the next', async () => {
  const { log, load } = part(1)
  const both = await Promise.allSettled([load(), load()])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await load()).toBe(2)
  expect(log).toHaveLength(2)
})

it('is loaded with all others, and so are the parts that it brings along', async () => {
  const log: string[] = []
  lazy(async () => {
    log.push('outer')
    lazy(async () => log.push('inner'))
  })
  await loadAll()
  expect(log).toEqual(['outer', 'inner'])
  await loadAll()
  expect(log).toEqual(['outer', 'inner'])
})
