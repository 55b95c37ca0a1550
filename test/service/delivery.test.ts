/** Rounds of deliveries: where they begin, how far they go, what they keep, and who may go on. All stores: `contract/delivery-cases.ts`. */

import { beforeEach, describe, expect } from 'vitest'
import { mappingOf } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sightOf } from '../../src/service/mirror/mirror.ts'
import type { ClientEvent } from '../../src/service/notify/client-event.ts'
import { type DeliveryOptions, deliverTo } from '../../src/service/notify/deliver.ts'
import { eventsSince } from '../../src/service/notify/events-since.ts'
import { type Position, positionOf } from '../../src/service/notify/position.ts'
import type { Notifying, Sent, Webhook } from '../../src/service/notify/webhook.ts'
import { workOf } from '../../src/service/notify/work.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Delivery, Entry } from '../../src/store/log/entry.ts'
import type { Lease, Standing } from '../../src/store/log/standing.ts'
import { deliveryResource, resourceOf } from '../../src/store/resource.ts'
import type { Store } from '../../src/store/store.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { fullEntraApplication } from '../fixtures/entra.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { onFresh } from '../fixtures/opened.ts'

const START = 1_800_000_000_000
const CLAIM = 60_000
const TAKEN: Sent = { taken: true }
const REFUSED: Sent = { taken: false, why: '503', retryAfterMs: 9 }
const POSITION = deliveryResource('audit')

let bench: Bench
let now: number
let sent: ClientEvent[]
let answer: (event: ClientEvent) => Sent

const it = onFresh(
  // No one asks it for anything.
  async () =>
    openBench(new Map([['directory', { mapping: await mappingOf('entra') } as Provider]])),
  (opened) => {
    bench = opened
  },
)
beforeEach(() => {
  now = START
  sent = []
  answer = () => TAKEN
})

const logOf = (id: string) => resourceOf({ provider: 'it', id })
const service = (store: Partial<Store> = {}): Notifying => ({
  ...bench.service,
  store: { ...bench.service.store, ...store },
  now: () => now,
})
const webhook = (more: Partial<Webhook> = {}): Webhook => ({
  name: 'audit',
  send: async (event) => {
    const result = answer(event)
    if (result.taken) sent.push(event)
    return result
  },
  ...more,
})
const round = (
  more: Partial<DeliveryOptions> = {},
  hook: Webhook = webhook(),
  at: Notifying = service(),
) => deliverTo(at, hook, { owner: 'one', ...more })
async function append(...entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) expect(await bench.service.store.append(entry)).toBe(true)
}
const noticed = (id: string, seq: number, at = now) => outsideChangeOf(logOf(id), seq, { at })
const kept = async () => (await bench.service.store.last(POSITION)) as Delivery | undefined
const seqs = (id: string) =>
  sent.filter(({ subject }) => subject === id).map(({ sequence }) => Number(sequence))
const leases = (...owners: readonly string[]): Standing => ({
  leases: owners.map(
    (owner): Lease => ({
      ...{ field: 'callbacks', value: 'https://a.example/', owner, expiresAt: 1 },
      actor: { subject: 'tester', issuer: 'https://issuer.example' },
    }),
  ),
})

