/** How many leases there can be, counted on records of a small mapping: by client, caller, owner and list. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { list } from '../../src/core/mapping/lenses.ts'
import {
  checkRoom,
  checkShares,
  DEFAULT_SHARES,
  type LeaseRequest,
  leasable,
  MAX_LEASES,
} from '../../src/service/lease/lease-share.ts'
import { mappingOf } from '../core/mapping.ts'
import { refusal } from '../core/thrown.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const OTHER = { subject: 'other', issuer: 'https://issuer.example' }
const NOW = 1_000_000

type Held = LeaseRequest['current'][number]

const lease = (value: string, owner = 'one', more: Partial<Held> = {}): LeaseRequest['lease'] => ({
  field: 'callbacks' as const,
  value,
  owner,
  expiresAt: NOW + 60_000,
  actor: ACTOR,
  ...(more as object),
})
const many = (count: number, owner: (index: number) => string, more: Partial<Held> = {}) =>
  Array.from({ length: count }, (_, index) => lease(`v${index}`, owner(index), more))
/** So many values fit in a list of callbacks, and 1,000 in one of web origins. */
const mappingWith = (maxItems: number) =>
  mappingOf({
    callbacks: list('urls', 'keep', { limits: { maxItems } }),
    webOrigins: list('origins', 'keep'),
  })

const shares = (held: readonly Held[], taken = lease('new'), maxItems = 1_000) =>
  refusal(() =>
    checkShares(DEFAULT_SHARES, mappingWith(maxItems), { lease: taken, current: held, now: NOW }),
  )

describe('the leases of a client', () => {
  it('are 100 at most, of all owners together', () => {
    const owners = (index: number) => `o${index}`
    expect(shares(many(99, owners, { actor: OTHER }))).toBeUndefined()
    expect(shares(many(100, owners, { actor: OTHER }))).toMatchObject({
      code: 'list_full',
      message: expect.stringMatching(
        /^The client has 100 leases, which is the limit\. Nothing was sent\. The next leases to end: "o0" until /,
      ),
      field: undefined,
    })
    expect(MAX_LEASES).toBe(100)
  })

  it('count one that is renewed once', () => {
    const held = many(100, () => 'one', { actor: OTHER })
    expect(shares(held, lease('v0', 'one', { actor: OTHER }))).toBeUndefined()
    expect(shares(held, lease('v0', 'another', { actor: OTHER }))).toBeDefined()
    expect(shares(held, { ...lease('v0'), field: 'webOrigins', actor: OTHER })).toBeDefined()
  })
})

describe('the leases of a caller', () => {
  const owners = (index: number) => `o${index % 10}`

  it('are half of them at most', () => {
    expect(shares(many(49, owners))).toBeUndefined()
    expect(shares(many(50, owners))).toMatchObject({
      message: expect.stringMatching(
        /^This caller has 50 leases on the client, which is its limit\. Nothing was sent/,
      ),
      field: undefined,
    })
    expect(shares(many(50, owners, { actor: OTHER }))).toBeUndefined()
  })

  it('are half of the places of a list at most', () => {
    expect(shares(many(4, owners), lease('new', 'other'), 10)).toBeUndefined()
    expect(shares(many(5, owners), lease('new', 'other'), 10)).toMatchObject({
      field: 'client.callbacks',
      message: expect.stringMatching(
        /^This caller has 5 leases on client\.callbacks, which is its limit\. Nothing was sent/,
      ),
    })
    const elsewhere = many(5, owners, { field: 'webOrigins' })
    expect(shares(elsewhere, lease('new', 'other'), 10)).toBeUndefined()
  })

  it('are renewed however many there are, by that caller alone', () => {
    const held = many(60, owners)
    expect(shares(held, lease('v0', 'o0'))).toBeUndefined()
    expect(shares(held, lease('v0', 'o1'))).toBeDefined()
    const theirs = [...held, lease('theirs', 'one', { actor: OTHER })]
    expect(shares(theirs, lease('theirs', 'one'))).toBeDefined()
  })
})

describe('the leases of an owner', () => {
  it('are a fifth of them at most', () => {
    expect(shares(many(19, () => 'one'))).toBeUndefined()
    expect(shares(many(20, () => 'one'))).toMatchObject({
      message: expect.stringMatching(
        /^The owner "one" has 20 leases on the client, which is its limit/,
      ),
    })
    expect(shares(many(20, () => 'two'))).toBeUndefined()
  })

  it('are a fifth of the places of a list at most, and one in any case', () => {
    expect(
      shares(
        many(1, () => 'one'),
        lease('new'),
        10,
      ),
    ).toBeUndefined()
    expect(
      shares(
        many(2, () => 'one'),
        lease('new'),
        10,
      ),
    ).toMatchObject({
      field: 'client.callbacks',
      message: expect.stringMatching(
        /^The owner "one" has 2 leases on client\.callbacks, which is its limit/,
      ),
    })
    expect(shares([], lease('new'), 2)).toBeUndefined()
  })
})

