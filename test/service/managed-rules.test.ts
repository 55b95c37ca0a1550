/** What a change of managed values adds and removes, and what is managed after it. */

import { describe, expect, it } from 'vitest'
import { key, list } from '../../src/core/mapping/lenses.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import type { Managing } from '../../src/service/base/request.ts'
import {
  additionsOf,
  MAX_MANAGED,
  managedAfter,
  managersIn,
  managingWish,
} from '../../src/service/change/managed-values.ts'
import { type ManagerClaims, printOf } from '../../src/store/log/managed.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { mappingOf } from '../core/mapping.ts'
import { thrown } from '../core/thrown.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const rows = {
  name: key<string>('name'),
  callbacks: list('urls', 'keep'),
  webOrigins: list('origins', 'keep'),
}
const mapping = mappingOf(rows, {
  suspension: {
    doesNotStop: [],
    emulation: { keys: ['urls'], suspended: (native) => ({ ...native, urls: [] }) },
  },
})

/** In the order of their fingerprints, as they are stored. */
const prints = (...values: readonly string[]) => values.map(printOf).sort().join('')
const claims = (manager: string, lists: Record<string, readonly string[]>): ManagerClaims => ({
  manager,
  lists: Object.fromEntries(
    Object.entries(lists).map(([field, values]) => [field, prints(...values)]),
  ),
})
const lease = (value: string, more: object = {}) => ({
  field: 'callbacks' as const,
  value,
  owner: 'pr',
  expiresAt: 9,
  actor: ACTOR,
  ...more,
})
const managing = (managers: Managing['managers'], fields: Managing['fields'] = {}): Managing => ({
  kind: 'managing',
  managers,
  fields,
})
const over = (request: Managing, base: Native, standing?: Standing) => {
  const target = managingWish(request, mapping, standing).over(base)
  if (!('patch' in target) || target.patch.kind !== 'merge') throw new TypeError('no patch')
  return { ...target, fields: target.patch.fields }
}

describe('what is added', () => {
  it('is each value of each manager once, beside what else changes', () => {
    const managers = {
      a: { callbacks: ['1', '2'], webOrigins: ['3'] },
      b: { callbacks: ['2', '4'] },
    }
    expect(additionsOf(managing(managers))).toStrictEqual({
      callbacks: { add: ['1', '2', '4'] },
      webOrigins: { add: ['3'] },
    })
    const fields = { name: 'x', callbacks: { add: ['0', '1'], remove: ['5'] } }
    expect(additionsOf(managing(managers, fields))).toStrictEqual({
      name: 'x',
      callbacks: { remove: ['5'], add: ['0', '1', '2', '4'] },
      webOrigins: { add: ['3'] },
    })
    expect(additionsOf(managing({}, { name: 'x' }))).toStrictEqual({ name: 'x' })
  })

  it('is what the change is about', () => {
    const wish = managingWish(managing({ a: { callbacks: ['1'] } }, { name: 'x' }), mapping, {})
    expect(wish.fields).toEqual(['name', 'callbacks'])
    expect(wish.over({})).toStrictEqual({
      patch: { kind: 'merge', fields: { name: 'x', callbacks: { add: ['1'] } } },
      warnings: [],
      becomes: { managed: [claims('a', { callbacks: ['1'] })] },
    })
  })

  it('is refused where it is in no list, or where the list is set as a whole', () => {
    const refused = (request: Managing) => thrown(() => managingWish(request, mapping, undefined))
    expect(refused(managing({ a: { name: ['x'] } as never }))).toMatchObject({
      code: 'invalid_field',
      field: 'managers',
      message: 'managers name name, which is no list; only values of lists are managed.',
    })
    const whole = managing({ b: {}, a: { callbacks: ['1'] } }, { callbacks: ['2'] })
    expect(refused(whole)).toMatchObject({
      code: 'invalid_field',
      field: 'client.callbacks',
      message: 'client.callbacks must be { add, remove } beside values that are managed in it.',
    })
    const beside = managing({ a: { callbacks: ['1'] } }, { webOrigins: ['2'] })
    expect(() => managingWish(beside, mapping, undefined)).not.toThrow()
  })

  it('is refused beyond what a client can have, unless it is no more than before', () => {
    const many = (count: number, prefix = 'v') =>
      Array.from({ length: count }, (_, index) => `${prefix}${index}`)
    const add = (values: readonly string[], standing?: Standing) =>
      over(managing({ a: { callbacks: values } }), {}, standing)
    expect(() => add(many(MAX_MANAGED))).not.toThrow()
    expect(thrown(() => add(many(MAX_MANAGED + 1)))).toMatchObject({
      code: 'list_full',
      field: 'managers',
      message:
        'The client would have 501 managed values, and 500 are the most. Nothing was sent. Let managers give up values, or let a file manage the list as a whole.',
    })
    const full = { managed: [claims('a', { callbacks: many(MAX_MANAGED + 2) })] }
    expect(() => add(many(MAX_MANAGED + 2, 'w'), full)).not.toThrow()
    expect(() => add(many(MAX_MANAGED + 1), full)).not.toThrow()
    expect(thrown(() => add(many(MAX_MANAGED + 3), full)).code).toBe('list_full')
    // Long names count too: all of it is in each record.
    const named = (length: number) =>
      thrownOrNot(() => over(managing({ ['m'.repeat(length)]: { callbacks: ['1'] } }), {}))
    const rest = JSON.stringify([claims('', { callbacks: ['1'] })]).length
    expect(named(8_000 - rest)).toBeUndefined()
    expect(named(8_001 - rest)).toMatchObject({ code: 'list_full' })
  })
})

