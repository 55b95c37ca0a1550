/** What an approval is bound to: the plan and the state that it was made for, without what differs by chance each time. */

import { describe, expect, it } from 'vitest'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import type { PendingChange } from '../../src/service/approval/pending-change.ts'
import { allChanges, printOf } from '../../src/service/approval/plan-print.ts'
import type { Standing } from '../../src/store/log/standing.ts'

const fingerprints = createFingerprints(Buffer.alloc(32, 5))
const ACTOR = { subject: 'a', issuer: 'https://issuer.example' }

const planned = (more: Partial<PendingChange> = {}): PendingChange =>
  ({
    place: { provider: 'it', id: 'one' },
    action: 'change',
    baseTag: 'base',
    standing: undefined,
    becomes: undefined,
    changes: [{ field: 'name', before: 'a', after: 'b' }],
    after: undefined,
    ...more,
  }) as PendingChange
const print = (more: Partial<PendingChange> = {}) => printOf({ fingerprints }, planned(more))
const changed = (before: unknown, after: unknown) =>
  ({ changes: [{ field: 'name', before, after }] }) as Partial<PendingChange>
const standing = (one: object) => one as Standing

describe('the fingerprint of a plan', () => {
  it('is the same for the same plan, and says nothing without the key', () => {
    expect(print()).toBe(print())
    const other = createFingerprints(Buffer.alloc(32, 6))
    expect(printOf({ fingerprints: other }, planned())).not.toBe(print())
  })

  it.each<[string, Partial<PendingChange>]>([
    ['client', { place: { provider: 'it', id: 'other' } }],
    ['user pool', { place: { provider: 'it', userPoolId: 'pool', id: 'one' } }],
    ['action', { action: 'suspend' }],
    ['state', { baseTag: 'other' }],
    ['standing', { standing: { team: 'a' } }],
    ['field', { changes: [{ field: 'description', before: 'a', after: 'b' }] }],
    ['value before', changed('x', 'b')],
    ['value after', changed('a', 'x')],
    ['value inside', changed('a', { deep: ['x'] })],
    ['number of changes', { changes: [] }],
    ['what holds beside the settings', { becomes: { team: 'a' } }],
  ])('is another one with another %s', (_, more) => {
    expect(print(more)).not.toBe(print())
  })

  it('is another one for other values at any depth', () => {
    const values = [
      { deep: ['x'] },
      { deep: ['y'] },
      { other: ['x'] },
      { deep: ['x', 'y'] },
      { deep: { x: 1 } },
    ]
    const prints = values.map((value) => print(changed('a', value)))
    expect(new Set(prints).size).toBe(values.length)
  })

  it('is the same whatever secret was made by chance, at any depth', () => {
    const [one, other] = ['fingerprint:aaaaaaaaaaaa', 'fingerprint:bbbbbbbbbbbb']
    const same = (first: unknown, second: unknown) =>
      expect(print(changed(first, 'b'))).toBe(print(changed(second, 'b')))
    same(one, other)
    same([one, 'x'], [other, 'x'])
    same({ deep: [{ key: one }], plain: 1 }, { deep: [{ key: other }], plain: 1 })
    expect(print(changed(one, 'b'))).not.toBe(print(changed('plain', 'b')))
    expect(print(changed('a', one))).toBe(print(changed('a', other)))
  })

  it('goes by which things change beside the settings, and not by their times', () => {
    const removal = (at: number) => ({ becomes: { removal: { at, actor: ACTOR } } })
    expect(print(removal(1))).toBe(print(removal(2)))
    expect(print({ ...removal(1), becomes: { protected: true } })).not.toBe(print(removal(1)))
  })
})

describe('all that a change does', () => {
  const beside = (was: object | undefined, is: object | undefined) =>
    allChanges(
      planned({
        changes: [],
        standing: was && standing(was),
        becomes: is && standing(is),
      }),
    )

  it('is what it does to settings, and then what it does beside them', () => {
    const { changes } = planned()
    expect(allChanges(planned())).toEqual(changes)
    expect(allChanges(planned({ becomes: { team: 'a' } }))).toEqual([
      ...changes,
      { field: 'team', before: null, after: 'a' },
    ])
  })

  it('is nothing beside them where nothing is said of that, or it stays', () => {
    expect(beside({ team: 'a' }, undefined)).toEqual([])
    expect(beside({ team: 'a', protected: true }, { protected: true, team: 'a' })).toEqual([])
    expect(beside(undefined, {})).toEqual([])
  })

  it('is what comes, changes and goes', () => {
    expect(beside({ team: 'a', protected: true }, { team: 'b', cleared: ['x'] })).toEqual([
      { field: 'team', before: 'a', after: 'b' },
      { field: 'protected', before: true, after: null },
      { field: 'cleared', before: null, after: ['x'] },
    ])
  })

  it('names no callers, which the history does', () => {
    const lease = { field: 'callbacks', value: 'https://a.example', owner: 'pr-1', expiresAt: 1 }
    const removal = { at: 1, actor: ACTOR, reap: { job: {}, scopes: [], claims: {} } }
    expect(beside({ leases: [{ ...lease, actor: ACTOR }] }, { removal })).toEqual([
      { field: 'leases', before: [lease], after: null },
      { field: 'removal', before: null, after: { at: 1 } },
    ])
    const deep = { job: 'x', scopes: ['a'], claims: { a: ['b'] }, kept: { actor: ACTOR, at: 1 } }
    expect(beside({}, { suspended: deep })).toEqual([
      { field: 'suspended', before: null, after: { kept: { at: 1 } } },
    ])
  })

  it('says of managed values that they change, since they are kept as fingerprints', () => {
    expect(beside({ managed: [{ a: 1 }] }, { managed: [{ a: 2 }] })).toEqual([
      { field: 'managed', before: null, after: null },
    ])
  })
})
