/** Numbers that are kept by their literal: which ones, what they are the same as, and how they are written. */

import { describe, expect, it } from 'vitest'
import {
  canonicalNumber,
  doubleOf,
  holdsNonFinite,
  isExact,
  isNumber,
  isNumberLiteral,
  type NumberLiteral,
  numberOfLiteral,
  sameNumber,
} from '../../src/core/json/json-number.ts'
import { holdsLiteral, parseJson, stringifyJson } from '../../src/core/json/json-text.ts'
import {
  alike,
  asDoubles,
  plainNumbers,
  withHeldNumbers,
} from '../../src/core/json/kept-numbers.ts'

const LONG = '9007199254740993'
const number = (text: string) => numberOfLiteral(text)
const literal = (text: string) => number(text) as NumberLiteral

describe('a number', () => {
  it.each(['0', '1', '-1', '3600', '1.5', '1e+21', '9007199254740992'])(
    'is a plain one where it is spelled as its double is: %s',
    (text) => {
      expect(number(text)).toBe(Number(text))
      expect(isNumberLiteral(number(text))).toBe(false)
      expect(isNumber(number(text))).toBe(true)
    },
  )

  it.each([LONG, '1.0', '1E3', '-0', '1E400', '0.10000000000000001'])(
    'is kept by its literal: %s',
    (text) => {
      const kept = literal(text)
      expect(isNumberLiteral(kept)).toBe(true)
      expect(isNumber(kept)).toBe(true)
      expect(String(kept)).toBe(text)
      expect(Number(kept)).toBe(Number(text))
      expect(JSON.stringify(kept)).toBe(`"${text}"`)
      expect(Object.isFrozen(kept)).toBe(true)
    },
  )

  it.each(['1', null, undefined, {}, [1], true])('is none: %j', (value) => {
    expect(isNumber(value)).toBe(false)
    expect(isNumberLiteral(value)).toBe(false)
    expect(doubleOf(value)).toBeUndefined()
  })

  it('has a double to reckon with, unless it is beyond doubles', () => {
    expect(doubleOf(7)).toBe(7)
    expect(doubleOf(number('1.0'))).toBe(1)
    expect(doubleOf(number(LONG))).toBe(9007199254740992)
    expect(doubleOf(number('1E400'))).toBeUndefined()
    expect(doubleOf(Number.NaN)).toBeUndefined()
  })
})

describe('the same number', () => {
  it.each([
    ['1', '1.0'],
    ['1', '10E-1'],
    ['100', '1E2'],
    ['100', '1e+2'],
    ['0', '-0'],
    ['0', '0.00E9'],
    ['0.5', '5e-1'],
    ['-1.50', '-15E-1'],
    [LONG, `${LONG}.0`],
    ['1E400', '10E399'],
    ['0012', '12'],
  ])('%s and %s', (one, other) => {
    expect(sameNumber(number(one), number(other))).toBe(true)
    expect(canonicalNumber(number(one))).toBe(canonicalNumber(number(other)))
  })

  it.each([
    ['1', '2'],
    ['1', '-1.0'],
    ['1.0', '10'],
    ['1.5', '1.50000000000000000001'],
    [LONG, '9007199254740992'],
    ['1E400', '1E401'],
    ['1E-400', '0'],
  ])('not %s and %s', (one, other) => {
    expect(sameNumber(number(one), number(other))).toBe(false)
    expect(canonicalNumber(number(one))).not.toBe(canonicalNumber(number(other)))
  })

  it('with an exponent too long to reckon with is that of the same digits and exponent', () => {
    const exponent = '9'.repeat(40)
    expect(sameNumber(literal(`1E${exponent}`), literal(`1.0e${exponent}`))).toBe(true)
    expect(sameNumber(literal(`10E${exponent}`), literal(`100.0e${exponent}`))).toBe(false)
    expect(sameNumber(literal(`1E${exponent}`), literal(`1e${exponent}`))).toBe(true)
    expect(canonicalNumber(literal(`10E${exponent}`))).toBe(`1e(${exponent})+1`)
    const reckoned = '1'.repeat(32)
    expect(canonicalNumber(literal(`10E${reckoned}`))).toBe(`1e${'1'.repeat(31)}2`)
  })
})

