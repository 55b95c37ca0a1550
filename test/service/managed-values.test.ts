/**
 * Values of lists by who manages them: one that a manager no longer names goes, what another manager, a lease or no one
 * at all has stays, whatever else happens to the client meanwhile; and a death at any point loses nothing.
 */

import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { CRASH_POINTS } from '../../src/service/base/crash-points.ts'
import type { ChangeRequest, ChangeResult } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { MAX_MANAGED, managersIn } from '../../src/service/change/managed-values.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { SUBJECTS, type Subject, withCallbacks } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { runs } from '../property.ts'

const url = (name: string) => `https://${name}.example.com/cb`
const HOUR = 3_600

describe.each(SUBJECTS)('$name', (kind) => {
  let subject: Subject
  let bench: Bench
  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })

  const change = (patch: ChangeRequest['patch'], service = bench.service): Promise<ChangeResult> =>
    changeClient(service, {
      ...requestFor(service, subject.ref, {}),
      patch,
      deadline: service.now() + 10_000,
    })
  const manage = (
    manager: string,
    callbacks: readonly string[],
    service = bench.service,
    fields: object = {},
  ) => change({ kind: 'managing', managers: { [manager]: { callbacks } }, fields }, service)
  const patch = (callbacks: object) => bench.change(subject.ref, { callbacks })
  const lease = (value: string) =>
    change({ kind: 'lease', field: 'callbacks', value, owner: 'pr', seconds: HOUR })
  const give = () => change({ kind: 'end_lease', ends: () => true })
  const list = () => showClient(subject.provider.mapping, subject.stored()).callbacks
  const last = async () => bench.service.store.last(resourceOf(subject.ref))
  const managers = async (value: string) =>
    managersIn((await last())?.standing ?? {}, 'callbacks', value)
  const outside = (callbacks: readonly string[]) =>
    subject.put(withCallbacks(kind, subject.stored(), callbacks))

  it('removes what a manager gives up, and nothing that another one has', async () => {
    const before = list()
    await manage('a', [url('one'), url('both')])
    await manage('b', [url('two'), url('both')])
    expect([...list()].sort()).toEqual([...before, url('one'), url('two'), url('both')].sort())
    expect(await managers(url('both'))).toEqual(['a', 'b'])
    expect(await manage('a', [url('one'), url('both')])).toMatchObject({ outcome: 'unchanged' })
    await manage('a', [])
    expect([...list()].sort()).toEqual([...before, url('two'), url('both')].sort())
    await manage('b', [])
    expect([...list()].sort()).toEqual([...before].sort())
    expect((await last())?.standing?.managed).toBeUndefined()
  })

  it('takes over a value that is there without a call that writes, and removes it once it is given up', async () => {
    const [first = '', ...others] = [...list(), url('spare')]
    await patch({ add: [url('spare')] })
    const taken = await manage('a', [first])
    expect(taken).toMatchObject({ outcome: 'applied', steps: [], changes: [] })
    await manage('a', [])
    expect([...list()].sort()).toEqual([...others].sort())
  })

  it('sets other attributes and several managers in one change', async () => {
    const result = await change({
      kind: 'managing',
      managers: { a: { callbacks: [url('a')] }, b: { callbacks: [url('b')] } },
      fields: { name: 'Renamed', callbacks: { add: [url('c')] } },
    })
    expect(result.outcome).toBe('applied')
    expect(list()).toEqual(expect.arrayContaining([url('a'), url('b'), url('c')]))
    expect(showClient(subject.provider.mapping, subject.stored()).name).toBe('Renamed')
    expect(await managers(url('c'))).toEqual([])
  })

  it('a value under a lease stays until that ends, and one that is managed outlives its lease', async () => {
    await manage('a', [url('leased')])
    await lease(url('leased'))
    await manage('a', [])
    expect(list()).toContain(url('leased'))
    await give()
    expect(list()).not.toContain(url('leased'))
    await lease(url('later'))
    await manage('a', [url('later')])
    const service: Service = {
      ...bench.service,
      turns: createTurns(Date.now),
      now: () => Date.now() + 2 * HOUR * 1_000,
    }
    await carryOutDue(service, new Map())
    expect(list()).toContain(url('later'))
    await manage('a', [])
    expect(list()).not.toContain(url('later'))
  })

  it('ends with its value, where someone else takes that away', async () => {
    await manage('a', [url('one'), url('two')])
    await patch({ remove: [url('one')] })
    expect(await managers(url('one'))).toEqual([])
    await outside(list().filter((one) => one !== url('two')))
    // Someone else has put it back since; it is no one's now.
    await patch({ add: [url('three')] })
    await patch({ add: [url('two')] })
    await manage('a', [])
    expect(list()).toContain(url('two'))
  })

  it('refuses a whole list beside managed values, and what is no list', async () => {
    const whole = manage('a', [url('a')], bench.service, { callbacks: [url('b')] })
    await expect(whole).rejects.toMatchObject({ code: 'invalid_field' })
    const noList = change({ kind: 'managing', managers: { a: { name: ['x'] } }, fields: {} })
    await expect(noList).rejects.toMatchObject({ code: 'invalid_field' })
  })

  // Deaths at a point that this change does not come by are none.
  it.each(CRASH_POINTS)('a death at "%s" leaves values and managers that agree', async (point) => {
    await manage('a', [url('old'), url('kept')])
    const dying: Service = {
      ...bench.service,
      turns: createTurns(Date.now),
      reached: (at) => (at === point ? new Promise(() => {}) : Promise.resolve()),
    }
    const died = new Promise((resolve) => {
      const { reached } = dying
      Object.assign(dying, {
        reached: (at: (typeof CRASH_POINTS)[number]) => {
          if (at === point) resolve('died')
          return reached?.(at)
        },
      })
    })
    const done = manage('a', [url('kept'), url('new')], dying).then(() => 'done')
    await Promise.race([died, done])
    const later: Service = {
      ...bench.service,
      turns: createTurns(Date.now),
      now: () => Date.now() + 60_000,
    }
    await sweep(later)
    const was = list().includes(url('old'))
    expect(list().includes(url('new'))).toBe(!was)
    expect(await managers(url('old'))).toEqual(was ? ['a'] : [])
    expect(await managers(url('new'))).toEqual(was ? [] : ['a'])
    expect(await managers(url('kept'))).toEqual(['a'])
    // The same file, applied again, brings the client there.
    await manage('a', [url('kept'), url('new')], later)
    expect(list()).not.toContain(url('old'))
    expect(list()).toContain(url('new'))
  })
})

