/** The history as people read it, over logs that are written here entry by entry. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  HISTORY_OUTCOMES,
  type HistorySearch,
  readHistory,
  readOperation,
  searchHistory,
} from '../../src/service/reading/history.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { CHECKPOINTS, creationResource, resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'

const ONE = { provider: 'one', id: 'client' }
const OTHER = { provider: 'other', userPoolId: 'pool', id: 'client' }
const LOG = resourceOf(ONE)
const CHANGES = [{ field: 'name', before: 'a', after: 'b' }]
const FOREIGN = [{ field: 'name', before: 'b', after: 'c' }]
const SOMEBODY = { subject: 'somebody', issuer: 'https://issuer.example' }

let bench: Bench

beforeEach(async () => {
  bench = await openBench(new Map())
  bench.database.exec('pragma synchronous = off')
})
afterEach(() => bench.close())

async function append(...entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) expect(await bench.service.store.append(entry)).toBe(true)
}
const overlapOf = (resource: string, seq: number): Entry => ({
  ...following(undefined, { kind: 'overlap' as const, resource, at: 900 + seq, operationId: 'o' }),
  seq,
})
/** A change of two entries, one noticed, an overlap, and an open change: revisions 2, 3, 4 and 5. */
const wholeLog = () =>
  append(
    intentOf(LOG, 1, { at: 100, changes: CHANGES, rollbackTo: 7 }),
    closingOf(LOG, 2, { at: 200, surprises: FOREIGN, settledBy: 'settlement' }),
    outsideChangeOf(LOG, 3, { at: 300, changes: FOREIGN }),
    overlapOf(LOG, 4),
    intentOf(LOG, 5, { at: 1_000, action: 'remove' }),
  )
const history = (options: { below?: number; limit?: number } = {}) =>
  readHistory(bench.service, ONE, { limit: 100, ...options })
const revisions = async (options: { below?: number; limit?: number }) => {
  const { items, next } = await history(options)
  return [items.map(({ revision }) => revision), next]
}

describe('the history of a client', () => {
  it('shows each kind of entry with what belongs to it, and an intent with its outcome', async () => {
    await wholeLog()
    const actor = intentOf(LOG, 1).actor
    expect(await history()).toStrictEqual({
      items: [
        {
          kind: 'change',
          client: ONE,
          revision: 5,
          at: 1_000,
          outcome: 'open',
          changes: [],
          operationId: `operation 5 of ${LOG}`,
          requestId: 'request-5',
          actor,
          action: 'remove',
        },
        {
          kind: 'overlap',
          client: ONE,
          revision: 4,
          at: 904,
          outcome: 'overlap',
          changes: [],
          operationId: 'o',
        },
        {
          kind: 'outside_change',
          client: ONE,
          revision: 3,
          at: 300,
          outcome: 'outside_change',
          changes: FOREIGN,
        },
        {
          kind: 'change',
          client: ONE,
          revision: 2,
          at: 100,
          outcome: 'applied',
          changes: CHANGES,
          operationId: `operation 1 of ${LOG}`,
          requestId: 'request-1',
          actor,
          rollbackTo: 7,
          endedAt: 200,
          settledBy: 'settlement',
          surprises: FOREIGN,
        },
      ],
    })
  })

  it('goes on below a revision, and ends without a further page', async () => {
    await wholeLog()
    expect(await revisions({ limit: 1 })).toEqual([[5], 5])
    expect(await revisions({ limit: 2, below: 5 })).toEqual([[4, 3], 3])
    expect(await revisions({ limit: 1, below: 3 })).toEqual([[2], undefined])
    expect(await revisions({ limit: 4 })).toEqual([[5, 4, 3, 2], undefined])
    expect(await revisions({ limit: 3, below: 5 })).toEqual([[4, 3, 2], undefined])
  })

  it('keeps the two entries of a change together at the end of a page', async () => {
    await append(
      ...[1, 3, 5].flatMap((seq) => [intentOf(LOG, seq), closingOf(LOG, seq + 1)]),
      outsideChangeOf(LOG, 7),
    )
    expect(await revisions({ limit: 2 })).toEqual([[7, 6], 5])
    expect(await revisions({ limit: 2, below: 5 })).toEqual([[4, 2], undefined])
  })

  it('is empty for a client that no one changed', async () => {
    expect(await history()).toStrictEqual({ items: [] })
  })

  it('begins with its making, where it was made here', async () => {
    const { seq: _, ...body } = outsideChangeOf(LOG, 1)
    const made = { operationId: 'making', requestId: 'r', actor: SOMEBODY, at: 50 }
    await append(following(undefined, { ...body, ...made, kind: 'created' as const }))
    const item = {
      kind: 'change',
      client: ONE,
      revision: 1,
      at: 50,
      outcome: 'applied',
      operationId: 'making',
      requestId: 'r',
      actor: SOMEBODY,
      changes: [],
      action: 'create',
    }
    expect(await history()).toStrictEqual({ items: [item] })
  })

  it('holds nothing else', async () => {
    const body = { kind: 'checkpoint' as const, at: 1, heads: [], cursor: '', code: '' }
    await append(following(undefined, { ...body, resource: LOG }))
    await expect(history()).rejects.toThrow(new TypeError('checkpoint is no item of a history'))
    expect(CHECKPOINTS).not.toBe(LOG)
  })
})