describe('the canonical text of a number', () => {
  it.each([
    ['7', '7'],
    ['1.0', '1'],
    ['1E3', '1000'],
    ['-2.50', '-2.5'],
    [LONG, `${LONG}e0`],
    ['1234567890123456789100', '12345678901234567891e2'],
    ['0.12345678901234567891', '12345678901234567891e-20'],
    [`-${LONG}.50`, `-${LONG}5e-1`],
    ['1E400', '1e400'],
    ['12E398', '12e398'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalNumber(number(text))).toBe(canonical)
  })

  it.each([
    ['1.0', true],
    ['1E3', true],
    [LONG, false],
    ['1E400', false],
    ['0.10000000000000001', false],
  ])('is that of the double where that gives the number back: %s: %s', (text, expected) => {
    expect(isExact(literal(text))).toBe(expected)
  })
})

it.each([
  [1, false],
  [Number.NaN, true],
  [Number.POSITIVE_INFINITY, true],
  [{ a: [1, { b: Number.NEGATIVE_INFINITY }] }, true],
  [{ a: [1, { b: 'Infinity' }], c: null }, false],
  [null, false],
  ['NaN', false],
])('%o holds what JSON writes as null: %s', (value, expected) => {
  expect(holdsNonFinite(value)).toBe(expected)
})

describe('what JavaScript sends back', () => {
  const back = (sent: string, held: string | undefined) =>
    stringifyJson(
      withHeldNumbers(parseJson(sent), held === undefined ? undefined : parseJson(held)),
    )

  it.each<[string, string, string | undefined, string]>([
    ['nothing is held', '{"a":1}', undefined, '{"a":1}'],
    ['no literal is held', '{"a":1,"b":1.0}', '{"a":2,"b":1}', '{"a":1,"b":1.0}'],
    ['a number is the held one as a double', '{"a":1}', '{"a":1.0}', '{"a":1.0}'],
    ['a number is another one', '{"a":2}', '{"a":1.0}', '{"a":2}'],
    ['a number by itself', '9007199254740992', LONG, LONG],
    ['a text is no number', '{"a":"1"}', '{"a":1.0}', '{"a":"1"}'],
    ['a member is not held', '{"c":1}', '{"a":1.0}', '{"c":1}'],
    ['a list is held as an object', '{"a":[1]}', '{"a":{"0":1.0}}', '{"a":[1]}'],
    ['an object is held as a list', '{"a":{"0":1}}', '{"a":[1.0]}', '{"a":{"0":1}}'],
    ['an item is at its place', '[1,2]', '[1.0,2.0]', '[1.0,2.0]'],
    ['an item is in two places', '[1,1]', '[1.0,1.00]', '[1.0,1.00]'],
    ['an item has moved', '["new",1]', '[1.0,"old"]', '["new",1.0]'],
    ['an object has moved', '["new",{"a":1}]', '[{"a":1.0}]', '["new",{"a":1.0}]'],
    [
      'an object at its place is changed',
      '[{"a":1,"b":2}]',
      '[{"a":1.0,"b":3}]',
      '[{"a":1.0,"b":2}]',
    ],
    ['a list is longer than the held one', '[1,7]', '[1.0]', '[1.0,7]'],
    ['a name of every object', '{"constructor":1}', '{"a":1.0}', '{"constructor":1}'],
  ])('where %s', (_, sent, held, kept) => {
    expect(back(sent, held)).toBe(kept)
  })

  it.each([
    ['1', '1.0', true],
    ['1', '2.0', false],
    ['1E400', '1E400', true],
    ['1E400', '1E401', false],
    ['1E400', '1', false],
    ['[1,2]', '[1.0,2.0]', true],
    ['[1,2]', '[1.0]', false],
    ['[1]', '[1.0,2]', false],
    ['{"a":1}', '{"a":1.0}', true],
    ['{"a":1}', '{"a":1.0,"b":2}', false],
    ['{"a":1}', '{"b":1.0}', false],
    ['{"a":1,"b":2}', '{"a":1,"b":3}', false],
    ['{}', '[]', false],
    ['"a"', '"a"', true],
    ['"1"', '1', false],
    ['null', 'null', true],
    ['null', '{}', false],
    [LONG, '9007199254740992', true],
    [LONG, `"${LONG}"`, false],
    [`[1,${LONG}]`, '[1,9007199254740992]', true],
    [`[1,${LONG}]`, '[2,9007199254740992]', false],
    [`[${LONG}]`, '{"0":9007199254740992}', false],
    [`{"a":${LONG}}`, '{"a":9007199254740992}', true],
    [`{"a":${LONG},"b":1}`, '{"a":9007199254740992,"c":1}', false],
    [`{"a":${LONG}}`, '{"b":9007199254740992}', false],
    [`{"constructor":${LONG}}`, `{"a":${LONG}}`, false],
  ])('%s is alike to %s: %s', (one, other, expected) => {
    expect(alike(parseJson(one), parseJson(other))).toBe(expected)
    expect(alike(parseJson(other), parseJson(one))).toBe(expected)
  })
})

