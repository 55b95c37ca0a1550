/** Reading and editing at a place, against the examples of RFC 6902 appendix A and at every edge. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import { edit, valueAt } from '../../src/core/json/json-pointer.ts'
import { runs } from '../property.ts'
import { thrown } from './thrown.ts'

const AT = 'client[3]'
const places = (path: string) => path.split('/').slice(1)
const at = (target: Json, path: string) => valueAt(target, places(path), AT)
const change = (
  target: Json,
  path: string,
  how: 'add' | 'replace' | 'remove',
  value?: Json,
): Json => edit(target, places(path), AT, how, value)

describe('the value at a place', () => {
  const target: Json = { a: [10, { b: null }], c: { '0': 'zero', '': 'empty' }, d: false }

  it.each<[string, Json]>([
    ['/a/0', 10],
    ['/a/1', { b: null }],
    ['/a/1/b', null],
    ['/c/0', 'zero'],
    ['/c/', 'empty'],
    ['/d', false],
  ])('%s', (path, value) => expect(at(target, path)).toEqual(value))

  it.each([
    '/b',
    '/a/2',
    '/a/-',
    '/a/-1',
    '/a/00',
    '/a/01',
    '/a/1e0',
    '/a/ 1',
    '/a/1 ',
    '/a/length',
    '/a/1/c',
    '/a/0/x',
    '/d/0',
    '/c/toString',
    '/toString',
    '/a/9999999999',
  ])('there is none at %s', (path) => {
    const error = thrown(() => at(target, path))
    expect(error).toMatchObject({ code: 'invalid_field', field: AT })
    expect(error.message).toMatch(/client\[3\] names a place .{5,}/)
  })

  it('is found beyond the tenth item', () => {
    const items = Array.from({ length: 120 }, (_, index) => index)
    for (const index of items) expect(at(items, `/${index}`)).toBe(index)
  })
})

describe('an edit', () => {
  it.each<[string, Json, string, 'add' | 'replace' | 'remove', Json | undefined, Json]>([
    // RFC 6902 appendix A.1 to A.5, A.10, A.16
    ['adds a member', { foo: 'bar' }, '/baz', 'add', 'qux', { foo: 'bar', baz: 'qux' }],
    ['adds an item', { foo: ['bar', 'baz'] }, '/foo/1', 'add', 'q', { foo: ['bar', 'q', 'baz'] }],
    ['removes a member', { baz: 'qux', foo: 'bar' }, '/baz', 'remove', undefined, { foo: 'bar' }],
    [
      'removes an item',
      { foo: ['a', 'b', 'c'] },
      '/foo/1',
      'remove',
      undefined,
      { foo: ['a', 'c'] },
    ],
    ['replaces a value', { baz: 'qux', foo: 1 }, '/baz', 'replace', 'boo', { baz: 'boo', foo: 1 }],
    [
      'adds an object',
      { foo: 'bar' },
      '/child',
      'add',
      { g: {} },
      { foo: 'bar', child: { g: {} } },
    ],
    ['adds at the end', { foo: ['bar'] }, '/foo/-', 'add', ['x'], { foo: ['bar', ['x']] }],
    ['adds before the end by number', ['a'], '/1', 'add', 'b', ['a', 'b']],
    ['replaces an item', ['a', 'b'], '/1', 'replace', 'c', ['a', 'c']],
    ['replaces a member by add', { a: 1 }, '/a', 'add', 2, { a: 2 }],
    ['reaches into an item', [{ a: 1 }, { a: 2 }], '/1/a', 'replace', 3, [{ a: 1 }, { a: 3 }]],
    ['reaches into a list in a list', [[1], [2, 3]], '/1/0', 'remove', undefined, [[1], [3]]],
    ['adds a null', {}, '/a', 'add', undefined, { a: null }],
  ])('%s', (_, target, path, how, value, expected) => {
    const before = structuredClone(target)
    expect(change(target, path, how, value)).toEqual(expected)
    expect(target).toEqual(before)
  })

  it.each<[Json, string, 'add' | 'replace' | 'remove']>([
    [['a'], '/2', 'add'],
    [['a'], '/1', 'replace'],
    [['a'], '/1', 'remove'],
    [['a'], '/-', 'replace'],
    [['a'], '/-', 'remove'],
    [[{}], '/1/a', 'add'],
    [['a'], '/0/b', 'add'],
    [{}, '/a/b', 'add'],
    [{ a: 'text' }, '/a/b', 'add'],
    ['text', '/a', 'add'],
    [[{ a: 1 }], '/-/a', 'add'],
  ])('of %j at %s (%s) has no such place', (target, path, how) => {
    expect(thrown(() => change(target, path, how, 1))).toMatchObject({
      code: 'invalid_field',
      field: AT,
    })
  })

  it('adds and removes to nothing, and what was added is there', () => {
    const target = { list: ['a', 'b', 'c'], map: { x: 1 } }
    fc.assert(
      fc.property(
        fc.constantFrom('/list/0', '/list/1', '/list/3', '/map/y', '/new'),
        fc.jsonValue(),
        (path, value) => {
          const added = change(target, path, 'add', value as Json)
          expect(at(added, path)).toEqual(value)
          expect(change(added, path, 'remove')).toEqual(target)
        },
      ),
      { numRuns: runs() },
    )
  })
})
