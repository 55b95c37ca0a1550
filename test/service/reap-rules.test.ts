/** What a client is spared for, what its history says of that, and the standing that a reaping leaves. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { flag, key, view } from '../../src/core/mapping/lenses.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { checkReaper } from '../../src/service/reap/reap-end.ts'
import { lastSuspension, newestBeside } from '../../src/service/reap/reap-history.ts'
import { findingOf, type Suspect } from '../../src/service/reap/reap-verdict.ts'
import { calledOff, reaping, unreaping, withoutReaping } from '../../src/service/reap/reap-wish.ts'
import type { Closing, Intent } from '../../src/store/log/entry.ts'
import type { JobReap } from '../../src/store/log/job-entry.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { mappingOf } from '../core/mapping.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const REF = { provider: 'it', id: 'one' }
const LOG = resourceOf(REF)
const JOB = { id: 'j1', submittedBy: ACTOR }

const NOTE = 'the provider sets it'
const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
const rows = {
  name: key<string>('name'),
  disabled: flag('off', false),
  createdAt: view(['made'], ({ made }) => textOf(made), NOTE),
  updatedAt: view(['moved'], ({ moved }) => textOf(moved), NOTE),
}
const mapping = mappingOf(rows, { suspension: { doesNotStop: [] } })
const provider = { mapping, removal: {} } as unknown as Provider
const withMapping = (ways: Parameters<typeof mappingOf>[1]) =>
  ({ ...provider, mapping: { ...mapping, ...ways } }) as Provider

describe('whether a client is reaped', () => {
  const NOW = Date.parse('2026-06-01T00:00:00.000Z')
  const REAP: JobReap = {
    olderThanMs: 1_000,
    graceMs: 5,
    unknownUse: true,
    terms: [],
    scopes: [],
  }
  const ago = (ms: number) => NOW - ms
  const at = (ms: number) => new Date(ago(ms)).toISOString()
  const LEASE = {
    field: 'callbacks' as const,
    value: 'a',
    owner: 'b',
    expiresAt: 1,
    actor: ACTOR,
  }
  const REMOVAL = { removal: { at: 1, actor: ACTOR } }
  const find = (suspect: Partial<Suspect> = {}, reap: Partial<JobReap> = {}) =>
    findingOf(
      {
        ref: REF,
        provider,
        native: { made: at(5_000), name: 'Shop' },
        standing: undefined,
        recordedAt: undefined,
        ...suspect,
      },
      { ...REAP, ...reap },
      NOW,
    )

  it('goes by the newest of what is known of its age', () => {
    expect(find()).toStrictEqual({ verdict: 'reap', createdAt: ago(5_000) })
    expect(find({ native: { made: at(1_000) } }).verdict).toBe('reap')
    expect(find({ native: { made: at(999) } }).verdict).toBe('too_young')
    expect(find({ native: {} })).toStrictEqual({ verdict: 'age_unknown' })
    expect(find({ native: { made: 'some day' } })).toStrictEqual({ verdict: 'age_unknown' })
    expect(find({ native: { made: at(5_000), moved: at(10) } })).toStrictEqual({
      verdict: 'too_young',
      createdAt: ago(5_000),
      changedAt: ago(10),
    })
    expect(find({ recordedAt: ago(10) })).toStrictEqual({
      verdict: 'too_young',
      createdAt: ago(5_000),
      changedAt: ago(10),
    })
    expect(find({ native: { moved: at(3_000) }, recordedAt: ago(4_000) })).toStrictEqual({
      verdict: 'reap',
      changedAt: ago(3_000),
    })
  })

  it.each<[string, Partial<Suspect>, Partial<JobReap>?]>([
    ['protected', { standing: { protected: true } }],
    ['leased', { standing: { leases: [LEASE] } }],
    ['moving', { standing: { moves: [{ from: 'a', to: 'b' }] as never } }],
    ['coming_removal', { standing: REMOVAL }],
    ['own_client', { provider: { ...provider, reliance: () => ({}) as never } }],
    ['no_match', {}, { terms: ['name:other'] }],
    ['no_match', {}, { text: 'other' }],
    ['no_match', {}, { terms: ['registered:dynamic'] }],
    ['cannot_suspend', { provider: { mapping: mappingOf(rows), removal: {} } as never }],
    ['cannot_remove', { provider: { mapping } as never }],
    ['use_unknown', {}, { unknownUse: false }],
    ['reap', { standing: { leases: [] } }],
    ['reap', { provider: { ...provider, reliance: () => undefined } }],
    ['reap', {}, { text: 'shop', terms: [] }],
    [
      'reap',
      { provider: withMapping({ registered: () => 'dynamic' }) },
      { terms: ['registered:dynamic'] },
    ],
  ])('%s, by %j and %j', (verdict, suspect, reap) => {
    expect(find(suspect, reap).verdict).toBe(verdict)
  })

  it('goes by what spares it for good first', () => {
    const all = {
      standing: { protected: true as const, leases: [LEASE], ...REMOVAL },
      native: {},
      provider: { mapping: mappingOf(rows), reliance: () => ({}) } as unknown as Provider,
    }
    const none = { unknownUse: false, terms: ['name:other'] }
    const verdicts = [
      find(all, none),
      find({ ...all, standing: { leases: [LEASE], ...REMOVAL } }, none),
      find({ ...all, standing: REMOVAL }, none),
      find({ ...all, standing: REMOVAL, provider }, none),
      find({ ...all, standing: {}, provider }, none),
    ]
    expect(verdicts.map(({ verdict }) => verdict)).toEqual([
      'protected',
      'leased',
      'own_client',
      'coming_removal',
      'no_match',
    ])
  })
})

describe('the history of a client', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench(new Map())
  })
  afterEach(() => bench.close())
  const append = async (...entries: readonly (Intent | Closing)[]) => {
    for (const one of entries) await bench.service.store.append(one)
  }
  const attempt = (seq: number, more: Partial<Intent>, outcome: Closing['outcome']) => [
    intentOf(LOG, seq, more),
    closingOf(LOG, seq + 1, { outcome }),
  ]
  const newest = async () => (await newestBeside(bench.service, REF, 'j1'))?.seq
  const last = () => lastSuspension(bench.service, REF)
  const ours = { job: JOB }
  const other = { job: { ...JOB, id: 'j2' } }

  it('has nothing where nothing was recorded', async () => {
    expect(await newest()).toBeUndefined()
    expect(await last()).toBeUndefined()
  })

  it('is what happened last, without what the job has tried in vain', async () => {
    await append(...attempt(1, {}, 'applied'))
    expect(await newest()).toBe(2)
    await append(...attempt(3, ours, 'not_applied'), ...attempt(5, ours, 'not_applied'))
    expect(await newest()).toBe(2)
    await append(intentOf(LOG, 7, ours))
    expect(await newest()).toBe(2)
    await append(closingOf(LOG, 8, { outcome: 'applied' }))
    expect(await newest()).toBe(8)
    await append(...attempt(9, other, 'not_applied'))
    expect(await newest()).toBe(10)
    await append(intentOf(LOG, 11))
    expect(await newest()).toBe(11)
    await append(closingOf(LOG, 12, { outcome: 'partly_applied' }))
    expect(await newest()).toBe(12)
  })

  it('has what changed elsewhere, and an outcome whose intent is no longer there', async () => {
    await bench.service.store.append(outsideChangeOf(LOG, 1))
    expect(await newest()).toBe(1)
    const store = {
      entries: async () => [closingOf(LOG, 1, { outcome: 'not_applied' })],
    } as unknown as Bench['service']['store']
    expect((await newestBeside({ store }, REF, 'j1'))?.seq).toBe(1)
  })

  it('is looked through to its beginning', async () => {
    await append(...attempt(1, { action: 'suspend' }, 'applied'))
    // With the first two, these fill pages of 20 exactly, and then more than that.
    for (let seq = 3; seq <= 39; seq += 2) await append(...attempt(seq, ours, 'not_applied'))
    expect([await newest(), await last()]).toEqual([2, intentOf(LOG, 1).operationId])
    await append(...attempt(41, { ...ours, action: 'rotate' }, 'not_applied'))
    expect([await newest(), await last()]).toEqual([2, intentOf(LOG, 1).operationId])
    await append(...attempt(43, { action: 'resume' }, 'not_applied'))
    expect(await last()).toBe(intentOf(LOG, 43).operationId)
    await append(...attempt(45, { action: 'suspend' }, 'not_applied'))
    expect(await last()).toBe(intentOf(LOG, 45).operationId)
  })

  it('is read in pages, each once, and no further than needed', async () => {
    const ranges: unknown[] = []
    const { store } = bench.service
    const entries: typeof store.entries = async (log, range) => {
      ranges.push(range)
      return store.entries(log, range)
    }
    const page = { newestFirst: true, limit: 20 }
    const reads = async () => {
      ranges.length = 0
      const found = await newestBeside({ store: { ...store, entries } }, REF, 'j1')
      return [found?.seq, ...ranges]
    }
    for (let seq = 1; seq < 19; seq += 2) await append(...attempt(seq, ours, 'not_applied'))
    expect(await reads()).toStrictEqual([undefined, page])
    for (let seq = 19; seq < 39; seq += 2) await append(...attempt(seq, ours, 'not_applied'))
    expect(await reads()).toStrictEqual([undefined, page, { below: 19, ...page }])
    await append(...attempt(39, {}, 'applied'))
    expect(await reads()).toStrictEqual([40, page])
  })

  describe('and the end of a reaping', () => {
    const standing = (more: object = {}): Standing => ({
      protected: true,
      removal: {
        at: 9,
        actor: ACTOR,
        reap: {
          job: JOB,
          operationId: intentOf(LOG, 1).operationId,
          scopes: [],
          wasOff: true,
          ...more,
        },
      },
    })
    const end = (held: Standing | undefined, more: object = {}) =>
      unreaping(
        bench.service,
        REF,
        { job: 'j1', operationId: intentOf(LOG, 1).operationId, ...more },
        held,
      )
    const nothing = { patch: { kind: 'merge', fields: {} }, warnings: [] }
    beforeEach(() => append(...attempt(1, { ...ours, action: 'suspend' }, 'applied')))

    it('leaves a client alone that another job reaps, or that was switched since', async () => {
      for (const wish of [
        await end(standing(), { operationId: 'another' }),
        await end(standing(), { job: 'j2' }),
        await end(undefined, { operationId: 'another' }),
      ]) {
        expect(wish?.fields).toEqual([])
        expect(wish?.over({})).toStrictEqual(nothing)
      }
    })

    it('leaves one off that was off before', async () => {
      const wish = await end(standing())
      expect(wish?.fields).toEqual([])
      expect(wish?.over({})).toStrictEqual({
        ...nothing,
        aim: { action: 'retain', becomes: { protected: true } },
      })
    })

    it('switches on what the job has switched off', async () => {
      expect(await end(standing({ wasOff: undefined }))).toBeUndefined()
      expect(await end({})).toBeUndefined()
      expect(await end(undefined)).toBeUndefined()
      expect(await end({ removal: { at: 1, actor: ACTOR } })).toBeUndefined()
    })
  })
})

describe('a reaping', () => {
  const REMOVAL = { at: 9, actor: ACTOR, reap: { job: JOB, operationId: 'o', scopes: ['s'] } }
  const plan = { job: JOB, graceMs: 5, scopes: ['s'] }
  const by = { provider, actor: ACTOR, operationId: 'o', now: 4 }
  const wish = (aim?: object) =>
    reaping(
      {
        fields: ['disabled'],
        over: () => ({ next: { off: true }, warnings: [], ...aim }),
      },
      plan,
      by,
    )

  it('keeps the approval with which it began, for its end', () => {
    const approval = { requestId: 'r', approvedBy: ACTOR }
    const start = { fields: [], over: () => ({ next: {}, warnings: [] }) }
    const { aim } = reaping(start, { ...plan, approval }, by).over({})
    expect(aim?.becomes).toStrictEqual({
      removal: { ...REMOVAL, reap: { ...REMOVAL.reap, approval } },
    })
  })

  it('is a suspension with the time of the removal', () => {
    expect(wish().fields).toEqual(['disabled'])
    expect(wish().over({})).toStrictEqual({
      next: { off: true },
      warnings: [],
      aim: { action: 'suspend', becomes: { removal: REMOVAL } },
    })
    const aim = { action: 'suspend', becomes: { protected: true } }
    expect(wish({ aim }).over({ off: true }).aim).toStrictEqual({
      action: 'suspend',
      becomes: {
        protected: true,
        removal: { ...REMOVAL, reap: { ...REMOVAL.reap, wasOff: true } },
      },
    })
  })

  it('is called off by any other change, and with it nothing else', () => {
    const held: Standing = { protected: true, removal: REMOVAL }
    expect(withoutReaping(held, { kind: 'merge' })).toEqual({ protected: true })
    expect(withoutReaping(held, { kind: 'suspension', reap: plan })).toBe(held)
    expect(withoutReaping(held, { kind: 'suspension', unreaps: {} })).toBe(held)
    const whileOnly: Standing = { removal: { at: 9, actor: ACTOR } }
    expect(calledOff(whileOnly)).toBe(whileOnly)
    expect(calledOff(undefined)).toBeUndefined()
    expect(calledOff({})).toEqual({})
  })

  it('needs both permissions of who submitted its job, by the scopes of then', () => {
    const asked: unknown[] = []
    const check = (lost?: string) =>
      checkReaper(
        {
          permits: (actor, id) => {
            asked.push(actor, id)
            return new Set(PERMISSIONS.filter((one) => one !== lost))
          },
        },
        ACTOR,
        { scopes: ['s'] },
        'it',
      )
    expect(() => check()).not.toThrow()
    expect(asked).toEqual([{ ...ACTOR, scopes: ['s'] }, 'it'])
    for (const lost of ['clients:suspend', 'clients:delete']) {
      expect(() => check(lost)).toThrow(
        expect.objectContaining({
          code: 'insufficient_scope',
          message: `The caller who submitted the job no longer has the permission ${lost} at it.`,
        }),
      )
    }
  })
})
