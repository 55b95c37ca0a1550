/** Entries that are kept at hand: by log and number, and of those that were not asked for the longest none but what fits. */

import { expect, it } from 'vitest'
import type { Entry } from '../../src/store/log/entry.ts'
import { createRecentEntries } from '../../src/store/sqlite/recent-entries.ts'

const entry = (resource: string, seq: number) => ({ resource, seq }) as unknown as Entry
const HALF = 2 ** 18

it('gives an entry by its log and number, and no other', () => {
  const recent = createRecentEntries()
  const [one, other] = [entry('a', 1), entry('a', 2)]
  recent.put(one, 10)
  recent.put(other, 10)
  expect(recent.get('a', 1)).toBe(one)
  expect(recent.get('a', 2)).toBe(other)
  expect(recent.get('b', 1)).toBeUndefined()
})

it('makes room by what was not asked for the longest', () => {
  const recent = createRecentEntries()
  recent.put(entry('a', 1), HALF)
  recent.put(entry('b', 1), HALF)
  recent.get('a', 1)
  recent.put(entry('c', 1), 1)
  expect(recent.get('b', 1)).toBeUndefined()
  expect(recent.get('a', 1)).toBeDefined()
  expect(recent.get('c', 1)).toBeDefined()
})

it('counts an entry that is put again once, and keeps none that is larger than all', () => {
  const recent = createRecentEntries()
  for (let times = 0; times < 5; times += 1) recent.put(entry('a', 1), HALF)
  recent.put(entry('b', 1), HALF)
  expect(recent.get('a', 1)).toBeDefined()
  recent.put(entry('c', 1), 3 * HALF)
  for (const log of ['a', 'b', 'c']) expect(recent.get(log, 1)).toBeUndefined()
  recent.put(entry('d', 1), 2 * HALF)
  expect(recent.get('d', 1)).toBeDefined()
})