describe('one operation', () => {
  const read = (operationId: string) => readOperation(bench.service, operationId)

  it('is shown with the outcome that follows it, and with none while it is open', async () => {
    await wholeLog()
    const { items } = await history()
    expect(await read(`operation 1 of ${LOG}`)).toStrictEqual(items[3])
    expect(await read(`operation 5 of ${LOG}`)).toStrictEqual(items[0])
    expect(await read('another')).toBeUndefined()
  })

  it('that made a client names the client, whose log begins with it', async () => {
    const log = creationResource({ provider: 'one' }, 'x')
    await append(intentOf(log, 1, { action: 'create' }), closingOf(log, 2, { created: 'client' }))
    expect(await read(`operation 1 of ${log}`)).toMatchObject({
      client: ONE,
      revision: 1,
      action: 'create',
      outcome: 'applied',
    })
  })

  it('that made none shows no client, and its own log', async () => {
    const log = creationResource({ provider: 'one' }, 'x')
    await append(
      intentOf(log, 1, { action: 'create' }),
      closingOf(log, 2, { outcome: 'not_applied' }),
    )
    expect(await read(`operation 1 of ${log}`)).toMatchObject({
      client: { provider: 'one', id: '+x' },
      revision: 2,
      outcome: 'not_applied',
    })
  })
})

