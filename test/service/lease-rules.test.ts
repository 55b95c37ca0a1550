/** Which leases hold and which values stay, rule by rule, on records of the local provider. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest, Lease, LeaseTaking } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { endOverLeases } from '../../src/service/lease/lease-end.ts'
import { leasePatch } from '../../src/service/lease/lease-patch.ts'
import { leasable } from '../../src/service/lease/lease-share.ts'
import { endingWish, leaseWish } from '../../src/service/lease/lease-wish.ts'
import {
  leaseChanges,
  leasesAfter,
  listOf,
  overLeases,
  takingAway,
  withLease,
  withoutLeased,
  withoutLeases,
} from '../../src/service/lease/leases.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const OTHER = { subject: 'other', issuer: 'https://issuer.example' }
const A = 'https://a.example.com/cb'
const B = 'https://b.example.com/cb'
const KEPT = { kept: true } as const

const lease = (value: string, owner = 'one', more: Partial<Lease> = {}): Lease => ({
  field: 'callbacks',
  value,
  owner,
  expiresAt: 1_000,
  actor: ACTOR,
  ...more,
})
const withCallbacks = (...redirect_uris: readonly string[]): Native => ({
  ...fullLocalClient,
  redirect_uris,
})

let subject: Subject
let bench: Bench
let mapping: Mapping

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  mapping = subject.provider.mapping
})

describe('a lease that is taken', () => {
  it('stands beside those of other values and owners, after them', () => {
    const held = [lease(A, 'one'), lease(A, 'two'), lease(B, 'one')]
    const renewed = lease(A, 'one', { expiresAt: 2_000 })
    expect(withLease({ protected: true, leases: held }, renewed, true)).toEqual({
      protected: true,
      leases: [lease(B, 'one'), lease(A, 'two'), renewed],
    })
    expect(withLease(undefined, renewed, false)).toEqual({ leases: [renewed] })
  })

  it('is apart from one on the same value of another list', () => {
    const other = lease(A, 'one', { field: 'webOrigins' })
    expect(withLease({ leases: [other] }, lease(A), false).leases).toEqual([other, lease(A)])
  })

  it('is on a value that stays where no one had leased it, or all leases say so', () => {
    expect(withLease(undefined, lease(A), true).leases).toEqual([lease(A, 'one', KEPT)])
    const kept = { leases: [lease(A, 'two', KEPT)] }
    expect(withLease(kept, lease(A), true).leases).toEqual([
      lease(A, 'two', KEPT),
      lease(A, 'one', KEPT),
    ])
    // It had gone, and is put back for the lease alone.
    const again = withLease(kept, lease(A), false).leases
    expect(again).toStrictEqual([lease(A, 'two'), lease(A, 'one')])
    const mixed = { leases: [lease(A, 'two', KEPT), lease(A, 'three')] }
    expect(withLease(mixed, lease(A), true).leases?.some((one) => 'kept' in one)).toBe(false)
  })
})

describe('leases that end', () => {
  it('free a value that nothing else holds', () => {
    const held = [lease(A, 'one'), lease(A, 'two'), lease(B, 'one'), lease('c', 'one', KEPT)]
    const { standing, freed } = withoutLeases(
      { protected: true, leases: held },
      (one) => one.owner === 'one',
    )
    expect(standing).toEqual({ protected: true, leases: [lease(A, 'two')] })
    expect(freed).toEqual([lease(B, 'one')])
  })

  it('leave no empty list behind, and nothing where there was nothing', () => {
    const all = withoutLeases({ leases: [lease(A)] }, () => true)
    expect(all).toStrictEqual({ standing: {}, freed: [lease(A)] })
    expect(withoutLeases(undefined, () => true)).toStrictEqual({ standing: {}, freed: [] })
  })

  it('take each value away once, from its own list', () => {
    const values = [lease(A), lease(A, 'two'), lease(B), lease(A, 'one', { field: 'webOrigins' })]
    expect(takingAway(values)).toEqual({
      callbacks: { remove: [A, B] },
      webOrigins: { remove: [A] },
    })
    expect(takingAway([])).toEqual({})
  })

  it('are warned of from the very time at which they are over', () => {
    const held = { leases: [lease(A), lease(B, 'two', { expiresAt: 1_001 })] }
    expect(overLeases(held, 999)).toEqual([])
    expect(overLeases(undefined, 999)).toEqual([])
    expect(overLeases(held, 1_000)).toEqual([
      {
        code: 'lease_over',
        field: 'client.callbacks',
        message: `The lease of "one" on "${A}" is over and could not be ended yet.`,
      },
    ])
  })
})

it('what differs between two standings is what was taken, renewed, kept or ended', () => {
  const [before, after] = [
    { leases: [lease(A), lease(B), lease(A, 'two'), lease(B, 'two')] },
    {
      leases: [
        lease(A),
        lease(B, 'one', { expiresAt: 2_000 }),
        lease(A, 'two', KEPT),
        lease(A, 'three'),
      ],
    },
  ]
  expect(leaseChanges(before, after)).toEqual({
    taken: [lease(B, 'one', { expiresAt: 2_000 }), lease(A, 'two', KEPT), lease(A, 'three')],
    ended: [lease(B, 'two')],
  })
  expect(leaseChanges(undefined, before)).toEqual({ taken: before.leases, ended: [] })
  expect(leaseChanges(before, undefined)).toEqual({ taken: [], ended: before.leases })
  const other = { leases: [lease(A, 'one', { field: 'webOrigins' })] }
  expect(leaseChanges({ leases: [lease(A)] }, other)).toEqual({
    taken: other.leases,
    ended: [lease(A)],
  })
})

describe('after any change', () => {
  const standing = { protected: true as const, leases: [lease(A), lease(B)] }
  const held = (
    base: Native,
    next: Native,
    patch: ChangeRequest['patch'] = parseMergePatch({ description: 'x' }),
  ) => leasesAfter(mapping, [base, next], patch, standing)
  const both = withCallbacks(A, B)

  it('a lease ends with its value', () => {
    expect(held(both, both)).toStrictEqual(standing)
    expect(held(both, withCallbacks(B))).toStrictEqual({ protected: true, leases: [lease(B)] })
    expect(held(both, withCallbacks())).toStrictEqual({ protected: true })
    expect(leasesAfter(mapping, [both, both], parseMergePatch({}), { protected: true })).toEqual({
      protected: true,
    })
    expect(leasesAfter(mapping, [both, both], parseMergePatch({}), undefined)).toBeUndefined()
  })

  it('a value stays that a patch adds by name, and no other', () => {
    const add = (field: string, ...values: readonly string[]) =>
      parseMergePatch({ [field]: { add: values } })
    expect(held(both, both, add('callbacks', A))?.leases).toEqual([lease(A, 'one', KEPT), lease(B)])
    expect(held(both, both, add('allowedOrigins', A))?.leases).toEqual([lease(A), lease(B)])
    const remove = parseMergePatch({ callbacks: { remove: [A] } })
    expect(held(both, both, remove)?.leases).toEqual([lease(A), lease(B)])
    const whole = parseMergePatch({ callbacks: [A, B] })
    expect(held(both, both, whole)?.leases).toEqual([lease(A), lease(B)])
  })

  it.each([
    ['add', '/callbacks/-', true],
    ['add', '/callbacks/0', true],
    ['replace', '/callbacks/0', false],
    ['test', '/callbacks/0', false],
    ['add', '/allowedOrigins/-', false],
  ])('a value that a JSON Patch has in %s %s stays: %s', (op, path, stays) => {
    const operations = parseJsonPatch([{ op, path, value: A }] as never)
    const [one, other] = held(both, both, operations)?.leases ?? []
    expect([one?.kept === true, other?.kept === true]).toEqual([stays, false])
  })

  it('a list that a JSON Patch writes whole says nothing', () => {
    const operations = parseJsonPatch([{ op: 'add', path: '/callbacks', value: [A, B] }] as never)
    expect(held(both, both, operations)).toEqual(standing)
  })

  it('a value stays that is put in although it was not there, unless a lease does that', () => {
    expect(held(withCallbacks(B), both)?.leases).toEqual([lease(A, 'one', KEPT), lease(B)])
    const taking: LeaseTaking = {
      kind: 'lease',
      field: 'callbacks',
      value: A,
      owner: 'one',
      seconds: 9,
    }
    expect(held(withCallbacks(B), both, taking)?.leases).toEqual([lease(A), lease(B)])
  })

  it('what was to stay does so', () => {
    const kept = { leases: [lease(A, 'one', KEPT)] }
    const patch = parseMergePatch({ description: 'x' })
    expect(leasesAfter(mapping, [both, both], patch, kept)).toEqual(kept)
  })
})

describe('taking back a change', () => {
  it('brings no leased value back that it took away', () => {
    const standing = { leases: [lease(A), lease(B, 'one', KEPT), lease('not there')] }
    const [base, next] = [withCallbacks(A, B, 'https://c.example.com/cb'), withCallbacks()]
    const undone = withoutLeased(mapping, base, next, standing)
    expect(undone.base).toEqual(withCallbacks(B, 'https://c.example.com/cb'))
    expect(undone.next).toEqual(next)
    expect(withoutLeased(mapping, base, next, undefined)).toEqual({ base, next })
  })

  it('leaves a leased value that is still there', () => {
    const [base, next] = [withCallbacks(A, B), withCallbacks(A)]
    expect(withoutLeased(mapping, base, next, { leases: [lease(A)] })).toEqual({ base, next })
  })

  it('leaves what cannot be a list of its provider', () => {
    const odd = { leases: [lease(A, 'one', { field: 'providerSettings' })] }
    const [base, next] = [withCallbacks(A), withCallbacks()]
    expect(withoutLeased(mapping, base, next, odd)).toEqual({ base, next })
  })

  it('reads lists as they are shown, and nothing else as one', () => {
    expect(listOf(mapping, withCallbacks(A), 'callbacks')).toEqual([A])
    expect(listOf(mapping, withCallbacks(A), 'description')).toEqual([])
  })
})

describe('what a lease wants of a client', () => {
  const request = (more: Partial<LeaseTaking> = {}) => ({
    ...requestFor(bench.service, subject.ref, {}),
    patch: {
      kind: 'lease' as const,
      field: 'callbacks' as const,
      value: A,
      owner: 'one',
      seconds: 60,
      ...more,
    },
  })
  const at = (): Service => ({ ...bench.service, now: () => 5_000 })
  const many = (count: number) =>
    withCallbacks(...Array.from({ length: count }, (_, index) => `https://x${index}.example.com/`))

  it('is its value in the list, and a lease from now on', () => {
    const wish = leaseWish(at(), request(), { protected: true })
    expect(wish.fields).toEqual(['callbacks'])
    expect(wish.over(withCallbacks(B))).toEqual({
      patch: { kind: 'merge', fields: { callbacks: { add: [A] } } },
      warnings: [],
      aim: {
        action: 'lease',
        becomes: { protected: true, leases: [lease(A, 'one', { expiresAt: 65_000 })] },
      },
    })
    expect(leasePatch({ field: 'webOrigins', value: A })).toEqual({
      kind: 'merge',
      fields: { webOrigins: { add: [A] } },
    })
  })

  it('is warned of where the value is there and stays', () => {
    const wanted = leaseWish(at(), request(), undefined).over(withCallbacks(A, B))
    expect(wanted.warnings).toEqual([
      {
        code: 'value_stays',
        field: 'client.callbacks',
        message:
          'The value was in client.callbacks before it was leased, so it stays when the lease ends.',
      },
    ])
    expect(wanted.aim?.becomes?.leases).toMatchObject([{ kept: true }])
  })

  it('is warned of where the value could not be taken away again', () => {
    const wanted = leaseWish(at(), request(), undefined).over(withCallbacks())
    expect(wanted.warnings).toEqual([
      {
        code: 'cannot_end',
        field: 'client.callbacks',
        message: expect.stringMatching(
          /^In the client's present state, the value stays in client\.callbacks when the lease ends: .{10,}/,
        ),
      },
    ])
  })

  it('is warned of where leases have nearly filled the list, and refused where they have', () => {
    const all = { ...bench.service.leaseShares, ofCaller: 1, ofOwner: 1 }
    const most = 10
    const ofList = most / leasable({ ...all, ofList: 1 }, mapping, 'callbacks')
    const service = { ...at(), leaseShares: { ...all, ofList } }
    const warned = (count: number) =>
      leaseWish(service, request(), undefined).over(many(count)).warnings
    expect(warned(most - 1)).toEqual([
      {
        code: 'near_limit',
        field: 'client.callbacks',
        message: `client.callbacks has ${most} of the ${most} values up to which leases may fill it. 0 more can be leased.`,
      },
    ])
    expect(warned(1)).toEqual([])
    const full = () => leaseWish(service, request(), undefined).over(many(most))
    expect(full).toThrow('leases may fill at most')
    // What is there already takes no place.
    const [first] = many(most).redirect_uris as readonly string[]
    const there = leaseWish(service, request({ value: first ?? '' }), undefined)
    expect(() => there.over(many(most))).not.toThrow()
  })

  it('of ending is what is freed then', () => {
    const standing = { leases: [lease(A), lease(B, 'two'), lease(B, 'one', { expiresAt: 9_000 })] }
    const patch = {
      kind: 'end_lease' as const,
      ends: (one: Lease, now: number) => one.expiresAt <= now,
    }
    const wish = endingWish(at(), { ...request(), patch }, standing)
    expect(wish.fields).toEqual(['callbacks'])
    expect(wish.over(withCallbacks(A, B))).toEqual({
      patch: { kind: 'merge', fields: { callbacks: { remove: [A] } } },
      warnings: [],
      aim: {
        action: 'end_lease',
        becomes: { leases: [lease(B, 'one', { expiresAt: 9_000 })] },
      },
    })
    const none = endingWish(at(), { ...request(), patch }, undefined)
    expect([none.fields, none.over(withCallbacks(A)).aim?.becomes]).toEqual([[], {}])
  })
})

describe('leases whose time is over', () => {
  const take = (value: string, more: Partial<ChangeRequest> = {}, seconds = 60) =>
    changeClient(bench.service, {
      ...requestFor(bench.service, subject.ref, {}),
      patch: { kind: 'lease', field: 'callbacks', value, owner: 'one', seconds },
      ...more,
    })
  const log = () => bench.service.store.entries(resourceOf(subject.ref))
  const end = async (provider: Provider = subject.provider, ahead = 61_000) => {
    const last = await bench.service.store.last(resourceOf(subject.ref))
    const now = () => Date.now() + ahead
    const due = { ref: subject.ref, provider, standing: last?.standing ?? {} }
    await endOverLeases({ ...bench.service, now }, { ...due, deadline: now() + 5_000 })
  }
  const ends = async () =>
    ((await log()) as readonly Intent[]).filter(({ action }) => action === 'end_lease')
  const callbacks = () => subject.stored().redirect_uris
  const before = fullLocalClient.redirect_uris as readonly string[]

  it('end as one change for each caller, in their names, and no other with them', async () => {
    await take(A)
    await take(B)
    await take('https://c.example.com/cb', { actor: OTHER })
    await take('https://d.example.com/cb', {}, 600)
    await end()
    expect(callbacks()).toEqual([...before, 'https://d.example.com/cb'])
    expect((await ends()).map(({ actor }) => actor)).toEqual([ACTOR, OTHER])
    await end(subject.provider, 599_000)
    expect(await ends()).toHaveLength(2)
  })

  it('that were renewed meanwhile stay', async () => {
    await take(A)
    const stale = (await bench.service.store.last(resourceOf(subject.ref)))?.standing ?? {}
    await take(A, {}, 900)
    const now = () => Date.now() + 61_000
    const due = { ref: subject.ref, provider: subject.provider, standing: stale }
    await endOverLeases({ ...bench.service, now }, { ...due, deadline: now() + 5_000 })
    expect(callbacks()).toEqual([...before, A])
  })

  /** A provider that refuses a change by which one value goes. */
  const keeping = (value: string, code: ErrorCode): Provider => ({
    ...subject.provider,
    steps: (ref, base, next) => {
      const list = next.redirect_uris as readonly string[]
      if (!list.includes(value)) throw new ClientError(code, `${value} has to stay.`)
      return subject.provider.steps(ref, base, next)
    },
  })

  it.each<ErrorCode>(['rule_violated', 'invalid_field', 'provider_refused'])(
    'end one by one where one of them is refused (%s)',
    async (code) => {
      await take(A)
      await take(B)
      await expect(end(keeping(A, code))).rejects.toMatchObject({ code })
      expect(callbacks()).toEqual([...before, A])
    },
  )

  it('end one by one where that is taken, and nothing is left to say', async () => {
    await take(A)
    await take(B)
    const held = (native: Native) => (native.redirect_uris as readonly string[]).length
    const oneByOne: Provider = {
      ...subject.provider,
      steps: (ref, base, next) => {
        if (held(base) - held(next) > 1) throw new ClientError('rule_violated', 'One at a time.')
        return subject.provider.steps(ref, base, next)
      },
    }
    await end(oneByOne)
    expect(callbacks()).toEqual(before)
  })

  it('are tried once where there is one', async () => {
    await take(A)
    let tries = 0
    const counting = keeping(A, 'rule_violated')
    const steps: Provider['steps'] = (...all) => {
      tries += 1
      return counting.steps(...all)
    }
    await expect(end({ ...counting, steps })).rejects.toMatchObject({ code: 'rule_violated' })
    expect(tries).toBe(1)
  })

  it('end at their very time', async () => {
    await take(A)
    const standing = (await bench.service.store.last(resourceOf(subject.ref)))?.standing ?? {}
    const [{ expiresAt = 0 } = {}] = standing.leases ?? []
    const due = { ref: subject.ref, provider: subject.provider, standing }
    const at = (now: number) =>
      endOverLeases({ ...bench.service, now: () => now }, { ...due, deadline: now + 5_000 })
    await at(expiresAt - 1)
    expect(callbacks()).toEqual([...before, A])
    await at(expiresAt)
    expect(callbacks()).toEqual(before)
  })

  it('end with their value, list and owner, and no other that came since', async () => {
    await take(A)
    const stale = (await bench.service.store.last(resourceOf(subject.ref)))?.standing ?? {}
    const since = (field: 'callbacks' | 'allowedLogoutUrls', owner: string) =>
      take(A, { patch: { kind: 'lease', field, value: A, owner, seconds: 60 } })
    await since('callbacks', 'two')
    await since('allowedLogoutUrls', 'one')
    const now = () => Date.now() + 61_000
    const due = { ref: subject.ref, provider: subject.provider, standing: stale }
    await endOverLeases({ ...bench.service, now }, { ...due, deadline: now() + 5_000 })
    const { leases = [] } =
      (await bench.service.store.last(resourceOf(subject.ref)))?.standing ?? {}
    expect(leases.map(({ field, owner }) => [field, owner])).toEqual([
      ['callbacks', 'two'],
      ['allowedLogoutUrls', 'one'],
    ])
  })

  it('are left where something else is in the way', async () => {
    await take(A)
    await take(B)
    await expect(end(keeping(A, 'provider_unavailable'))).rejects.toMatchObject({
      code: 'provider_unavailable',
    })
    expect(callbacks()).toEqual([...before, A, B])
  })

  it('of a client that is gone are forgotten after a day, and not before', async () => {
    await take(A)
    await take(B)
    const gone: Provider = {
      ...subject.provider,
      read: async () => {
        throw new ClientError('not_found', 'No such client.')
      },
    }
    const day = 86_400_000
    await expect(end(gone, day)).rejects.toMatchObject({ code: 'not_found' })
    await end(gone, day + 61_000)
    const last = await bench.service.store.last(resourceOf(subject.ref))
    expect(last?.standing).toBeUndefined()
    expect(await ends()).toHaveLength(1)
  })
})
