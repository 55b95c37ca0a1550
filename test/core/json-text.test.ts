/** The reader and the writer of JSON: the grammar of JSON.parse, and every number as it was written. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, isRecord, type Json, same } from '../../src/core/json/json.ts'
import { isNumber, numberOfLiteral } from '../../src/core/json/json-number.ts'
import { MAX_DEPTH, parseJson, stringifyJson } from '../../src/core/json/json-text.ts'
import { withHeldNumbers } from '../../src/core/json/kept-numbers.ts'
import { runs } from '../property.ts'

/** Nicolas Seriot, "Parsing JSON is a Minefield" (JSONTestSuite), beside the checkout. */
const SUITE = join(process.cwd(), '..', 'shared', 'data', 'json-test-suite', 'test_parsing')

const digits = fc.stringMatching(/^(0|[1-9]\d{0,30})$/)
const literal = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.stringMatching(/^(\.\d{1,25})?$/),
    fc.stringMatching(/^([eE][-+]?\d{1,4})?$/),
  )
  .map((parts) => parts.join(''))
const space = fc.constantFrom('', ' ', '\n', '\t\r ')
/** Texts of JSON with numbers of any length, odd names, escapes and white space. */
const { text } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    literal,
    fc.constantFrom('true', 'false', 'null', '""', '"\\u0061\\n\\""', '"1.0"', '"[-1E9"'),
    fc.string().map((value) => JSON.stringify(value)),
    fc
      .tuple(fc.array(tie('text') as fc.Arbitrary<string>, { maxLength: 4 }), space)
      .map(([items, gap]) => `[${gap}${items.join(`${gap},`)}${gap}]`),
    fc
      .tuple(
        fc.array(
          fc.tuple(
            fc.constantFrom('"a"', '"b"', '"__proto__"', '"constructor"', '"1"', '"\\u0061"', '""'),
            tie('text') as fc.Arbitrary<string>,
          ),
          { maxLength: 4 },
        ),
        space,
      )
      .map(
        ([members, gap]) =>
          `{${gap}${members.map(([name, value]) => `${name}${gap}:${gap}${value}`).join(`${gap},`)}${gap}}`,
      ),
  ),
}))

const NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[-+.eE\d]*/g
/** Number literals of a text, in order, where no name stands twice. */
const literalsOf = (source: string) =>
  (source.match(NUMBER) ?? []).filter((token) => !token.startsWith('"'))

/** The value as JSON.parse has it. */
function rounded(value: Json): unknown {
  if (isNumber(value)) return Number(value)
  if (Array.isArray(value)) return value.map(rounded)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rounded(inner)]))
}

describe('any text of JSON', () => {
  it('has the value that JSON.parse gives it, but for numbers that no double gives back', () => {
    fc.assert(
      fc.property(text, (source) => {
        expect(rounded(parseJson(source))).toEqual(JSON.parse(source))
      }),
      { numRuns: runs(2_000) },
    )
  })

  it('is written with the numbers that were read', () => {
    fc.assert(
      fc.property(fc.array(literal, { maxLength: 6 }), (numbers) => {
        const list = `[${numbers.join(',')}]`
        const object = `{${numbers.map((number, index) => `"n${index}":[${number}]`).join(',')}}`
        expect(stringifyJson(parseJson(list))).toBe(list)
        expect(stringifyJson(parseJson(object))).toBe(object)
        expect(literalsOf(stringifyJson(parseJson(list), 2))).toEqual(numbers)
      }),
      { numRuns: runs(1_000) },
    )
  })

  it('is written as JSON.stringify does, with and without indentation, but for those numbers', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(0, 2), (source, indent) => {
        const value = { value: parseJson(source), odd: numberOfLiteral('1.0') }
        const written = stringifyJson(value, indent)
        expect(JSON.parse(written)).toEqual({ value: JSON.parse(source), odd: 1 })
        const plain = JSON.parse(source) as unknown
        expect(stringifyJson(plain, indent)).toBe(JSON.stringify(plain, null, indent))
      }),
      { numRuns: runs(1_000) },
    )
  })
})