describe('the history across clients', () => {
  const found = (options: Partial<HistorySearch> = {}) =>
    searchHistory(bench.service, { providers: ['one', 'other'], limit: 100, ...options })
  const times = async (options: Partial<HistorySearch> = {}) =>
    (await found(options)).items.map(({ endedAt, at }) => endedAt ?? at)

  beforeEach(async () => {
    const log = resourceOf(OTHER)
    await wholeLog()
    await append(
      intentOf(log, 1, { at: 140, actor: SOMEBODY }),
      closingOf(log, 2, { at: 150, actor: SOMEBODY, outcome: 'conflict' }),
      outsideChangeOf(log, 3, { at: 300 }),
      intentOf(log, 4, { at: 2_000, actor: SOMEBODY }),
    )
    await append(outsideChangeOf(resourceOf({ ...ONE, provider: 'hidden' }), 1, { at: 250 }))
  })

  it('is in the order in which things ended, newest first, over all providers', async () => {
    expect(await times()).toEqual([904, 300, 300, 200, 150])
    const { items, next } = await found()
    expect(next).toBeUndefined()
    const [ours] = (await history({ below: 3 })).items
    expect(items[3]).toStrictEqual(ours)
    expect(items[4]).toMatchObject({ client: OTHER, revision: 2, at: 140, outcome: 'conflict' })
  })

  it('is shown page by page, each item once', async () => {
    const whole = (await found()).items
    for (const limit of [1, 2, 3, 4, 5]) {
      const all = []
      for (let page = await found({ limit }); ; ) {
        all.push(...page.items)
        if (page.next === undefined) break
        expect(page.items).toHaveLength(limit)
        page = await found({ limit, after: page.next })
      }
      expect(all).toEqual(whole)
    }
  })

  it('shows those of one moment in one order, whichever provider is named first', async () => {
    const clients = async (providers: readonly string[]) =>
      (await found({ providers })).items.map(({ client }) => client)
    const order = await clients(['one', 'other'])
    expect(await clients(['other', 'one'])).toEqual(order)
    // What was noticed later comes first.
    expect(order.slice(1, 3)).toEqual([OTHER, ONE])
  })

  it('is narrowed to providers, an outcome, an actor and a time', async () => {
    expect(await times({ providers: ['other'] })).toEqual([300, 150])
    expect(await times({ providers: [] })).toEqual([])
    expect(await times({ outcome: 'conflict' })).toEqual([150])
    expect(await times({ actor: 'somebody' })).toEqual([150])
    expect(await times({ from: 200, to: 904 })).toEqual([300, 300, 200])
    expect(await found({ limit: 5 })).not.toHaveProperty('next')
  })

  it('shows what is open, newest first, narrowed in the same ways', async () => {
    const open = (options: Partial<HistorySearch> = {}) => times({ outcome: 'open', ...options })
    expect(await open()).toEqual([2_000, 1_000])
    expect(await found({ outcome: 'open', providers: ['one'] })).toStrictEqual({
      items: (await history({ limit: 1 })).items,
    })
    expect(await open({ actor: 'somebody' })).toEqual([2_000])
    expect(await open({ actor: 'tester' })).toEqual([1_000])
    expect(await open({ from: 1_000, to: 2_000 })).toEqual([1_000])
    expect(await open({ from: 1_001 })).toEqual([2_000])
    expect(await open({ to: 2_001 })).toEqual([2_000, 1_000])
  })

  it('knows each outcome by its name', () => {
    expect(HISTORY_OUTCOMES).toEqual([
      'open',
      'applied',
      'partly_applied',
      'not_applied',
      'conflict',
      'outside_change',
      'overlap',
    ])
  })
})

describe('a change', () => {
  const lease = (owner: string) => ({
    field: 'callbacks' as const,
    value: `https://${owner}.example/cb`,
    owner,
    expiresAt: 9_000,
    actor: SOMEBODY,
  })
  const first = async () => (await history()).items[0]

  it('is shown with its job, its source, and the secret and the key that it is about', async () => {
    const job = { id: 'job', submittedBy: SOMEBODY }
    await append(
      intentOf(LOG, 1, {
        job,
        action: 'retire',
        secretId: 'secret-1',
        keyId: 'key-1',
        copiedFrom: resourceOf(OTHER),
      }),
    )
    expect(await first()).toMatchObject({
      job,
      action: 'retire',
      secretId: 'secret-1',
      keyId: 'key-1',
      copiedFrom: OTHER,
    })
  })

  it('is shown with what its outcome adds: a secret, clients that it may have made, what was ignored and what was said', async () => {
    await append(
      intentOf(LOG, 1, { action: 'rotate' }),
      closingOf(LOG, 2, {
        outcome: 'conflict',
        secretId: 'secret-2',
        candidates: ['a', 'b'],
        missed: ['name', 'callbacks'],
        providerMessage: 'Not so.',
      }),
    )
    expect(await first()).toMatchObject({
      outcome: 'conflict',
      secretId: 'secret-2',
      candidates: ['a', 'b'],
      missed: ['client.name', 'client.callbacks'],
      providerMessage: 'Not so.',
    })
  })

  it('is shown with the leases that it was to take and to end', async () => {
    const [old, kept, taken] = [lease('old'), lease('kept'), lease('taken')]
    await append(
      intentOf(LOG, 1, {
        action: 'lease',
        standing: { leases: [old, kept] },
        becomes: { leases: [kept, taken] },
      }),
    )
    expect(await first()).toMatchObject({ leases: { taken: [taken], ended: [old] } })
  })

  it.each([
    ['it only takes some', { leases: [] }, { leases: [lease('new')] }, [1, 0]],
    ['it only ends some', { leases: [lease('old')] }, {}, [0, 1]],
  ])('is shown with them where %s', async (_, standing, becomes, counts) => {
    await append(intentOf(LOG, 1, { standing, becomes }))
    const { leases } = (await first()) ?? {}
    expect([leases?.taken.length, leases?.ended.length]).toEqual(counts)
  })

  it('is shown without any where it changes something else that holds, or nothing', async () => {
    await append(
      intentOf(LOG, 1, {
        standing: { leases: [lease('one')] },
        becomes: { leases: [lease('one')], protected: true },
      }),
    )
    expect(await first()).not.toHaveProperty('leases')
  })

  it('is shown without what it lacks', async () => {
    await append(intentOf(LOG, 1), closingOf(LOG, 2))
    const names = Object.keys((await first()) ?? {})
    const lacks = ['job', 'secretId', 'keyId', 'copiedFrom', 'candidates', 'missed', 'leases']
    for (const name of [...lacks, 'providerMessage']) expect(names).not.toContain(name)
  })
})