describe('the position of a webhook', () => {
  const take = (owner = 'one', from?: string) =>
    positionOf(service(), { name: 'audit', ...(from && { from }) }, owner)

  it('begins now, behind all that is there, and is kept at once', async () => {
    await append(noticed('a', 1))
    const taken = await take()
    const { cursor } = await bench.service.store.heads(undefined)
    const position = {
      ...{ cursor, reachedAt: START, notBefore: START, delivered: {}, overdue: [] },
      endings: { lookedAt: 0, ids: [] },
    }
    expect(taken?.position).toStrictEqual(position)
    const { hash, previous, ...entry } = (await kept()) ?? ({} as Delivery)
    expect(entry).toStrictEqual({
      ...{ kind: 'delivery', resource: POSITION, seq: 1, at: START },
      ...position,
    })
    now += 5
    expect((await take())?.position).toStrictEqual(position)
  })

  it('goes through every page of what is there to find its end', async () => {
    const cursors: (string | undefined)[] = []
    const heads: Store['heads'] = async (since) => {
      cursors.push(since)
      return { heads: [], cursor: `c${cursors.length}`, more: cursors.length < 3 }
    }
    const taken = await positionOf(service({ heads }), { name: 'audit' }, 'one')
    expect(taken?.position.cursor).toBe('c3')
    expect(cursors).toEqual([undefined, 'c1', 'c2'])
  })

  it('begins at the time from which it is replayed, once for each', async () => {
    const from = '2026-01-02T00:00:00Z'
    await take()
    const replay = { cursor: '0', reachedAt: Date.parse(from), notBefore: Date.parse(from), from }
    expect((await take('one', from))?.position).toMatchObject(replay)
    const taken = await take('one', from)
    if (taken === undefined) throw new TypeError('no position')
    await taken.keep({ ...taken.position, cursor: 'further' })
    expect((await take('one', from))?.position).toMatchObject({ ...replay, cursor: 'further' })
    // Without the replay it goes on, and with another one it begins anew.
    expect((await take())?.position).toMatchObject({ cursor: 'further', from })
    expect((await take('one', '2026-01-03T00:00:00Z'))?.position.cursor).toBe('0')
  })

  it('is of one server until its claim is over', async () => {
    const taken = await take()
    if (taken === undefined) throw new TypeError('no position')
    expect(await taken.keep(taken.position, now + 10)).toBe(true)
    expect(await kept()).toMatchObject({ claim: { owner: 'one', until: now + 10 } })
    expect(await take('two')).toBeUndefined()
    expect(await take('one')).toBeDefined()
    now += 9
    expect(await take('two')).toBeUndefined()
    now += 1
    expect((await take('two'))?.position).not.toHaveProperty('claim')
    expect(await taken.keep(taken.position)).toBe(true)
    expect(await kept()).not.toHaveProperty('claim')
    expect(await take('two')).toBeDefined()
  })

  it('is kept by the first of two servers alone', async () => {
    const [one, two] = [await take('one'), await take('two')]
    if (one === undefined || two === undefined) throw new TypeError('no position')
    expect(await two.keep(two.position)).toBe(true)
    expect(await one.keep(one.position)).toBe(false)
    // It goes on from its own entry.
    expect(await two.keep(two.position)).toBe(true)
    const append: Store['append'] = async () => false
    expect(await positionOf(service({ append }), { name: 'new' }, 'one')).toBeUndefined()
  })
})

describe('the events of a log', () => {
  const log = logOf('a')
  const steps = async (
    position: Partial<Position>,
    head: { readonly seq: number; readonly first: number },
    after?: number,
  ) => {
    const found: [number, string | undefined][] = []
    const at = { notBefore: 0, reachedAt: START, ...position }
    const part = { head: { resource: log, hash: '', ...head }, after }
    for await (const { seq, event } of eventsSince(service(), at, part)) {
      found.push([seq, event?.type])
    }
    return found
  }

  it('are its ends and what was noticed, up to the head; an intent is none', async () => {
    await append(...[intentOf(log, 1), closingOf(log, 2), noticed('a', 3), intentOf(log, 4)])
    expect(await steps({}, { seq: 4, first: 1 }, 0)).toEqual([
      ...[
        [1, undefined],
        [2, 'clientry.change'],
        [3, 'clientry.outside_change'],
        [4, undefined],
      ],
    ])
    expect(await steps({}, { seq: 3, first: 1 }, 1)).toEqual([
      ...[
        [2, 'clientry.change'],
        [3, 'clientry.outside_change'],
      ],
    ])
    expect(await steps({}, { seq: 4, first: 1 }, 4)).toEqual([])
    // A head that is not there any more ends it.
    expect(await steps({}, { seq: 9, first: 1 }, 3)).toEqual([[4, undefined]])
  })

  it('are overlaps as well', async () => {
    const body = { kind: 'overlap' as const, resource: log, at: now, operationId: 'o' }
    await append(following(undefined, body))
    expect(await steps({}, { seq: 1, first: 1 }, 0)).toEqual([[1, 'clientry.overlap']])
  })

  it('are none before the time from which they are wanted', async () => {
    await append(noticed('a', 1, 100), noticed('a', 2, 200))
    expect(await steps({ notBefore: 200 }, { seq: 2, first: 1 }, 0)).toEqual([
      ...[
        [1, undefined],
        [2, 'clientry.outside_change'],
      ],
    ])
  })

  it('have the intent of an outcome, also where that was read before', async () => {
    const intent = intentOf(log, 1, { action: 'rotate' })
    await append(intent, closingOf(log, 2), intentOf(log, 3), noticed('a', 4))
    const other = closingOf(log, 5, { operationId: intent.operationId })
    await append(other)
    const actions: unknown[] = []
    const head = { resource: log, seq: 5, hash: '', first: 1 }
    const at = { notBefore: 0, reachedAt: START }
    for (const after of [0, 1]) {
      for await (const { event } of eventsSince(service(), at, { head, after })) {
        if (event?.type === 'clientry.change') actions.push(event.data.action)
      }
    }
    expect(actions).toEqual(['rotate', 'rotate', 'rotate', 'rotate'])
  })

  it('take no look at the store for an intent that was read with them', async () => {
    await append(intentOf(log, 1), closingOf(log, 2))
    const operation = async () => {
      throw new TypeError('it is looked for')
    }
    const head = { resource: log, seq: 2, hash: '', first: 1 }
    const all: unknown[] = []
    for await (const { event } of eventsSince(
      service({ operation }),
      { notBefore: 0, reachedAt: START },
      { head, after: 0 },
    )) {
      all.push(event?.data.action)
    }
    expect(all).toEqual([undefined, 'change'])
  })

  it('of a log that nothing is known of begin with what can have been late', async () => {
    const LATE = 90_000
    const early = noticed('a', 1, START - LATE - 1)
    await append(early, noticed('a', 2, START - LATE), noticed('a', 3, START))
    const found = (first: number) => steps({}, { seq: 3, first })
    expect((await found(3)).map(([seq]) => seq)).toEqual([2, 3])
    expect((await found(2)).map(([seq]) => seq)).toEqual([2, 3])
    expect((await found(1)).map(([seq]) => seq)).toEqual([1, 2, 3])
  })

  it('are read page by page, forwards and back', async () => {
    const all = Array.from({ length: 120 }, (_, index) => noticed('a', index + 1, START))
    await append(...all)
    const found = await steps({}, { seq: 120, first: 120 })
    expect(found.map(([seq]) => seq)).toEqual(all.map(({ seq }) => seq))
  })
})

