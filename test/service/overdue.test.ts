/** Due work that does not succeed is reported, once for each part of it; a quarter of an hour late is not yet a failure. */

import { beforeEach, expect } from 'vitest'
import { overdueEvents } from '../../src/service/notify/conditions.ts'
import type { Lease, Move, Standing } from '../../src/store/log/standing.ts'
import { jobResource, registrationResource, resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'
import { onFresh } from '../fixtures/opened.ts'

const LATE = 900_000
const NOW = Date.UTC(2026, 0, 2)
/** The last moment that counts as late. */
const DUE = NOW - LATE
const REF = { provider: 'it', userPoolId: 'pool', id: 'c' }
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }

let bench: Bench
let seqs: Map<string, number>
const it = onFresh(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
  },
)
beforeEach(() => {
  seqs = new Map()
})

/** This holds for a client now. */
async function holds(standing: Standing, resource = resourceOf(REF)): Promise<void> {
  const seq = (seqs.get(resource) ?? 0) + 1
  seqs.set(resource, seq)
  const entry = outsideChangeOf(resource, seq, { standing })
  expect(await bench.service.store.append(entry)).toBe(true)
}
const events = () => overdueEvents({ store: bench.service.store, now: () => NOW })
const reported = async () => (await events()).map(({ data }) => data)

const leaseAt = (expiresAt: number, owner = 'a'): Lease => ({
  ...{ field: 'callbacks', value: 'https://secret.example/', owner, expiresAt, actor: ACTOR },
})
const moveAt = (startedAt: number, more: Partial<Move> = {}): Move => ({
  ...{ from: 'https://a.example/', to: 'https://b.example/', operationId: 'o', actor: ACTOR },
  ...{ startedAt, ...more },
})
const SINCE = new Date(DUE).toISOString()

it('names the client, what is late, and since when', async () => {
  await holds({ leases: [leaseAt(DUE)] })
  const [event, ...others] = await events()
  expect(others).toEqual([])
  expect(event).toMatchObject({
    type: 'clientry.overdue',
    source: '/providers/it/pools/pool',
    subject: 'c',
    time: SINCE,
    data: { what: 'lease', since: SINCE, field: 'callbacks', owner: 'a' },
  })
  expect(JSON.stringify(event)).not.toContain('secret.example')
})

it.for<[string, Standing, object | undefined]>([
  ['a lease', { leases: [leaseAt(DUE)] }, { what: 'lease', field: 'callbacks', owner: 'a' }],
  [
    'a secret',
    { retirements: [{ secretId: 's', at: DUE, actor: ACTOR }] },
    { what: 'secret', secretId: 's' },
  ],
  ['a removal', { removal: { at: DUE, actor: ACTOR } }, { what: 'removal' }],
  ['a move that has not begun', { moves: [moveAt(DUE)] }, { what: 'move', operationId: 'o' }],
  [
    'a move that is to end',
    { moves: [moveAt(1, { narrowAt: DUE, widened: { at: 1, by: 'wait', narrowFrom: 1 } })] },
    { what: 'move', operationId: 'o' },
  ],
])('%s is late where it is due for a quarter of an hour', async ([, standing, data]) => {
  await holds(standing)
  expect(await reported()).toStrictEqual([{ ...data, since: SINCE }])
})

it('nothing else of a client is late beside what is', async () => {
  const widened = { at: 1, by: 'wait', narrowFrom: 1 } as const
  await holds({
    leases: [leaseAt(DUE + 1, 'later'), leaseAt(DUE - 1, 'late')],
    // This one is narrowed on request.
    moves: [moveAt(1, { widened })],
    protected: true,
  })
  expect(await reported()).toEqual([expect.objectContaining({ owner: 'late' })])
})

it('nothing is late that is due since less, nor where nothing is due', async () => {
  await holds({ leases: [leaseAt(DUE + 1)] })
  await holds({ protected: true }, resourceOf({ ...REF, id: 'other' }))
  expect(await events()).toEqual([])
  expect(await overdueEvents({ store: bench.service.store, now: () => 0 })).toEqual([])
})

it('has the same id as long as it lasts, and another one for other work', async () => {
  const idOf = async (standing: Standing, resource?: string) => {
    await holds(standing, resource)
    return (await events()).map(({ id }) => id)
  }
  const lease = { leases: [leaseAt(DUE)] }
  const first = await idOf(lease)
  expect(await idOf({ ...lease, protected: true })).toEqual(first)
  const all = [
    ...first,
    ...(await idOf({ leases: [leaseAt(DUE - 1)] })),
    ...(await idOf({ leases: [leaseAt(DUE, 'b')] })),
    ...(await idOf({ removal: { at: DUE, actor: ACTOR } })),
  ]
  expect(new Set(all).size).toBe(4)
  await holds({})
  const other = await idOf(lease, resourceOf({ ...REF, id: 'other' }))
  expect(other).not.toEqual(first)
})

it('is of clients alone: what is due of jobs and registrations is no event', async () => {
  const { store } = bench.service
  const logs = [jobResource('job'), registrationResource('it', 'registered'), resourceOf(REF)]
  await holds({ leases: [leaseAt(DUE)] })
  const due = async (before: number) => (before === DUE ? logs : [])
  const last: typeof store.last = async () =>
    outsideChangeOf(resourceOf(REF), 1, { standing: { leases: [leaseAt(DUE)] } })
  const found = await overdueEvents({ store: { ...store, due, last }, now: () => NOW })
  expect(found.map(({ subject }) => subject)).toEqual(['c'])
  // A log that has gone meanwhile has nothing due.
  const gone = { ...store, due, last: async () => undefined }
  expect(await overdueEvents({ store: gone, now: () => NOW })).toEqual([])
})

it('is reported of two thousand parts at once at most', async () => {
  const { store } = bench.service
  const many = Array.from({ length: 2_001 }, (_, index) => resourceOf({ ...REF, id: `${index}` }))
  const asked: string[] = []
  const of = (standing: Standing, logs: readonly string[]) => ({
    ...store,
    due: async () => logs,
    last: async (resource: string) => {
      asked.push(resource)
      return outsideChangeOf(resource, 1, { standing })
    },
  })
  const one = of({ leases: [leaseAt(DUE)] }, many)
  expect(await overdueEvents({ store: one, now: () => NOW })).toHaveLength(2_000)
  expect(asked).toHaveLength(2_000)
  const leases = Array.from({ length: 1_001 }, (_, index) => leaseAt(DUE, `${index}`))
  const two = of({ leases }, many.slice(0, 2))
  expect(await overdueEvents({ store: two, now: () => NOW })).toHaveLength(2_000)
})