it('a client that was made as a copy shows of which one', async () => {
  const { seq: _, ...body } = outsideChangeOf(LOG, 1)
  const made = { operationId: 'making', requestId: 'r', actor: SOMEBODY, at: 50 }
  const copiedFrom = resourceOf(OTHER)
  await append(following(undefined, { ...body, ...made, copiedFrom, kind: 'created' as const }))
  expect((await history()).items[0]).toMatchObject({ action: 'create', copiedFrom: OTHER })
})

it('an outcome without an intent before it is no item', async () => {
  await append(overlapOf(LOG, 1), closingOf(LOG, 2))
  await expect(history()).rejects.toThrow('outcome is no item of a history')
})

describe('what is open', () => {
  const ELSEWHERE = { ...SOMEBODY, issuer: 'https://elsewhere.example' }
  const logs = ['a', 'b', 'c', 'd'].map((id) => resourceOf({ provider: 'one', id }))
  const open = (options: Partial<HistorySearch> = {}) =>
    searchHistory(bench.service, { providers: ['one'], limit: 100, outcome: 'open', ...options })

  beforeEach(async () => {
    for (const [index, log] of logs.entries()) {
      // Two of them began at the same moment.
      const at = 1_000 + Math.min(index, 2)
      await append(intentOf(log, 1, { at, actor: index === 0 ? ELSEWHERE : SOMEBODY }))
    }
  })

  it('is shown page by page, each once, with the next page where there is more', async () => {
    const whole = (await open()).items
    expect(whole).toHaveLength(4)
    expect(await open({ limit: 4 })).not.toHaveProperty('next')
    for (const limit of [1, 2, 3]) {
      const all = []
      for (let page = await open({ limit }); ; ) {
        all.push(...page.items)
        if (page.next === undefined) break
        expect(page.items).toHaveLength(limit)
        page = await open({ limit, after: page.next })
      }
      expect(all).toEqual(whole)
    }
  })

  it('is narrowed to those who have their token of an issuer', async () => {
    const of = async (actorIssuer: string) => (await open({ actorIssuer })).items
    expect(await of(ELSEWHERE.issuer)).toHaveLength(1)
    expect(await of(SOMEBODY.issuer)).toHaveLength(3)
    expect(await of('https://none.example')).toEqual([])
  })

  it('is not hidden by what has ended, which is narrowed in the same way', async () => {
    for (const log of logs) await append(closingOf(log, 2, { at: 2_000 }))
    expect((await open()).items).toEqual([])
    const ended = (actorIssuer: string) =>
      searchHistory(bench.service, { providers: ['one'], limit: 100, actorIssuer })
    expect((await ended(ELSEWHERE.issuer)).items).toHaveLength(1)
    expect((await ended(SOMEBODY.issuer)).items).toHaveLength(3)
  })
})