function thrownOrNot(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('what no manager has any more', () => {
  const standing: Standing = {
    protected: true,
    managed: [
      claims('a', { callbacks: ['1', '2', '3'], webOrigins: ['1'] }),
      claims('b', { callbacks: ['2'] }),
    ],
  }
  const base = { urls: ['0', '1', '2', '3'], origins: ['1', '2'] }

  it('is removed from the list, unless someone else has it or no one did', () => {
    const one = over(managing({ a: { callbacks: ['3'] } }), base, standing)
    expect(one.fields).toStrictEqual({ callbacks: { add: ['3'], remove: ['1'] } })
    expect(one.becomes).toStrictEqual({
      protected: true,
      managed: [
        claims('a', { callbacks: ['3'], webOrigins: ['1'] }),
        claims('b', { callbacks: ['2'] }),
      ],
    })
    const all = over(managing({ a: { callbacks: [], webOrigins: [] } }), base, standing)
    expect(all.fields).toStrictEqual({
      callbacks: { add: [], remove: ['1', '3'] },
      webOrigins: { add: [], remove: ['1'] },
    })
    expect(all.becomes?.managed).toStrictEqual([claims('b', { callbacks: ['2'] })])
    const none = managing({ a: { callbacks: [], webOrigins: [] }, b: { callbacks: [] } })
    expect(over(none, base, standing).becomes).toStrictEqual({ protected: true })
    expect(over(none, base, standing).fields).toMatchObject({
      callbacks: { remove: ['1', '2', '3'] },
    })
  })

  it('is not removed where it is not there, or where the same change adds it', () => {
    const gone = over(managing({ a: { callbacks: [] } }), { urls: ['0'], origins: [] }, standing)
    expect(gone.fields).toStrictEqual({ callbacks: { add: [] } })
    const fields = { callbacks: { add: ['1'], remove: ['0'] } }
    const kept = over(managing({ a: { callbacks: [] } }, fields), base, standing)
    expect(kept.fields).toStrictEqual({ callbacks: { add: ['1'], remove: ['0', '3'] } })
  })

  it('goes to another manager in one change', () => {
    const managers = { a: { callbacks: [] }, b: { callbacks: ['1', '2'] } }
    expect(over(managing(managers), base, standing).fields).toStrictEqual({
      callbacks: { add: ['1', '2'], remove: ['3'] },
    })
  })

  it('stays under a lease, which takes it away in the end', () => {
    const leases = [
      lease('1', { kept: true }),
      lease('2', { kept: true }),
      lease('3'),
      lease('1', { field: 'webOrigins', kept: true }),
    ]
    const { fields, becomes } = over(managing({ a: { callbacks: [] } }), base, {
      ...standing,
      leases,
    })
    expect(fields).toStrictEqual({ callbacks: { add: [] } })
    expect(becomes).toStrictEqual({
      protected: true,
      managed: [claims('a', { webOrigins: ['1'] }), claims('b', { callbacks: ['2'] })],
      leases: [
        lease('1'),
        lease('2', { kept: true }),
        lease('3'),
        lease('1', { field: 'webOrigins', kept: true }),
      ],
    })
    const other = over(managing({ a: { callbacks: [], webOrigins: ['1'] } }), base, {
      ...standing,
      leases: [lease('1', { field: 'webOrigins' }), lease('3')],
    })
    expect(other.fields).toMatchObject({ callbacks: { add: [], remove: ['1'] } })
  })
})

describe('what is managed after a change', () => {
  const managed = [
    claims('a', { callbacks: ['1', '2'], webOrigins: ['1'] }),
    claims('b', { callbacks: ['1'] }),
  ]
  const standing: Standing = { protected: true, managed }
  const whole = { urls: ['1', '2'], origins: ['1'] }
  const left = (next: Native, held = standing) => managedAfter(mapping, next, held)

  it('is what is still in its list', () => {
    expect(left(whole)).toBe(standing)
    expect(left({ ...whole, urls: ['2'] })).toStrictEqual({
      protected: true,
      managed: [claims('a', { callbacks: ['2'], webOrigins: ['1'] })],
    })
    expect(left({ ...whole, urls: ['1'], origins: [] })).toStrictEqual({
      protected: true,
      managed: [claims('a', { callbacks: ['1'] }), claims('b', { callbacks: ['1'] })],
    })
    expect(left({ urls: [], origins: [] })).toStrictEqual({ protected: true })
  })

  it('is the same where nothing was', () => {
    const other: Standing = { protected: true }
    expect(left({}, other)).toBe(other)
    expect(managedAfter(mapping, {}, undefined)).toBeUndefined()
  })

  it('is all that a suspension holds, and what of the rest is there', () => {
    const suspended: Standing = { ...standing, suspended: { since: 1, operations: [] } }
    expect(left({ ...whole, urls: [] }, suspended)).toBe(suspended)
    expect(left({ urls: [], origins: [] }, suspended)?.managed).toStrictEqual([
      claims('a', { callbacks: ['1', '2'] }),
      claims('b', { callbacks: ['1'] }),
    ])
  })

  it('is known by its managers', () => {
    expect(managersIn(standing, 'callbacks', '1')).toEqual(['a', 'b'])
    expect(managersIn(standing, 'callbacks', '2')).toEqual(['a'])
    expect(managersIn(standing, 'webOrigins', '2')).toEqual([])
    expect(managersIn({}, 'callbacks', '1')).toEqual([])
  })
})