describe('a round', () => {
  it('delivers what came since, once, and keeps how far it is', async () => {
    await round()
    await append(noticed('a', 1), noticed('b', 1))
    expect(await round()).toStrictEqual({ delivered: 2, more: false })
    expect([seqs('a'), seqs('b')]).toEqual([[1], [1]])
    const { cursor } = await bench.service.store.heads(undefined)
    expect(await kept()).toMatchObject({ cursor, reachedAt: START })
    expect(await kept()).not.toHaveProperty('claim')
    const before = await kept()
    expect(await round()).toStrictEqual({ delivered: 0, more: false })
    expect(await kept()).toEqual(before)
  })

  it('has more where there are more logs than the store gives at once', async () => {
    await round()
    await append(noticed('a', 1), noticed('b', 1))
    const heads: Store['heads'] = async (since, of) => ({
      ...(await bench.service.store.heads(since, of)),
      more: true,
    })
    expect(await round({}, webhook(), service({ heads }))).toMatchObject({ more: true })
  })

  it('stops at what is refused, says so, and begins there the next time', async () => {
    await round()
    await append(noticed('a', 1), noticed('a', 2), noticed('b', 1))
    answer = ({ subject, sequence }) =>
      subject === 'a' && Number(sequence) === 2 ? REFUSED : TAKEN
    const result = await round()
    expect(result).toMatchObject({
      failure: { ...REFUSED, event: noticed('a', 2).hash },
      more: false,
    })
    expect(seqs('a')).toEqual([1])
    answer = () => TAKEN
    expect(await round()).toMatchObject({ more: false })
    expect(seqs('a')).toEqual([1, 2])
    expect(seqs('b')).toEqual([1])
  })

  it('sends nothing more once something was refused', async () => {
    await round()
    await append(...Array.from({ length: 20 }, (_, index) => noticed(`${index}`, 1)))
    let tries = 0
    answer = () => {
      tries += 1
      return REFUSED
    }
    await round()
    expect(tries).toBeLessThanOrEqual(8)
  })

  it('leaves out events of other types, and does not come back to them', async () => {
    const changes = webhook({ types: new Set(['clientry.change'] as const) })
    await round({}, changes)
    await append(noticed('a', 1), intentOf(logOf('b'), 1, { at: now }))
    await append(closingOf(logOf('b'), 2, { at: now }))
    expect(await round({}, changes)).toStrictEqual({ delivered: 1, more: false })
    expect(sent.map(({ type }) => type)).toEqual(['clientry.change'])
    const { cursor } = await bench.service.store.heads(undefined)
    expect((await kept())?.cursor).toBe(cursor)
  })

  it('of a client that was made comes before what follows of it', async () => {
    await round()
    const making = resourceOf({ provider: 'it', id: '+operation' })
    await append(noticed('made', 1))
    await append(intentOf(making, 1, { at: now, action: 'create' }))
    await append(closingOf(making, 2, { at: now, created: 'made' }))
    await round()
    expect(sent.map(({ type }) => type)).toEqual(['clientry.change', 'clientry.outside_change'])
  })

  it('claims the position before it sends anything, for longer than it takes', async () => {
    await round()
    await append(noticed('a', 1))
    let claim: unknown
    const send: Webhook['send'] = async () => {
      claim = (await kept())?.claim
      return TAKEN
    }
    await round({}, webhook({ send }))
    expect(claim).toEqual({ owner: 'one', until: START + CLAIM })
  })

  it('sends nothing where another server delivers, or takes the position first', async () => {
    await round()
    await append(noticed('a', 1))
    const taken = await positionOf(service(), { name: 'audit' }, 'two')
    if (taken === undefined) throw new TypeError('no position')
    await taken.keep(taken.position, now + 10)
    expect(await round()).toStrictEqual({ delivered: 0, more: false })
    await taken.keep(taken.position)
    const lost = service({ append: async () => false })
    expect(await round({}, webhook(), lost)).toStrictEqual({ delivered: 0, more: false })
    expect(sent).toEqual([])
  })

  it.for([
    ['after twenty seconds', 20_000],
    ['after a minute', 60_000],
  ] as const)('ends %s, and has more', async ([, took]) => {
    await round()
    await append(noticed('a', 1), noticed('a', 2))
    answer = () => {
      now += took
      return TAKEN
    }
    expect(await round()).toStrictEqual({ delivered: 1, more: true })
    expect(seqs('a')).toEqual([1])
    const { cursor } = await bench.service.store.heads(undefined)
    expect((await kept())?.cursor).not.toBe(cursor)
    answer = () => TAKEN
    await round()
    expect(seqs('a')).toEqual([1, 2])
  })

  it('goes on until just before twenty seconds, and ends when it is stopped', async () => {
    await round()
    await append(noticed('a', 1), noticed('a', 2))
    answer = () => {
      now += 19_999
      return TAKEN
    }
    expect(await round()).toStrictEqual({ delivered: 2, more: false })
    await append(noticed('a', 3))
    expect(await round({ stopped: () => true })).toStrictEqual({ delivered: 0, more: true })
  })

  it('knows what it delivered for as long as a store can give it again', async () => {
    await round()
    await append(noticed('a', 1))
    await round()
    const names = async () => Object.keys((await kept())?.delivered ?? {})
    expect(await names()).toHaveLength(1)
    for (const [later, count] of [
      [120_000, 2],
      [1, 2],
      [120_000, 2],
    ] as const) {
      now += later
      await append(noticed(`at ${now}`, 1))
      await round()
      expect(await names()).toHaveLength(count)
    }
  })

  it('delivers nothing again that a store gives again', async () => {
    await round()
    await append(noticed('a', 1))
    const start = (await kept())?.cursor
    await round()
    const heads: Store['heads'] = (_, of) => bench.service.store.heads(start, of)
    const before = await kept()
    expect(await round({}, webhook(), service({ heads }))).toStrictEqual({
      ...{ delivered: 0, more: false },
    })
    expect(await kept()).toEqual(before)
    await append(noticed('a', 2))
    await round({}, webhook(), service({ heads }))
    expect(seqs('a')).toEqual([1, 2])
  })
})