describe.each(SUBJECTS.filter(({ name }) => name === 'auth0'))('at $name', (kind) => {
  let subject: Subject
  let bench: Bench
  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })
  const VALUES = ['a', 'b', 'c', 'd', 'e'].map(url)
  const MANAGERS = ['x', 'y', 'z'] as const
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('manage' as const),
      manager: fc.constantFrom(...MANAGERS),
      values: fc.subarray(VALUES),
    }),
    fc.record({ kind: fc.constant('add' as const), values: fc.subarray(VALUES, { minLength: 1 }) }),
    fc.record({
      kind: fc.constant('remove' as const),
      values: fc.subarray(VALUES, { minLength: 1 }),
    }),
  )

  it('agrees with a model over any order of changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        for (const manager of MANAGERS) await run({ kind: 'manage', manager, values: [] })
        await run({ kind: 'remove', values: VALUES })
        const there = new Set<string>()
        const claims = new Map<string, Set<string>>(MANAGERS.map((one) => [one, new Set()]))
        for (const one of steps) {
          await run(one)
          if (one.kind === 'add') for (const value of one.values) there.add(value)
          else if (one.kind === 'remove') {
            for (const value of one.values) {
              there.delete(value)
              for (const values of claims.values()) values.delete(value)
            }
          } else {
            const before = claims.get(one.manager) ?? new Set()
            claims.set(one.manager, new Set(one.values))
            for (const value of one.values) there.add(value)
            const isHeld = (value: string) => [...claims.values()].some((all) => all.has(value))
            for (const value of before) if (!isHeld(value)) there.delete(value)
          }
          const held = showClient(subject.provider.mapping, subject.stored()).callbacks
          expect(held.filter((value) => VALUES.includes(value)).sort()).toEqual([...there].sort())
          const standing = (await bench.service.store.last(resourceOf(subject.ref)))?.standing ?? {}
          for (const value of VALUES) {
            const expected = MANAGERS.filter((manager) => claims.get(manager)?.has(value))
            expect([...managersIn(standing, 'callbacks', value)].sort()).toEqual(expected)
          }
        }
      }),
      { numRuns: runs(20, 4) },
    )
  })

  async function run(one: {
    kind: 'manage' | 'add' | 'remove'
    manager?: string
    values: readonly string[]
  }) {
    const { service } = bench
    const managing = {
      kind: 'managing' as const,
      managers: { [one.manager ?? '']: { callbacks: one.values } },
      fields: {},
    }
    const plain = {
      kind: 'merge' as const,
      fields: { callbacks: { [one.kind]: one.values } },
    }
    await changeClient(service, {
      ...requestFor(service, subject.ref, {}),
      patch: one.kind === 'manage' ? managing : plain,
    })
  }

  it('no record of the history grows by more than 8 kB, and more than 500 values are refused', async () => {
    const lists = ['callbacks', 'allowedLogoutUrls', 'webOrigins', 'allowedOrigins', 'grantTypes']
    const many = (list: string) =>
      Array.from({ length: 100 }, (_, index) =>
        /Origins/.test(list)
          ? `https://o${index}.example.com`
          : url(`${list.toLowerCase()}${index}`),
      )
    const four = Object.fromEntries(lists.slice(0, 4).map((list) => [list, many(list)]))
    const managing = (managers: Record<string, Record<string, readonly string[]>>) =>
      changeClient(bench.service, {
        ...requestFor(bench.service, subject.ref, {}),
        patch: { kind: 'managing', managers, fields: {} },
        dryRun: false,
      })
    // The fixture's own values would be the hundred and first.
    await bench.change(subject.ref, Object.fromEntries(Object.keys(four).map((list) => [list, []])))
    await managing({ a: four })
    await managing({ b: { callbacks: many('callbacks') } })
    const { standing } = (await bench.service.store.last(resourceOf(subject.ref))) ?? {}
    expect(JSON.stringify(standing?.managed).length).toBeLessThan(8_000)
    const beyond = managing({ c: { callbacks: many('callbacks').slice(0, 1) } })
    await expect(beyond).rejects.toMatchObject({ code: 'list_full', field: 'managers' })
    expect(MAX_MANAGED).toBe(500)
  })
})
