/** What is reported of a difference: each change once, under the name that callers know, without secrets. */

import { describe, expect, it } from 'vitest'
import {
  cutValues,
  diffClients,
  isUnshown,
  shareState,
  withoutValues,
} from '../../src/core/diff.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { flag, key, list, member, view } from '../../src/core/mapping/lenses.ts'
import { type Mapping, stateOf } from '../../src/core/mapping/mapping.ts'
import { mappingOf, pairsRow, secretRow } from './mapping.ts'

const mapping = mappingOf(
  {
    secret: secretRow('key'),
    clientMetadata: pairsRow('labels'),
    name: key('name'),
    callbacks: list('urls', 'omit'),
    disabled: flag('off', false),
    idTokenLifetime: member('tokens', 'seconds'),
    updatedAt: view(['moved'], (native) => String(native.moved), 'it moves by itself'),
  },
  {
    hiddenKeys: ['hidden'],
    volatileKeys: ['moved', 'mirror'],
    secretPaths: ['key', 'addons.token', 'password', 'passwords'],
  },
)

const differs = (before: JsonObject, after: JsonObject, of: Mapping = mapping) =>
  diffClients(of, before, after, (text) => `print of ${text.length}`)

describe('a record that is a key as a whole', () => {
  it('has its private part hidden, also where its type stays', () => {
    const key = { client_id: 'a', kty: 'oct', k: 'one' }
    const changes = diffClients(
      mapping,
      key,
      { ...key, k: 'another' },
      (text) => `of ${text.length}`,
    )
    expect(changes).toEqual([{ field: 'providerSettings.k', before: 'of 3', after: 'of 7' }])
  })
})

describe('a difference', () => {
  it('is listed by attribute, in the order of the attributes, and only once', () => {
    const before = { urls: ['a', 'b'], name: 'Old', off: false, tokens: { seconds: 1 }, kept: 1 }
    const after = { urls: ['b', 'c'], name: 'New', off: true, tokens: { seconds: 2 }, kept: 1 }
    expect(differs(before, after)).toEqual([
      { field: 'name', before: 'Old', after: 'New' },
      {
        field: 'callbacks',
        before: ['a', 'b'],
        after: ['b', 'c'],
        added: ['c'],
        removed: ['a'],
      },
      { field: 'disabled', before: false, after: true },
      { field: 'idTokenLifetime', before: 1, after: 2 },
    ])
  })

  it('is listed member by member in metadata and in settings', () => {
    const before = { labels: { kept: 'x', gone: 'x', toString: 'x' }, one: 1, two: { a: 1, b: 2 } }
    const after = { labels: { kept: 'x', come: 'y', toString: 'y' }, one: 1, two: { a: 1, b: 3 } }
    expect(differs(before, after)).toEqual([
      { field: 'clientMetadata.gone', before: 'x', after: null },
      { field: 'clientMetadata.toString', before: 'x', after: 'y' },
      { field: 'clientMetadata.come', before: null, after: 'y' },
      { field: 'providerSettings.two', before: { a: 1, b: 2 }, after: { a: 1, b: 3 } },
    ])
  })

  it('shows a setting that is a list with what came and went', () => {
    expect(differs({ setting: [1, { a: 1 }] }, { setting: [{ a: 1 }, 2] })).toEqual([
      {
        field: 'providerSettings.setting',
        before: [1, { a: 1 }],
        after: [{ a: 1 }, 2],
        added: [2],
        removed: [1],
      },
    ])
  })

  it('shows a list that came where there was none without a comparison', () => {
    expect(differs({}, { setting: ['x'] })).toEqual([
      { field: 'providerSettings.setting', before: null, after: ['x'] },
    ])
    expect(differs({ setting: ['x'] }, { setting: 'x' })).toEqual([
      { field: 'providerSettings.setting', before: ['x'], after: 'x' },
    ])
  })

  it('shows a secret by its fingerprint', () => {
    expect(differs({ key: 'four' }, { key: 'fives' })).toEqual([
      { field: 'secret', before: 'print of 4', after: 'print of 5' },
    ])
  })

  it('is of an attribute, also where it is made of what is hidden', () => {
    const made = { ...mapping, hiddenKeys: ['urls'] }
    expect(differs({ urls: ['a'] }, { urls: ['b'] }, made)).toMatchObject([{ field: 'callbacks' }])
  })

  it('is nothing between a record and itself', () => {
    expect(differs({ name: 'x' }, { name: 'x' })).toEqual([])
    const record = { name: 'x' }
    expect(differs(record, record)).toEqual([])
  })

  it('shows the whole attribute where only a part of what it is made of differs', () => {
    const whole = ({ first, last, ...rest }: JsonObject) => `${first} ${last} ${rest.title}`
    const fields = {
      appType: view(
        ['first', 'inner.more'],
        ({ first, inner }) => `${first} ${JSON.stringify(inner)}`,
        'it is so',
      ),
      name: { ...view(['last'], whole, 'it is so'), follows: ['title'] },
      description: key<string>('text'),
    }
    const record = { first: 'A', last: 'B', title: 'Dr', inner: { more: 1 }, text: 'x' }
    expect(differs(record, { ...record, last: 'C' }, mappingOf(fields))).toEqual([
      { field: 'name', before: 'A B Dr', after: 'A C Dr' },
    ])
    expect(differs(record, { ...record, first: 'Z' }, mappingOf(fields))).toEqual([
      { field: 'name', before: 'A B Dr', after: 'Z B Dr' },
      { field: 'appType', before: 'A {"more":1}', after: 'Z {"more":1}' },
    ])
  })

  it('is nothing where only spellings differ, or what moves by itself, or what is hidden', () => {
    const spelled = { ...mapping, normal: ({ spelling: _, ...rest }: JsonObject) => rest }
    const before = { spelling: 1, moved: 1, mirror: [1], hidden: 1, name: 'x' }
    const after = { spelling: 2, moved: 2, mirror: [2], hidden: 2, name: 'x' }
    expect(differs(before, after, spelled)).toEqual([])
  })
})

