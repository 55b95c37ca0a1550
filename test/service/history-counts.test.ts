/** Counts of what ended, by day and outcome: of the time that was asked for, as far back as all are counted, and for whom. */

import { describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { type AccessTo, accessTo } from '../../src/core/rights/access.ts'
import type { Service } from '../../src/service/base/service.ts'
import { type CountRequest, countHistory } from '../../src/service/reading/history-counts.ts'
import { type ClientName, resourceOf } from '../../src/store/resource.ts'
import type { Search, SearchedOutcome, SearchResult } from '../../src/store/store.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { onFresh } from '../fixtures/opened.ts'

const DAY_MS = 86_400_000
const FIRST = Date.parse('2026-01-01T00:00:00Z')
const OURS: ClientName = { provider: 'one', id: 'ours' }
const THEIRS: ClientName = { provider: 'one', id: 'theirs' }

let bench: Bench
const it = onFresh(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
    bench.database.exec('pragma synchronous = off')
  },
)

const count = async (more: Partial<CountRequest> = {}, service: Service = bench.service) => {
  const { days, from } = await countHistory(service, {
    providers: ['one'],
    from: FIRST,
    to: FIRST + 10 * DAY_MS,
    deadline: Date.now() + 60_000,
    mayKnow: async () => {
      throw new TypeError('no one asks')
    },
    ...more,
  })
  return { days: [...days], from }
}

/** Changes of a client that ended so. */
async function ended(client: ClientName, ...ends: readonly [number, SearchedOutcome][]) {
  const resource = resourceOf(client)
  for (const [at, outcome] of ends) {
    const seq = ((await bench.service.store.last(resource))?.seq ?? 0) + 1
    const entries =
      outcome === 'outside_change'
        ? [outsideChangeOf(resource, seq, { at })]
        : [
            intentOf(resource, seq, { at: at - 1 }),
            closingOf(resource, seq + 1, { at, outcome: outcome as 'applied' }),
          ]
    for (const entry of entries) expect(await bench.service.store.append(entry)).toBe(true)
  }
}

describe('the counts', () => {
  it('are of each day in UTC, in their order, and of each outcome', async () => {
    const [last, next] = [FIRST + DAY_MS - 1, FIRST + DAY_MS]
    await ended(OURS, [next, 'not_applied'], [last, 'applied'], [next, 'outside_change'])
    await ended(THEIRS, [last, 'applied'], [FIRST + 3 * DAY_MS, 'conflict'])
    expect(await count()).toEqual({
      from: FIRST,
      days: [
        ['2026-01-01', { applied: 2 }],
        ['2026-01-02', { not_applied: 1, outside_change: 1 }],
        ['2026-01-04', { conflict: 1 }],
      ],
    })
  })

  it('begin with the first moment that was asked for, and end before the last', async () => {
    const to = FIRST + DAY_MS
    await ended(OURS, [FIRST - 1, 'applied'], [FIRST, 'applied'], [to - 1, 'applied'])
    await ended(OURS, [to, 'applied'])
    expect(await count({ to })).toEqual({ from: FIRST, days: [['2026-01-01', { applied: 2 }]] })
  })

  it('are of the providers that were asked for, together', async () => {
    await ended(OURS, [FIRST, 'applied'])
    await ended({ provider: 'two', id: 'a' }, [FIRST, 'applied'])
    expect((await count()).days).toEqual([['2026-01-01', { applied: 1 }]])
    const both = await count({ providers: ['one', 'two'] })
    expect(both.days).toEqual([['2026-01-01', { applied: 2 }]])
    expect((await count({ providers: [] })).days).toEqual([])
  })

  it('end with the time of the request', async () => {
    const late = count({ deadline: Date.now() })
    await expect(late).rejects.toThrow(
      new ClientError('deadline_exceeded', 'The request ran out of time. Nothing was sent.'),
    )
  })
})

describe('for a caller whose grants are limited', () => {
  const limited: AccessTo = accessTo(
    (provider) => [
      { grants: ['history:read'], ...(provider === 'one' && { only: { clients: ['ours'] } }) },
    ],
    { operation: 'countHistory', permission: 'history:read' },
  )
  const service = (more: Partial<Service> = {}): Service => ({
    ...bench.service,
    access: limited,
    ...more,
  })

  it('only clients count that it may know of, each of which is asked about once', async () => {
    await ended(OURS, [FIRST, 'applied'], [FIRST, 'applied'], [FIRST, 'conflict'])
    await ended(THEIRS, [FIRST, 'applied'], [FIRST, 'outside_change'])
    const asked: ClientName[] = []
    const mayKnow = async (client: ClientName) => {
      asked.push(client)
      return client.id === 'ours'
    }
    const { days } = await count({ mayKnow }, service())
    expect(days).toEqual([['2026-01-01', { applied: 2, conflict: 1 }]])
    expect(asked.map(({ id }) => id).sort()).toEqual(['ours', 'theirs'])
  })

  it('nothing is opened where they are not', async () => {
    await ended({ provider: 'two', id: 'a' }, [FIRST, 'applied'])
    const entries = async () => {
      throw new TypeError('it is opened')
    }
    const unread = service({ store: { ...bench.service.store, entries } })
    const { days } = await count({ providers: ['two'] }, unread)
    expect(days).toEqual([['2026-01-01', { applied: 1 }]])
  })

  it('as many are opened as can be in one request', async () => {
    await ended(OURS, [FIRST, 'outside_change'])
    const { days, from } = await count({ mayKnow: async () => true }, endless(1_200, service()))
    expect(from).toBe(LAST - 998)
    expect(days).toEqual([['2026-01-05', { applied: 999 }]])
  })
})

/** When the newest of an endless history ended. */
const LAST = FIRST + 4.5 * DAY_MS

/** So many changes were applied, one in each millisecond until then; each is the first entry of the log of ours. */
function endless(many: number, service: Service = bench.service): Service {
  const resource = resourceOf(OURS)
  const search = async ({ outcome, after, from = 0, limit }: Search): Promise<SearchResult[]> => {
    const newest = after === undefined ? LAST : after.at - 1
    const left = outcome === 'applied' ? Math.min(limit, many - (LAST - newest)) : 0
    const times = Array.from({ length: Math.max(left, 0) }, (_, index) => newest - index)
    return times
      .filter((at) => at >= from)
      .map((at) => ({ place: { at, mark: '' }, resource, seq: 1 }))
  }
  return { ...service, store: { ...service.store, search } }
}

describe('of very many', () => {
  it.each([
    [9_999, 9_999, FIRST],
    [501, 501, FIRST],
    [500, 500, FIRST],
    // Of those at the first of these moments there can be more.
    [10_000, 9_999, LAST - 9_998],
    [20_000, 9_999, LAST - 9_998],
  ])('of %i, %i are counted, from a moment on that it says', async (many, counted, from) => {
    const found = await count({}, endless(many))
    expect(found).toEqual({ from, days: [['2026-01-05', { applied: counted }]] })
  })

  it('all kinds are counted from the same moment on', async () => {
    await ended(OURS, [LAST, 'conflict'], [LAST - 9_998, 'conflict'], [LAST - 9_999, 'conflict'])
    const { store } = bench.service
    const many = endless(20_000)
    const search = (request: Search) =>
      request.outcome === 'applied' ? many.store.search(request) : store.search(request)
    const found = await count({}, { ...many, store: { ...store, search } })
    expect(found.days).toEqual([['2026-01-05', { applied: 9_999, conflict: 2 }]])
  })
})
