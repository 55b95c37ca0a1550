/**
 * Pages are bounded by what is on them, and not by the number of items alone: large items end a page early,
 * none is lost, and no more of them are read at once than a page takes.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PAGE_CHARACTERS } from '../../src/core/patch/bounds.ts'
import { readResults } from '../../src/service/jobs/read.ts'
import { readHistory, searchHistory } from '../../src/service/reading/history.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import type { JobEntry } from '../../src/store/log/job-entry.ts'
import { jobResource, resourceOf } from '../../src/store/resource.ts'
import type { Place, Range } from '../../src/store/store.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'

const CLIENT = { provider: 'one', id: 'client' }
const LOG = resourceOf(CLIENT)
/** Characters of one item; four of them are more than a page. */
const LARGE = 300_000
const CHANGES = 30

let bench: Bench
/** The most characters that one reading of entries has given. */
let mostAtOnce: number

beforeEach(async () => {
  bench = await openBench(new Map())
  bench.database.exec('pragma synchronous = off')
  mostAtOnce = 0
})
afterEach(() => bench.close())

/** The service with a store that reports how much is read. */
function metered() {
  const { store } = bench.service
  const entries = async (resource: string, range?: Range) => {
    const found = await store.entries(resource, range)
    mostAtOnce = Math.max(mostAtOnce, JSON.stringify(found).length)
    return found
  }
  return { ...bench.service, store: { ...store, entries } }
}

async function fill(characters: number): Promise<void> {
  for (let index = 0; index < CHANGES; index += 1) {
    const after = 'x'.repeat(characters)
    const changes = [{ field: 'description', before: null, after }]
    const seq = 2 * index + 1
    for (const entry of [intentOf(LOG, seq, { at: seq, changes }), closingOf(LOG, seq + 1)]) {
      expect(await bench.service.store.append(entry)).toBe(true)
    }
  }
}

describe('a page of the history', () => {
  it('of large changes is short, and all of them come, one page after the other', async () => {
    await fill(LARGE)
    const revisions: number[] = []
    for (let below: number | undefined; ; ) {
      const from = below === undefined ? {} : { below }
      const { items, next } = await readHistory(metered(), CLIENT, { limit: 100, ...from })
      expect(JSON.stringify(items).length).toBeLessThan(PAGE_CHARACTERS + 1.1 * LARGE)
      revisions.push(...items.map(({ revision }) => revision))
      if (next === undefined) break
      below = next
    }
    expect(revisions).toEqual(Array.from({ length: CHANGES }, (_, index) => 2 * (CHANGES - index)))
    expect(mostAtOnce).toBeLessThan(5_000_000)
  })

  it('of open changes is as short, and they all come', async () => {
    const logs = Array.from({ length: 12 }, (_, index) => ({
      provider: 'one',
      id: `client${index}`,
    }))
    for (const [index, client] of logs.entries()) {
      const changes = [{ field: 'description', before: null, after: 'x'.repeat(LARGE) }]
      const intent = intentOf(resourceOf(client), 1, { at: 1 + (index >> 1), changes })
      expect(await bench.service.store.append(intent)).toBe(true)
    }
    for (const limit of [100, 3]) {
      const found: string[] = []
      for (let after: Place | undefined; ; ) {
        const search = { providers: ['one'], outcome: 'open' as const, limit }
        const page = await searchHistory(bench.service, { ...search, ...(after && { after }) })
        expect(page.items.length).toBeLessThanOrEqual(limit)
        expect(JSON.stringify(page.items).length).toBeLessThan(PAGE_CHARACTERS + 1.1 * LARGE)
        found.push(...page.items.map(({ client: { id } }) => id))
        after = page.next
        if (after === undefined) break
      }
      expect(found.toSorted()).toEqual(logs.map(({ id }) => id).toSorted())
    }
  })

  it('of small changes is as long as it may be', async () => {
    await fill(10)
    const { items, next } = await readHistory(metered(), CLIENT, { limit: 25 })
    expect(items).toHaveLength(25)
    expect(next).toBe(2 * (CHANGES - 25) + 1)
  })

  it('across clients is as short, and begins where the one before ended', async () => {
    await fill(LARGE)
    const revisions: number[] = []
    for (let after: Awaited<ReturnType<typeof searchHistory>>['next']; ; ) {
      const from = after === undefined ? {} : { after }
      const search = { providers: ['one'], limit: 100, ...from }
      const { items, next } = await searchHistory(metered(), search)
      expect(JSON.stringify(items).length).toBeLessThan(PAGE_CHARACTERS + 4.1 * LARGE)
      revisions.push(...items.map(({ revision }) => revision))
      if (next === undefined) break
      after = next
    }
    expect(new Set(revisions).size).toBe(CHANGES)
    expect(revisions).toHaveLength(CHANGES)
  })
})

it('a page of the results of a job ends early too', async () => {
  const resource = jobResource('job')
  const progress = { state: 'running' } as JobEntry['progress']
  const warnings = [{ code: 'long', message: 'x'.repeat(LARGE) }]
  let last: Entry | undefined
  for (let item = 0; item < 10; item += 1) {
    const results = [{ item, client: CLIENT, outcome: 'applied', warnings }]
    const body = { kind: 'job_results', phase: 'run', runner: 'r', until: 1, results, progress }
    const entry = following(last as never, { ...body, resource, at: item } as never) as Entry
    expect(await bench.service.store.append(entry)).toBe(true)
    last = entry
  }
  const items: number[] = []
  for (let from: Parameters<typeof readResults>[2]; ; ) {
    const page = await readResults(bench.service, resource, from, 100)
    expect(page.results.length).toBeLessThanOrEqual(4)
    items.push(...page.results.map(({ item }) => item))
    if (page.next === undefined) break
    from = page.next
  }
  expect(items).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

it('a page of the mirror ends with the record that fills it', async () => {
  const { mirror } = bench.service.store
  const record = 'r'.repeat(LARGE)
  for (let index = 0; index < 10; index += 1) {
    const client = { provider: 'one', id: `client${index}` }
    await mirror?.put({ client, tag: 't', record, at: 1, text: 'text', terms: [] }, true)
  }
  const ids: string[] = []
  for (let after: number | undefined; ; ) {
    const from = after === undefined ? {} : { after }
    const page = await mirror?.search({
      places: [{ provider: 'one' }],
      terms: [],
      limit: 100,
      ...from,
    })
    expect(page?.matches.length).toBeLessThanOrEqual(4)
    ids.push(...(page?.matches.map(({ client }) => client.id) ?? []))
    if (page?.next === undefined) break
    after = page.next
  }
  expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => `client${index}`))
})
