/** What ends soon is found among the clients of the mirror, and reported as one event for each end. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { lintClient } from '../../src/core/lint/lint.ts'
import { mappingOf, PROVIDER_TYPES } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sightOf } from '../../src/service/mirror/mirror.ts'
import { ENDING_RULES, endingEvents } from '../../src/service/notify/conditions.ts'
import type { Mirror } from '../../src/store/mirror.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { fullEntraApplication } from '../fixtures/entra.ts'

const DAY_MS = 86_400_000
const NOW = Date.now()

let bench: Bench
beforeEach(async () => {
  const mapping = await mappingOf('entra')
  // No one asks it for anything.
  bench = await openBench(new Map([['directory', { mapping } as Provider]]))
})
afterEach(() => bench.close())

const put = async (id: string, endsInDays: number, userPoolId?: string, more: object = {}) => {
  const { mapping } = bench.service.providers.get('directory') ?? {}
  if (mapping === undefined) throw new TypeError('no mapping')
  const endDateTime = new Date(NOW + endsInDays * DAY_MS).toISOString()
  const native = {
    ...fullEntraApplication,
    appId: id,
    keyCredentials: [],
    passwordCredentials: [{ keyId: 'one', displayName: 'canary', hint: 'abc', endDateTime }],
    ...more,
  }
  const client = { provider: 'directory', id, ...(userPoolId && { userPoolId }) }
  const sight = sightOf(bench.service, mapping, { client, native, at: Date.now() })
  await bench.service.store.mirror?.put(sight, true)
}

it('is named with its rule, and what ends later is not', async () => {
  await put('ended', -1)
  await put('soon', 7)
  await put('later', 90)
  const events = (await endingEvents(bench.service, 0)) ?? []
  expect(events.map(({ type, subject, data }) => [type, subject, data.rule]).sort()).toEqual([
    ['clientry.ends_soon', 'ended', 'credential_ended'],
    ['clientry.ends_soon', 'soon', 'credential_ending'],
  ])
  expect(JSON.stringify(events)).not.toContain('canary')
})

it('is all that is reported of what lint finds', async () => {
  const web = { redirectUris: ['http://app.example.com/cb'] }
  await put('soon', 7, undefined, { web })
  const mapping = await mappingOf('entra')
  const found = lintClient(mapping, { ...fullEntraApplication, web }, [], { now: NOW })
  expect(found.filter(({ rule }) => !ENDING_RULES.includes(rule))).not.toEqual([])
  const events = (await endingEvents(bench.service, 0)) ?? []
  expect(events.map(({ data }) => data.rule)).toEqual(['credential_ending'])
})

it('has the same id each day, and another one for another end', async () => {
  await put('soon', 7)
  const [first] = (await endingEvents(bench.service, 0)) ?? []
  const [again] = (await endingEvents(bench.service, 0)) ?? []
  expect(again?.id).toBe(first?.id)
  await put('soon', 8)
  const [other] = (await endingEvents(bench.service, 0)) ?? []
  expect(other?.id).not.toBe(first?.id)
})

it('is looked for once a day', async () => {
  await put('soon', 7)
  expect(await endingEvents(bench.service, Date.now() - DAY_MS + 60_000)).toBeUndefined()
  expect(await endingEvents(bench.service, Date.now() - DAY_MS)).toHaveLength(1)
})

it('is looked for on every page of the mirror, and in every place', async () => {
  await put('soon', 7)
  const { mirror } = bench.service.store
  if (mirror === undefined) throw new TypeError('no mirror')
  const asked: Parameters<Mirror['search']>[0][] = []
  const search: Mirror['search'] = async (page) => {
    asked.push(page)
    const found = await mirror.search(page)
    return asked.length < 3 ? { ...found, next: asked.length } : found
  }
  const store = { ...bench.service.store, mirror: { ...mirror, search } }
  expect(await endingEvents({ ...bench.service, store }, 0)).toHaveLength(3)
  const page = { places: [{ provider: 'directory' }], terms: [], limit: 200 }
  expect(asked).toStrictEqual([page, { ...page, after: 1 }, { ...page, after: 2 }])
})

it('is reported of two thousand ends at once at most', async () => {
  await put('soon', 7)
  const { mirror } = bench.service.store
  if (mirror === undefined) throw new TypeError('no mirror')
  const [one] = (await mirror.search({ places: [{ provider: 'directory' }], terms: [], limit: 1 }))
    .matches
  if (one === undefined) throw new TypeError('no client')
  for (const counts of [[2_000], [1_999, 2]]) {
    let page = 0
    const search: Mirror['search'] = async () => {
      page += 1
      return { matches: Array(counts[page - 1] ?? 0).fill(one), next: page }
    }
    const store = { ...bench.service.store, mirror: { ...mirror, search } }
    expect(await endingEvents({ ...bench.service, store }, 0)).toHaveLength(2_000)
    expect(page).toBe(counts.length)
  }
})

it('is not known without a mirror, nor of clients that cannot be read here', async () => {
  await put('soon', 7)
  const { mirror: _, ...without } = bench.service.store
  expect(await endingEvents({ ...bench.service, store: without }, 0)).toBeUndefined()
  const search: Mirror['search'] = async () => ({ matches: await all() })
  const { mirror } = bench.service.store
  const all = async () =>
    (await mirror?.search({ places: [{ provider: 'directory' }], terms: [], limit: 1 }))?.matches ??
    []
  if (mirror === undefined) throw new TypeError('no mirror')
  const store = { ...bench.service.store, mirror: { ...mirror, search } }
  expect(await endingEvents({ ...bench.service, store }, 0)).toHaveLength(1)
  expect(await endingEvents({ ...bench.service, store, providers: new Map() }, 0)).toEqual([])
  const seal = createSeal(Buffer.alloc(32, 9))
  expect(await endingEvents({ ...bench.service, store, seal }, 0)).toEqual([])
})

it('has another id in each user pool', async () => {
  const pools = [undefined, 'one', 'other']
  for (const pool of pools) await put('soon', 7, pool)
  const { mirror } = bench.service.store
  if (mirror === undefined) throw new TypeError('no mirror')
  const places = pools.map((pool) => ({ provider: 'directory', ...(pool && { userPoolId: pool }) }))
  const search: Mirror['search'] = (page) => mirror.search({ ...page, places })
  const store = { ...bench.service.store, mirror: { ...mirror, search } }
  const ids = ((await endingEvents({ ...bench.service, store }, 0)) ?? []).map(({ id }) => id)
  expect(ids).toHaveLength(3)
  expect(new Set(ids).size).toBe(3)
})

it('goes by rules that some provider has', async () => {
  const mappings = await Promise.all(PROVIDER_TYPES.map(mappingOf))
  const rules = mappings.flatMap(({ lint }) => lint?.rules ?? [])
  expect(ENDING_RULES.filter((id) => !rules.some((rule) => rule.id === id))).toEqual([])
})
