/** Settings without an attribute of their own: which can be changed, and what stays as it is. */

import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { key, list, member } from '../../src/core/mapping/lenses.ts'
import { patchRest } from '../../src/core/plan/plan-rest.ts'
import { mappingOf } from './mapping.ts'
import { thrown } from './thrown.ts'

const mapping = mappingOf(
  {
    name: key('name'),
    callbacks: list('urls', 'omit'),
    idTokenLifetime: member('tokens', 'seconds'),
  },
  {
    settings: ['addons', 'color', 'tokens'],
    readOnlyKeys: ['tenant'],
    hiddenKeys: ['hidden'],
  },
)
const native: JsonObject = {
  name: 'x',
  tenant: 't',
  hidden: 1,
  unheard: { of: 1 },
  addons: { one: { a: 1, b: null }, two: 2 },
  tokens: { seconds: 5, alg: 'x' },
}
const patched = (asked: Json) => patchRest(mapping, native, asked)

describe('a patch of settings', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['sets a documented one', { color: 'red' }, { color: 'red' }],
    [
      'sets one that the client has, heard of or not',
      { unheard: { of: 2 } },
      { unheard: { of: 2 } },
    ],
    ['removes one with null', { addons: null }, { addons: undefined as unknown as Json }],
    [
      'merges at every depth',
      { addons: { one: { a: 2 }, three: 3 } },
      { addons: { one: { a: 2, b: null }, two: 2, three: 3 } },
    ],
    [
      'sets what lies beside an attribute in one object',
      { tokens: { alg: 'y' } },
      { tokens: { seconds: 5, alg: 'y' } },
    ],
    [
      'takes what is sent back as it is for nothing, also beside a change',
      { tenant: 't', addons: { one: { a: 1, b: null }, two: 3 }, color: 'red' },
      { addons: { one: { a: 1, b: null }, two: 3 }, color: 'red' },
    ],
  ])('%s', (_, asked, changed) => {
    expect(patched(asked)).toEqual({ ...native, ...changed })
  })

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['what is there already', { addons: { two: 2 }, tenant: 't' }],
    ['a null that is there already', { addons: { one: { b: null } } }],
    ['a null for what is not there', { color: null, unknown: null }],
  ])('is none when it asks for %s', (_, asked) => {
    expect(patched(asked)).toBeUndefined()
  })

  const at = (name: string) => `client.providerSettings${name === '' ? '' : `.${name}`}`
  it.each<[string, Json, string, string, RegExp]>([
    ['no object', ['x'], 'invalid_field', '', /must be an object .{5,}/],
    ['a text', 'x', 'invalid_field', '', /must be an object .{5,}/],
    ['what no one knows', { unknown: 1 }, 'unknown_field', 'unknown', /is not a setting .{5,}/],
    ['what is hidden', { hidden: 2 }, 'unknown_field', 'hidden', /is not a setting .{5,}/],
    ['what is inherited', { toString: 1 }, 'unknown_field', 'toString', /is not a setting .{5,}/],
    ['what is only shown', { tenant: 'u' }, 'read_only_field', 'tenant', /cannot be set/],
    ['what an attribute holds', { name: 'y' }, 'invalid_field', 'name', /client\.name instead/],
    ['what an attribute would hold', { urls: [] }, 'unknown_field', 'urls', /is not a setting/],
    [
      'what an attribute holds inside',
      { tokens: { alg: 'y', seconds: 6 } },
      'invalid_field',
      'tokens',
      /client\.idTokenLifetime instead/,
    ],
    ['all of an object with it', { tokens: null }, 'invalid_field', 'tokens', /idTokenLifetime/],
    ['such an object as a text', { tokens: 'x' }, 'invalid_field', 'tokens', /idTokenLifetime/],
    ['an odd name', { 'a b': 1 }, 'unknown_field', '"a b"', /is not a setting/],
  ])('is refused for %s', (_, asked, code, name, says) => {
    const error = thrown(() => patched(asked))
    expect(error).toMatchObject({ code, field: at(name) })
    expect(error.message.startsWith(`${at(name)} `)).toBe(true)
    expect(error.message).toMatch(says)
  })

  it('is refused for what is only shown inside of a setting, and for nothing beside it', () => {
    const shown = mappingOf({}, { settings: ['outer'], readOnlyKeys: ['outer.shown', 'top'] })
    const base = { outer: { shown: 1, other: 1 } }
    for (const asked of [{ shown: 2 }, { shown: { inner: 1 } }, { other: 2, shown: null }]) {
      const error = thrown(() => patchRest(shown, base, { outer: asked }))
      expect(error).toMatchObject({ code: 'read_only_field' })
      expect(error.field?.startsWith(at('outer.shown'))).toBe(true)
      expect(error.message).toBe(`${error.field} is shown by the provider and cannot be set.`)
    }
    expect(patchRest(shown, base, { outer: { other: 2 } })).toEqual({
      outer: { shown: 1, other: 2 },
    })
  })

  it('is refused for a text that the provider does not take, unless it is there', () => {
    const values = { color: ['red', 'blue'], 'addons.mode': ['on', 'off'], list: ['a', 'b'] }
    const limited = mappingOf(
      {},
      { settings: ['color', 'addons', 'list', 'free'], settingValues: values },
    )
    const set = (asked: JsonObject, base: JsonObject = {}) => patchRest(limited, base, asked)
    expect(set({ color: 'red', addons: { mode: 'on' }, list: ['b'], free: 'any' })).toBeDefined()
    expect(set({ color: '', addons: { other: 'any' } })).toBeDefined()
    expect(set({ color: null }, { color: 'green' })).toEqual({})
    expect(set({ list: ['c', 'a'] }, { list: ['c'] })).toEqual({ list: ['c', 'a'] })
    expect(set({ addons: 'on' })).toEqual({ addons: 'on' })
    for (const [asked, path] of [
      [{ color: 'green' }, 'color'],
      [{ addons: { mode: 'maybe' } }, 'addons.mode'],
      [{ list: ['a', 'd'] }, 'list[1]'],
    ] as const) {
      expect(thrown(() => set(asked))).toMatchObject({ code: 'invalid_field', field: at(path) })
    }
  })

  it('is refused for what only a creation takes, with the way to have it', () => {
    const made = mappingOf({}, { createOnlyKeys: ['chosen'], commandKeys: ['order'] })
    for (const name of ['chosen', 'order']) {
      const error = thrown(() => patchRest(made, {}, { [name]: 1 }))
      expect(error).toMatchObject({ code: 'read_only_field', field: at(name) })
      expect(error.message).toBe(
        `${at(name)} can be set only when a client is created: the provider does not change it later. Create a new client with it, or a copy of this one.`,
      )
    }
  })

  it('leaves an object with an attribute inside alone when it asks for nothing in it', () => {
    expect(patched({ tokens: {} })).toBeUndefined()
  })

  it('refuses to put an empty object where an attribute may lie', () => {
    const error = thrown(() => patchRest(mapping, {}, { tokens: {} }))
    expect(error.message).toMatch(/idTokenLifetime/)
  })

  describe('in objects that are opened', () => {
    const opened = mappingOf(
      {},
      {
        settings: ['outer.mode', 'outer.inner.color', 'other.a'],
        opened: ['outer', 'outer.inner', 'other'],
      },
    )
    const base = { 'outer.mode': 'a', 'outer.inner.color': 'red', 'other.a': 1 }
    const set = (asked: JsonObject) => patchRest(opened, base, asked)

    it('sets each setting by itself', () => {
      expect(set({ outer: { mode: 'b' } })).toEqual({ ...base, 'outer.mode': 'b' })
      expect(set({ outer: { inner: { color: 'blue' } }, other: { a: 2 } })).toEqual({
        ...{ 'outer.mode': 'a', 'outer.inner.color': 'blue', 'other.a': 2 },
      })
    })

    it('asks for nothing with an empty one', () => {
      expect(set({ outer: {} })).toBeUndefined()
      expect(set({ outer: { inner: {} }, other: {} })).toBeUndefined()
    })

    it.each<[JsonObject, string]>([
      [{ outer: null }, 'outer'],
      [{ outer: 'all' }, 'outer'],
      [{ outer: { mode: 'b', inner: 5 } }, 'outer.inner'],
      [{ outer: { inner: null } }, 'outer.inner'],
    ])('clears none as a whole: %j', (asked, path) => {
      const error = thrown(() => set(asked))
      expect(error).toMatchObject({ code: 'invalid_field', field: at(path) })
      expect(error.message).toBe(
        `${at(path)} must be an object whose members are the settings to change.`,
      )
    })

    it.each<[JsonObject, string]>([
      [{ outer: { 'a b': 1 } }, 'outer."a b"'],
      [{ outer: { inner: { unknown: 1 } } }, 'outer.inner.unknown'],
      [{ 'a.b': 1 }, '"a.b"'],
    ])('names what is no setting by its path: %j', (asked, path) => {
      expect(thrown(() => set(asked))).toMatchObject({ code: 'unknown_field', field: at(path) })
    })
  })
})