it('takes and refuses what JSON.parse does in the whole test suite', () => {
  const files = readdirSync(SUITE)
  expect(files.length).toBeGreaterThan(300)
  for (const file of files) {
    const source = readFileSync(join(SUITE, file)).toString()
    const outcome = (parse: (one: string) => unknown) => {
      try {
        return { value: parse(source) }
      } catch (error) {
        return (error as Error).name
      }
    }
    const mine = outcome((one) => rounded(parseJson(one)))
    const theirs = outcome(JSON.parse)
    // A text that is nested deeper than the bound is refused.
    if (file !== 'i_structure_500_nested_arrays.json') expect(mine, file).toEqual(theirs)
    if (file.startsWith('n_')) expect(mine, file).toBe('SyntaxError')
  }
})

it('refuses what is nested deeper than the bound, which would exhaust the stack', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}1.0${']'.repeat(depth)}`
  expect(() => parseJson(nested(MAX_DEPTH + 1))).toThrow(SyntaxError)
  expect(() => parseJson(nested(1_000_000))).toThrow(SyntaxError)
  expect(stringifyJson(parseJson(nested(MAX_DEPTH)))).toBe(nested(MAX_DEPTH))
})

it('cannot be made to write what a caller puts in the place of a number', () => {
  const forged = '{"isLosslessNumber":true,"value":"1,\\"admin\\":true","n":1.0}'
  expect(stringifyJson(parseJson(forged))).toBe(forged)
})

describe('numbers', () => {
  const number = literal.map(numberOfLiteral)

  it.each([
    ['1', '1.0', true],
    ['1', '10E-1', true],
    ['0', '-0.00e7', true],
    ['9007199254740993', '9007199254740992', false],
    ['9007199254740993', '9007199254740993.0', true],
    ['1E400', '10E399', true],
    ['1E400', '1E401', false],
    ['0.1', '0.10000000000000001', false],
    ['1e99999999999999999999999999999999999999', '1e99999999999999999999999999999999999999', true],
  ])('%s and %s are the same: %s', (one, other, equal) => {
    expect(same(numberOfLiteral(one), numberOfLiteral(other))).toBe(equal)
    const texts = [one, other].map((each) => canonicalJson(numberOfLiteral(each)))
    expect(texts[0] === texts[1]).toBe(equal)
  })

  it('have one canonical text exactly where they are the same, and that of the double if it is one', () => {
    fc.assert(
      fc.property(number, number, (one, other) => {
        expect(same(one, other)).toBe(canonicalJson(one) === canonicalJson(other))
        expect(same(one, one)).toBe(true)
      }),
      { numRuns: runs(2_000) },
    )
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        const exponent = numberOfLiteral(double.toExponential())
        expect(canonicalJson(exponent)).toBe(JSON.stringify(Number(double.toExponential())))
      }),
      { numRuns: runs() },
    )
  })
})

describe('what JavaScript sends back', () => {
  it.each([
    ['{"a":9007199254740993}', '{"a":9007199254740992}', '{"a":9007199254740993}'],
    [
      '{"a":[12345678901234567890,1]}',
      '{"a":[12345678901234567000,2]}',
      '{"a":[12345678901234567890,2]}',
    ],
    ['{"a":[1.0,{"b":1E2}]}', '{"a":["new",1,{"b":100}]}', '{"a":["new",1.0,{"b":1E2}]}'],
    ['{"a":9007199254740993}', '{"a":7,"c":9007199254740992}', '{"a":7,"c":9007199254740992}'],
    ['{"a":1E400}', '{"a":1E401}', '{"a":1E401}'],
  ])('of %s as %s is %s', (held, sent, kept) => {
    expect(stringifyJson(withHeldNumbers(parseJson(sent), parseJson(held)))).toBe(kept)
  })

  it('is what is held, whatever it holds', () => {
    fc.assert(
      fc.property(text, (source) => {
        const held = { value: parseJson(source), odd: numberOfLiteral('9007199254740993') }
        const back = JSON.parse(stringifyJson(held)) as Json
        // What is beyond doubles becomes null in JavaScript, and is not sent back.
        fc.pre(!stringifyJson(back).includes('null') || !/\d[eE]\+?\d{3}/.test(source))
        expect(stringifyJson(withHeldNumbers(back, held))).toBe(stringifyJson(held))
      }),
      { numRuns: runs(1_000) },
    )
  })
})
