/** Equality and the canonical text of JSON values, on the names that reach prototypes too. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalJson,
  identical,
  isRecord,
  type Json,
  type JsonObject,
  memberOf,
  same,
  withMembers,
  without,
  withoutMembers,
} from '../../src/core/json/json.ts'
import { parseJson, stringifyJson } from '../../src/core/json/json-text.ts'
import { runs } from '../property.ts'

const parsed = (text: string) => JSON.parse(text) as Json
const json = fc.jsonValue().map((value) => value as Json)

/** The same value with the members of every object in the opposite order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed)
  if (!isRecord(value)) return value
  const members = Object.entries(value).reverse()
  return Object.fromEntries(members.map(([name, item]) => [name, reversed(item)]))
}

describe('isRecord', () => {
  it.each([[null], [[]], ['text'], [1], [true], [undefined]])('is false for %j', (value) => {
    expect(isRecord(value)).toBe(false)
  })

  it('is true for an object, also without a prototype', () => {
    expect(isRecord({})).toBe(true)
    expect(isRecord(Object.create(null))).toBe(true)
  })
})

describe('same', () => {
  it.each([
    ['{"a":1,"b":[1,{"c":null}]}', '{"b":[1,{"c":null}],"a":1}', true],
    ['[1,2]', '[2,1]', false],
    ['[1]', '[1,1]', false],
    ['{"a":1}', '{"a":1,"b":1}', false],
    ['{"a":null}', '{"b":null}', false],
    ['[]', '{}', false],
    ['{}', '[]', false],
    ['{"0":1}', '[1]', false],
    ['null', '{}', false],
    ['"1"', '1', false],
    ['0', '-0', true],
    ['"a"', '"b"', false],
    ['true', 'false', false],
    ['1', '2', false],
    ['1', 'null', false],
  ])('%s and %s: %j', (one, other, expected) => {
    expect(same(parsed(one), parsed(other))).toBe(expected)
  })

  it('does not take inherited members for own ones', () => {
    expect(same(parsed('{"__proto__":{}}'), parsed('{"a":1}'))).toBe(false)
    expect(same(parsed('{"constructor":1}'), parsed('{"a":1}'))).toBe(false)
    expect(same(parsed('{"__proto__":{"a":1}}'), parsed('{"__proto__":{"a":1}}'))).toBe(true)
    expect(same(parsed('{"__proto__":{"a":1}}'), parsed('{"__proto__":{"a":2}}'))).toBe(false)
  })

  it('holds for every value and its reordered copy, and agrees with the canonical text', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(same(one, reversed(one))).toBe(true)
        expect(same(one, other)).toBe(canonicalJson(one) === canonicalJson(other))
      }),
      { numRuns: runs(2_000) },
    )
  })
})

describe('canonicalJson', () => {
  it('sorts members at every depth and leaves lists as they are', () => {
    expect(canonicalJson(parsed('{"b":[{"z":1,"y":2},3,1],"a":"é\\n"}'))).toBe(
      '{"a":"é\\n","b":[{"y":2,"z":1},3,1]}',
    )
  })

  it('keeps a member that is called __proto__', () => {
    expect(canonicalJson(parsed('{"b":1,"__proto__":[2]}'))).toBe('{"__proto__":[2],"b":1}')
  })

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(same(parsed(canonicalJson(value)), value)).toBe(true)
      }),
      { numRuns: runs() },
    )
  })
})

describe('identical', () => {
  it('is what is written alike, whatever it is', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(identical(one, parsed(JSON.stringify(one)))).toBe(true)
        expect(identical(one, other)).toBe(stringifyJson(one) === stringifyJson(other))
        const turned = reversed(one)
        expect(identical(one, turned)).toBe(stringifyJson(one) === stringifyJson(turned))
      }),
      { numRuns: runs() },
    )
  })

  it.each([
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['{"a":[1]}', '{"a":{"0":1}}'],
    ['[1.0]', '[1]'],
    ['[1.0]', '[1.00]'],
    ['[9007199254740993]', '["9007199254740993"]'],
    ['{"a":null}', '{}'],
    ['[]', '{}'],
  ])('is not %s and %s', (one, other) => {
    expect(identical(parseJson(one), parseJson(other))).toBe(false)
    expect(identical(parseJson(one), parseJson(one))).toBe(true)
  })
})

describe('without', () => {
  it('leaves out what is among the others, whatever it is, and keeps the order', () => {
    const items = fc.array(fc.oneof(json, fc.constantFrom<Json>('a', 'b', 1, null, ['a'])))
    fc.assert(
      fc.property(items, items, (list, others) => {
        const expected = list.filter((item) => !others.some((other) => same(item, other)))
        expect(without(list, others)).toEqual(expected)
      }),
      { numRuns: runs() },
    )
  })
})

describe('numbers that no double holds', () => {
  const [exact, near] = [parseJson('9007199254740993'), parseJson('9007199254740992')]

  it('are the same in any spelling, and alike only in one', () => {
    expect(same(exact, parseJson('9007199254740993.0'))).toBe(true)
    expect(same(parseJson('1.0'), 1)).toBe(true)
    expect([same(exact, near), same(exact, 'x'), same(exact, {}), same({}, exact)]).toEqual([
      ...[false, false, false, false],
    ])
    expect(identical(exact, parseJson('9007199254740993'))).toBe(true)
    const text = '9007199254740993'
    expect([identical(exact, [text]), identical([text], exact)]).toEqual([false, false])
    expect([identical(exact, {}), identical({}, exact), identical(exact, near)]).toEqual([
      ...[false, false, false],
    ])
  })

  it('are written in an object whose member is called toJSON too', () => {
    expect(stringifyJson({ toJSON: 1, exact })).toBe('{"toJSON":1,"exact":9007199254740993}')
  })

  it('have one text, as any other', () => {
    expect(canonicalJson([exact, parseJson('1.0'), -0, 1e21])).toBe(
      canonicalJson([parseJson('9007199254740993.0'), 1, 0, parseJson('1000000000000000000000')]),
    )
    expect(canonicalJson(exact)).toContain('9007199254740993')
  })
})

it('texts, numbers and what is absent are alike where they are the same', () => {
  const all = ['a', 'b', 1, 2, true, false, null, undefined, {}, []] as const
  for (const [index, one] of all.entries()) {
    for (const [place, other] of all.entries()) expect(identical(one, other)).toBe(index === place)
  }
})

describe('a record with other members', () => {
  const record = parsed('{"a":1,"__proto__":{"b":2},"c":null}') as JsonObject

  it('is one in the same order, and itself where none is other', () => {
    expect(withMembers(record, new Map())).toBe(record)
    const changed = withMembers(
      record,
      new Map<string, Json | undefined>([
        ['a', 2],
        ['new', 3],
      ]),
    )
    expect(JSON.stringify(changed)).toBe('{"a":2,"__proto__":{"b":2},"c":null}')
    expect(JSON.stringify(record)).toBe('{"a":1,"__proto__":{"b":2},"c":null}')
    expect(Object.getPrototypeOf(changed)).toBe(Object.prototype)
    expect(JSON.stringify(withMembers(record, new Map([['__proto__', undefined]])))).toBe(
      '{"a":1,"c":null}',
    )
  })

  it('is without those that are named, and itself where it has none of them', () => {
    expect(JSON.stringify(withoutMembers(record, ['a', 'none']))).toBe(
      '{"__proto__":{"b":2},"c":null}',
    )
    expect(Object.keys(withoutMembers(record, ['a']))).toEqual(['__proto__', 'c'])
    expect(withoutMembers(record, ['none', 'toString'])).toBe(record)
  })

  it('has members of its own alone', () => {
    expect([memberOf(record, 'a'), memberOf(record, 'c')]).toEqual([1, null])
    expect([memberOf(record, 'toString'), memberOf(record, 'none')]).toEqual([undefined, undefined])
  })
})