describe('a difference in what is never shown', () => {
  it.each([
    ['an object', { addons: { token: 'a' } }, { addons: { token: 'b' } }, 'addons'],
    ['a list', { passwords: ['a'] }, { passwords: ['b'] }, 'passwords'],
  ])('shows that %s differs, and not how', (_, before, after, name) => {
    expect(differs(before as JsonObject, after as JsonObject)).toEqual([
      { field: `providerSettings.${name}`, before: '(not shown)', after: '(not shown)' },
    ])
  })

  it('shows of one value that it differs, and not how', () => {
    expect(differs({ password: 'a' }, { password: 'b' })).toEqual([
      {
        field: 'providerSettings.password',
        before: '(a value that is not shown)',
        after: '(a value that is not shown)',
      },
    ])
  })

  it('shows a value that came or went', () => {
    expect(differs({ password: 'a' }, {})).toEqual([
      { field: 'providerSettings.password', before: 'print of 1', after: null },
    ])
    expect(differs({}, { password: 'a' })).toEqual([
      { field: 'providerSettings.password', before: null, after: 'print of 1' },
    ])
  })

  it('shows that a default is in the record now, or no longer', () => {
    const value = '(a value that is not shown)'
    const field = 'providerSettings.off'
    expect(differs({}, { off: false })).toEqual([{ field, before: null, after: value }])
    expect(differs({ off: false }, {})).toEqual([{ field, before: value, after: null }])
  })

  it('is not listed again where a shown member of the same setting differs as well', () => {
    const before = { addons: { token: 'a', shown: 1 } }
    const after = { addons: { token: 'b', shown: 2 } }
    expect(differs(before, after).map(({ field }) => field)).toEqual(['providerSettings.addons'])
  })

  it('is not listed beside an attribute that is made of the same setting', () => {
    const held = { ...mapping, secretPaths: ['tokens.seal'] }
    const before = { tokens: { seconds: 1, seal: 'a' } }
    const after = { tokens: { seconds: 2, seal: 'b' } }
    expect(differs(before, after, held).map(({ field }) => field)).toEqual(['idTokenLifetime'])
  })
})

describe('the values of a difference', () => {
  const change = { field: 'name', before: 'a', after: 'b' }

  it('are left out where they are too much to be kept', () => {
    const [before, after] = ['(too large to be kept)', '(too large to be kept)']
    expect(withoutValues([change])).toEqual([{ field: 'name', before, after }])
  })

  it('are cut on a page where they are long', () => {
    const around = JSON.stringify({ ...change, after: '' }).length
    const long = { ...change, after: 'x'.repeat(16_384 - around) }
    const longer = { ...change, after: `${long.after}x`, added: ['x'] }
    const says = '(cut: see the whole item)'
    expect(cutValues([change, long, longer])).toEqual([
      change,
      long,
      { field: 'name', before: says, after: says, cut: true },
    ])
  })

  it.each([
    ['(not shown)', '(not shown)', true],
    ['(a value that is not shown)', null, true],
    [null, '(a value that is not shown)', true],
    ['(not shown)', 'x', false],
    ['x', null, false],
    ['a', 'b', false],
  ])('are known not to be shown: %s and %s', (before, after, expected) => {
    expect(isUnshown({ field: 'name', before, after })).toBe(expected)
  })
})

describe('a record that is shown after a change', () => {
  const counted = () => {
    let runs = 0
    const counting: Mapping = {
      ...mapping,
      normal: (native) => {
        runs += 1
        return native
      },
    }
    return { counting, runs: () => runs }
  }
  const planned = { name: 'a', urls: ['x'], moved: 'then', hidden: 1, addons: { n: 1 } }

  it('has the state of the planned one, and nothing is worked out for it, where only its time differs', () => {
    const { counting, runs } = counted()
    const native = { ...planned, moved: 'now' }
    const [state, before] = [stateOf(counting, planned), runs()]
    shareState(counting, planned, native)
    expect(stateOf(counting, native)).toBe(state)
    expect(diffClients(counting, planned, native, String)).toEqual([])
    expect(runs()).toBe(before)
  })

  it.each([
    ['another value', { ...planned, name: 'b', moved: 'now' }],
    ['a member more', { ...planned, more: 1 }],
    ['a member less', { name: 'a', urls: ['x'], moved: 'then', hidden: 1 }],
    ['another number inside', { ...planned, addons: { n: 2 } }],
    ['another hidden value', { ...planned, hidden: 2 }],
  ])('has its own where there is %s', (_, native) => {
    const { counting } = counted()
    shareState(counting, planned, native)
    expect(stateOf(counting, native)).toEqual(stateOf(mapping, { ...native }))
    expect(stateOf(counting, native)).not.toBe(stateOf(counting, planned))
    const differences = diffClients(mapping, { ...planned }, { ...native }, String)
    expect(diffClients(counting, planned, native, String)).toEqual(differences)
  })
})
