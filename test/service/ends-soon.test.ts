/** What ends soon is found among the clients of the mirror, and reported as one event for each end. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { mappingOf, PROVIDER_TYPES } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sightOf } from '../../src/service/mirror/mirror.ts'
import { ENDING_RULES, endingEvents } from '../../src/service/notify/conditions.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { fullEntraApplication } from '../fixtures/entra.ts'

const DAY_MS = 86_400_000

let bench: Bench
beforeEach(async () => {
  const mapping = await mappingOf('entra')
  // No one asks it for anything.
  bench = await openBench(new Map([['directory', { mapping } as Provider]]))
})
afterEach(() => bench.close())

const put = async (id: string, endsInDays: number) => {
  const { mapping } = bench.service.providers.get('directory') ?? {}
  if (mapping === undefined) throw new TypeError('no mapping')
  const endDateTime = new Date(Date.now() + endsInDays * DAY_MS).toISOString()
  const native = {
    ...fullEntraApplication,
    appId: id,
    keyCredentials: [],
    passwordCredentials: [{ keyId: 'one', displayName: 'canary', hint: 'abc', endDateTime }],
  }
  const client = { provider: 'directory', id }
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

it('goes by rules that some provider has', async () => {
  const mappings = await Promise.all(PROVIDER_TYPES.map(mappingOf))
  const rules = mappings.flatMap(({ lint }) => lint?.rules ?? [])
  expect(ENDING_RULES.filter((id) => !rules.some((rule) => rule.id === id))).toEqual([])
})