describe('a list', () => {
  const room = (values: readonly string[], held: readonly Held[], maxItems = 10) =>
    refusal(() =>
      checkRoom(DEFAULT_SHARES, mappingWith(maxItems), { urls: values } as JsonObject, {
        lease: lease('new'),
        current: held,
        now: NOW,
      }),
    )
  const values = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`)

  it('is filled by leases up to four fifths', () => {
    expect(leasable(DEFAULT_SHARES, mappingWith(10), 'callbacks')).toBe(8)
    expect(leasable(DEFAULT_SHARES, mappingWith(1), 'callbacks')).toBe(1)
    expect(leasable(DEFAULT_SHARES, mappingWith(10), 'webOrigins')).toBe(800)
    // A list that the provider does not have is bounded as any list is.
    expect(leasable(DEFAULT_SHARES, mappingOf(), 'callbacks')).toBe(800)
    expect(room(values(7), [])).toBeUndefined()
    expect(room(values(8), [])).toMatchObject({
      code: 'list_full',
      field: 'client.callbacks',
      message:
        'client.callbacks has 8 values, 0 of them leased, and leases may fill at most 8 of its 10 places. Nothing was sent.',
    })
  })

  it('that is full is said to be so', () => {
    expect(room(values(9), [])?.message).toContain('and leases may fill at most 8 of its 10')
    expect(room(values(10), [])?.message).toBe(
      'client.callbacks has the maximum of 10 values, 0 of them leased. Nothing was sent.',
    )
  })

  it('has those values leased that go when their last lease ends', () => {
    const held = [
      lease('v0', 'one', { expiresAt: NOW + 1 }),
      lease('v0', 'two', { expiresAt: NOW + 2 }),
      lease('v1', 'kept', { kept: true }),
      lease('gone', 'gone'),
      lease('v2', 'elsewhere', { field: 'webOrigins' }),
      lease('v3', 'three', { expiresAt: NOW + 3 }),
    ]
    const { message = '' } = room(values(10), held) ?? {}
    expect(message).toContain('2 of them leased')
    expect(message).toContain('"two" until')
    expect(message).toContain('"three" until')
    for (const other of ['"one"', '"kept"', '"gone"', '"elsewhere"']) {
      expect(message).not.toContain(other)
    }
  })

  it('has two leases of a value that end at one moment', () => {
    const held = [lease('v0', 'one'), lease('v0', 'two')]
    expect(room(values(10), held)?.message).toContain('2 of them leased')
  })
})

describe('a refusal', () => {
  const at = (seconds: number) => NOW + seconds * 1_000
  const owners = ['e', 'd', 'c', 'b', 'a', 'f'] as const

  it('names the five that end first, and when to come back', () => {
    const held = owners.map((owner, index) =>
      lease(`v${index}`, owner, { expiresAt: at(60 - index * 10) }),
    )
    const taken = { lease: lease('new'), current: held, now: NOW }
    const error = refusal(() =>
      checkRoom(DEFAULT_SHARES, mappingWith(6), { urls: held.map(({ value }) => value) }, taken),
    )
    const named = ['f', 'a', 'b', 'c', 'd'].map(
      (owner, index) => `"${owner}" until ${new Date(at(10 + index * 10)).toISOString()}`,
    )
    expect(error?.message).toMatch(
      new RegExp(`Nothing was sent\\. The next leases to end: ${named.join(', ')}\\.$`),
    )
    expect(error?.details).toMatchObject({ retryAfter: 10 })
  })

  it.each([
    [1_500, 2],
    [2_000, 2],
    [1, 1],
    [0, 1],
    [-5_000, 1],
  ])('%i ms before the end comes back after %i s', (ahead, retryAfter) => {
    const held = [lease('v0', 'one', { expiresAt: NOW + ahead })]
    const taken = { lease: lease('new'), current: held, now: NOW }
    const error = refusal(() => checkRoom(DEFAULT_SHARES, mappingWith(1), { urls: ['v0'] }, taken))
    expect(error?.details).toMatchObject({ retryAfter })
  })

  it('says nothing of that where no lease is in the way', () => {
    const taken = { lease: lease('new'), current: [], now: NOW }
    const error = refusal(() => checkRoom(DEFAULT_SHARES, mappingWith(1), { urls: ['v0'] }, taken))
    expect(error?.details).not.toHaveProperty('retryAfter')
  })
})