describe('a value with literals', () => {
  const value = parseJson(`{"a":[1.0,{"b":${LONG}}],"c":"x","d":null,"e":2}`)

  it('is a value of doubles for a library that knows nothing else', () => {
    expect(asDoubles(value as never)).toEqual({
      a: [1, { b: 9007199254740992 }],
      c: 'x',
      d: null,
      e: 2,
    })
  })

  it('is what a caller means: only what no double holds keeps its literal', () => {
    expect(stringifyJson(plainNumbers(value))).toBe(
      `{"a":[1,{"b":${LONG}}],"c":"x","d":null,"e":2}`,
    )
  })

  it('is found at any depth, and is itself where there is none', () => {
    expect(holdsLiteral(value)).toBe(true)
    expect(holdsLiteral([[{ a: [literal('1.0')] }]])).toBe(true)
    expect(holdsLiteral(literal('1.0'))).toBe(true)
    const plain = { a: [1, { b: null }] }
    expect(holdsLiteral(plain)).toBe(false)
    expect(holdsLiteral('1.0')).toBe(false)
    expect(holdsLiteral(null)).toBe(false)
    expect(plainNumbers(plain)).toBe(plain)
  })
})

describe('a text of JSON with a literal', () => {
  it.each([
    '1.0',
    '-1.0',
    '[]',
    '[1.0]',
    '[1.0,[],{},"a\\"]1.0",true,false,null,-7]',
    '{"a":{"b":[1.0,2,"x"]},"c":"}","":1}',
    '{"a\\\\":1.0,"b":"\\\\\\"","c":[]}',
  ])('is read and written as it was: %s', (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text)
  })

  it('is read with white space, words and escapes where JSON has them', () => {
    const text = ' { "a" :\t[ 1.0 ,\r\n true , false,null , "\\u0061" ] , "b" : { } } '
    expect(stringifyJson(parseJson(text))).toBe('{"a":[1.0,true,false,null,"a"],"b":{}}')
  })

  it('has the last value of a name that stands twice, as JSON.parse has', () => {
    expect(stringifyJson(parseJson('{"a":1.0,"b":2,"a":3.0}'))).toBe('{"a":3.0,"b":2}')
    expect(parseJson('{"__proto__":1.0}')).not.toBe({})
    expect(Object.keys(parseJson('{"__proto__":1.0}') as object)).toEqual(['__proto__'])
  })

  it('is written with indentation as JSON.stringify does it', () => {
    const plain = { a: [1, { b: 'x' }], c: {}, d: [], e: null }
    const kept = { ...plain, f: literal('2.0') }
    expect(stringifyJson(kept, 2)).toBe(
      JSON.stringify({ ...plain, f: 2 }, null, 2).replace('"f": 2', '"f": 2.0'),
    )
    expect(stringifyJson(plain, 2)).toBe(JSON.stringify(plain, null, 2))
  })

  it('is written without what JSON.stringify leaves out', () => {
    const at = new Date(0)
    const value = { n: literal('1.0'), u: undefined, f: () => 1, at, list: [undefined, () => 1] }
    expect(stringifyJson(value)).toBe(
      '{"n":1.0,"at":"1970-01-01T00:00:00.000Z","list":[null,null]}',
    )
  })

  it.each([
    ['[[1]]', 2, true],
    ['[[1]]', 1, false],
    ['{"a":{"b":1.0}}', 2, true],
    ['{"a":{"b":1.0}}', 1, false],
    ['[[],[],[]]', 2, true],
    ['{"a":{},"b":{}}', 2, true],
    ['["[[["]', 1, true],
    ['1.0', 0, true],
  ])('%s is nested no deeper than %i: %s', (text, depth, fits) => {
    if (fits) expect(stringifyJson(parseJson(text, depth))).toBe(text)
    else expect(() => parseJson(text, depth)).toThrow(new SyntaxError('JSON is nested too deep'))
  })
})