describe('what is late', () => {
  const late = async (...owners: readonly string[]) =>
    append(outsideChangeOf(logOf('a'), 1, { at: START - 1, standing: leases(...owners) }))
  const owners = () => sent.map(({ data }) => data.owner)

  it('is reported once as long as it is', async () => {
    await late('x', 'y')
    await round()
    expect(owners().sort()).toEqual(['x', 'y'])
    await round()
    expect(sent).toHaveLength(2)
    expect((await kept())?.overdue).toHaveLength(2)
    await append(outsideChangeOf(logOf('a'), 2, { at: START - 1, standing: leases('x') }))
    await round()
    expect((await kept())?.overdue).toHaveLength(1)
    await append(outsideChangeOf(logOf('a'), 3, { at: START - 1, standing: {} }))
    await round()
    expect((await kept())?.overdue).toEqual([])
    await append(outsideChangeOf(logOf('a'), 4, { at: START - 1, standing: leases('x') }))
    sent = []
    await round()
    expect(owners()).toEqual(['x'])
  })

  it('is kept no longer where it has ended, although nothing is recorded of that', async () => {
    await late('x', 'y')
    await round()
    const due = async () => []
    expect(await round({}, webhook(), service({ due }))).toStrictEqual({
      delivered: 0,
      more: false,
    })
    expect((await kept())?.overdue).toEqual([])
    await round()
    const before = await kept()
    expect(before?.overdue).toHaveLength(2)
    await round()
    expect(await kept()).toEqual(before)
  })

  it('is reported again until it is taken', async () => {
    await late('x')
    answer = () => REFUSED
    expect(await round()).toMatchObject({ delivered: 0, failure: { why: '503' }, more: false })
    expect((await kept())?.overdue).toEqual([])
    answer = () => TAKEN
    await round()
    expect(owners()).toEqual(['x'])
  })

  it('is no work for a webhook of other events', async () => {
    await late('x')
    const hook = webhook({ types: new Set(['clientry.change'] as const) })
    await round({}, hook)
    const taken = await positionOf(service(), { name: 'audit' }, 'one')
    if (taken === undefined) throw new TypeError('no position')
    const work = await workOf(service(), hook, taken.position)
    expect(work).toMatchObject({ overdue: [], unreported: [] })
    expect(sent).toEqual([])
  })
})

