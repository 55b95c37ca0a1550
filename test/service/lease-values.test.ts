/** Leases and suspensions: what a suspension takes away is not gone, and what it gives back has its lease still. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { list } from '../../src/core/mapping/lenses.ts'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Lease, LeasedValue, Standing } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { leasePatch } from '../../src/service/lease/lease-patch.ts'
import { DEFAULT_SHARES } from '../../src/service/lease/lease-share.ts'
import { leaseWish } from '../../src/service/lease/lease-wish.ts'
import { leasesAfter, withoutEnded } from '../../src/service/lease/leases.ts'
import { mappingOf } from '../core/mapping.ts'
import { thrown } from '../core/thrown.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const mapping = mappingOf(
  { callbacks: list('urls', 'keep'), webOrigins: list('origins', 'keep') },
  {
    suspension: {
      doesNotStop: [],
      emulation: { keys: ['urls'], suspended: (native) => ({ ...native, urls: [] }) },
    },
  },
)
const lease = (value: string, more: Partial<Lease> = {}): Lease => ({
  field: 'callbacks',
  value,
  owner: 'one',
  expiresAt: 1_000,
  actor: ACTOR,
  ...more,
})
const SUSPENDED = { suspended: { at: 1 } } as unknown as Standing

const leasesLeft = (
  base: JsonObject,
  next: JsonObject,
  standing: Standing,
  patch: Parameters<typeof leasesAfter>[2] = parseMergePatch({}),
) => leasesAfter(mapping, [base, next], patch, standing)?.leases

describe('a lease', () => {
  const leases = [lease('a'), lease('b', { field: 'webOrigins' })]
  const record = { urls: ['a'], origins: ['b'] }

  it('lives on while the suspension of its client holds its value, and not in other lists', () => {
    const suspended = { ...SUSPENDED, leases }
    expect(leasesLeft(record, { urls: [], origins: ['b'] }, suspended)).toEqual(leases)
    expect(leasesLeft(record, { urls: [], origins: [] }, suspended)).toEqual([leases[0]])
    expect(leasesLeft(record, { urls: [], origins: [] }, { leases })).toBeUndefined()
  })

  it('is one still where a suspension or a lease puts its value in, and what stays where others do', () => {
    const empty = { urls: [], origins: ['b'] }
    const standing = { ...SUSPENDED, leases }
    const resuming = { kind: 'suspension', suspended: false, allowPartial: false } as const
    expect(leasesLeft(empty, record, standing, resuming)).toEqual(leases)
    const kept = { ...leases[0], kept: true }
    expect(leasesLeft(empty, record, standing)).toEqual([kept, leases[1]])
  })

  it('ends where one operation of several adds its value by name, and at its list only', () => {
    const operations = (...paths: readonly string[]) =>
      parseJsonPatch(paths.map((path) => ({ op: 'add', path, value: 'a' })))
    const keptAfter = (...paths: readonly string[]) =>
      leasesLeft(record, record, { leases }, operations(...paths))?.map(({ kept }) => kept === true)
    expect(keptAfter('/name', '/callbacks/-')).toEqual([true, false])
    expect(keptAfter('/callbacks')).toEqual([false, false])
    expect(keptAfter('/callbacks/0/inner')).toEqual([false, false])
    expect(keptAfter('/webOrigins/-')).toEqual([false, false])
  })
})

describe('what a suspension gives back', () => {
  const base = { urls: ['a', 'b', 'c'], origins: ['a'] }
  const next = { urls: [], origins: ['a'] }
  const back = (then: Standing | undefined, now: Standing | undefined) =>
    withoutEnded(mapping, { base, next }, then, now)

  it('is without the values whose leases have ended meanwhile', () => {
    const then = { leases: [lease('a'), lease('b'), lease('c', { kept: true })] }
    expect(back(then, { leases: [lease('b', { owner: 'another' })] })).toEqual({
      base: { urls: ['b', 'c'], origins: ['a'] },
      next,
    })
    expect(back(then, {}).base.urls).toEqual(['c'])
    expect(back(then, undefined).base.urls).toEqual(['c'])
    expect(back(then, { leases: [lease('a'), lease('b')] }).base).toEqual(base)
  })

  it('is all of it where nothing was leased', () => {
    for (const then of [undefined, {}]) expect(back(then, undefined)).toEqual({ base, next })
  })
})

describe('a lease on several values', () => {
  const origin = { field: 'webOrigins', value: 'https://b.example' } as const
  const more = [origin, { field: 'callbacks', value: 'https://c.example/' }] as const
  const plain = mappingOf(
    { callbacks: list('urls', 'keep'), webOrigins: list('origins', 'keep') },
    {
      rules: [
        {
          says: 'It must not be this one.',
          field: 'client.name',
          holds: ({ urls }) => !Array.isArray(urls) || !urls.includes('https://no.example/'),
        },
      ],
    },
  )
  const over = (values: readonly LeasedValue[]) => {
    const [first = origin, ...others] = values
    const patch = { kind: 'lease', ...first, more: others, owner: 'one', seconds: 60 } as const
    const service = { leaseShares: DEFAULT_SHARES, now: () => 0 } as Service
    const request = { provider: { mapping: plain }, actor: ACTOR, patch }
    return leaseWish(service, request as never, undefined).over({ urls: [], origins: [] })
  }
  const fault = (...urls: readonly string[]) => {
    const callbacks = urls.map((value) => ({ field: 'callbacks', value }) as const)
    return thrown(() => over([origin, ...callbacks]))
  }

  it('adds each to its own list', () => {
    expect(leasePatch({ field: 'callbacks', value: 'https://a.example/', more })).toEqual({
      kind: 'merge',
      fields: {
        callbacks: { add: ['https://a.example/', 'https://c.example/'] },
        webOrigins: { add: ['https://b.example'] },
      },
    })
    expect(over([{ field: 'callbacks', value: 'https://a.example/' }, ...more])).toMatchObject({
      aim: { becomes: { leases: [{ field: 'callbacks' }, origin, { field: 'callbacks' }] } },
    })
  })

  it('names what is wrong by its place in its own list', () => {
    for (const [urls, place] of [
      [['javascript:x'], 0],
      [['https://a.example/', 'javascript:x'], 1],
      [['https://a.example/', 'https://c.example/', 'javascript:x', 'https://d.example/'], 2],
    ] as const) {
      const path = `client.callbacks.add[${place}]`
      const error = fault(...urls)
      expect(error).toMatchObject({ code: 'invalid_field', field: path })
      expect(error.message.startsWith(`${path} `)).toBe(true)
    }
  })

  it('names what is wrong elsewhere as it is', () => {
    expect(fault('https://a.example/', 'https://no.example/')).toMatchObject({
      code: 'rule_violated',
      field: 'client.name',
    })
  })
})