describe('what ends soon', () => {
  const DAY = 86_400_000
  const put = async (id: string) => {
    const { mapping } = bench.service.providers.get('directory') ?? {}
    if (mapping === undefined) throw new TypeError('no mapping')
    const endDateTime = new Date(START + 7 * DAY).toISOString()
    const passwordCredentials = [{ keyId: 'one', displayName: 'x', hint: 'abc', endDateTime }]
    const native = { ...fullEntraApplication, appId: id, keyCredentials: [], passwordCredentials }
    const client = { provider: 'directory', id }
    const sight = sightOf(bench.service, mapping, { client, native, at: START })
    await bench.service.store.mirror?.put(sight, true)
  }
  const ids = () => sent.map(({ subject }) => subject)

  it('is reported once, and looked for again the next day', async () => {
    await put('a')
    expect(await round()).toStrictEqual({ delivered: 1, more: false })
    expect(await kept()).toMatchObject({ endings: { lookedAt: START, ids: [sent[0]?.id] } })
    now += DAY
    await put('b')
    await round()
    expect(ids()).toEqual(['a', 'b'])
    expect((await kept())?.endings).toEqual({ lookedAt: now, ids: sent.map(({ id }) => id) })
    await bench.service.store.mirror?.remove({ provider: 'directory', id: 'a' }, now)
    now += DAY
    await round()
    expect((await kept())?.endings).toEqual({ lookedAt: now, ids: [sent[1]?.id] })
  })

  it('is looked for again at once where not all of it was taken', async () => {
    for (const id of ['a', 'b']) await put(id)
    answer = ({ subject }) => (subject === 'b' ? REFUSED : TAKEN)
    await round()
    const taken = sent.map(({ id }) => id)
    expect((await kept())?.endings).toEqual({ lookedAt: 0, ids: taken })
    answer = () => TAKEN
    await round()
    expect(ids().sort()).toEqual(['a', 'b'])
    expect((await kept())?.endings).toMatchObject({ lookedAt: START })
    expect((await kept())?.endings.ids).toHaveLength(2)
  })

  it('is nothing to a webhook of other events', async () => {
    await put('a')
    await round({}, webhook({ types: new Set(['clientry.change'] as const) }))
    expect(sent).toEqual([])
    expect((await kept())?.endings).toEqual({ lookedAt: START, ids: [] })
  })

  it('is looked for once a day, which is kept', async () => {
    await round()
    expect((await kept())?.endings).toEqual({ lookedAt: START, ids: [] })
    const before = await kept()
    now += 86_399_999
    await round()
    expect(await kept()).toEqual(before)
    now += 1
    await round()
    expect((await kept())?.endings).toEqual({ lookedAt: now, ids: [] })
  })

  it('is not looked for without a mirror', async () => {
    const { mirror: _, ...store } = bench.service.store
    const without: Notifying = { ...bench.service, store, now: () => now }
    await round({}, webhook(), without)
    expect((await kept())?.endings).toEqual({ lookedAt: 0, ids: [] })
    expect((await kept())?.seq).toBe(1)
  })
})
