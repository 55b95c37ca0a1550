/** JSON.parse is the authority on grammar: what it takes and no rule of ours forbids is taken as it is. */

import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { asDoubles } from '../../src/core/json/kept-numbers.ts'
import { parseJson } from '../../src/http/wire/json-body.ts'
import { jsonFault } from '../../src/http/wire/json-fault.ts'
import { createTally, runs } from '../property.ts'
import { outcomeOf } from './refusal.ts'

const RUNS = { numRuns: runs(3_000) }
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Pieces of JSON and of what looks like it, so that the generator meets every transition. */
const piece = fc.constantFrom(
  ...['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"\\u0061"', '"\\ud83d\\ude00"', '""', ' '],
  ...['1', '-0', '01', '1.', '1e9', '-', 'true', 'nul', 'null', '"', '\\', '\n', '\t', '\u0001'],
  ...['é', '\u2028', '\ufeff', "'a'", '//', 'NaN', '"__proto_"', '{"a":', '[{', '}]', '"a":1,'],
)
const pieces = fc.array(piece, { maxLength: 14 }).map((all) => all.join(''))
/** JSON with one place replaced, left out or doubled. */
const damaged = fc
  .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', '0', '\\', ' '))
  .map(([text, at, by]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + by + text.slice(place + 1)
  })
const text = fc.oneof(pieces, damaged, fc.json(), fc.string({ unit: 'binary' }))

function parsed(source: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(source) }
  } catch {
    return undefined
  }
}

describe('every text', () => {
  it('is refused when JSON.parse refuses it, and is else what JSON.parse gives or refused by a rule', () => {
    const tally = createTally('texts as JSON')
    fc.assert(
      fc.property(text, (source) => {
        // What a lone surrogate becomes in UTF-8 is the text that arrives.
        const arrived = source.replace(/\p{Surrogate}/gu, '\ufffd')
        const outcome = outcomeOf(() => parseJson(bytesOf(arrived)))
        const expected = parsed(arrived)
        if (expected === undefined) {
          expect(outcome).toBeInstanceOf(ClientError)
          tally.add('refused')
        } else if (outcome instanceof ClientError) {
          expect(outcome.message).not.toContain('must be JSON')
          tally.add('refused by a rule')
        } else {
          expect(asDoubles(outcome as JsonObject)).toEqual(expected.value)
          tally.add('read')
        }
      }),
      RUNS,
    )
    tally.print()
    // About 950 of 3,000: 500 is 17 standard deviations below.
    expect(tally.count('read')).toBeGreaterThan(500)
  })

  it('has a fault just when JSON.parse finds one, at a place that exists', () => {
    fc.assert(
      fc.property(text, (source) => {
        const fault = jsonFault(source)
        expect(fault === undefined).toBe(parsed(source) !== undefined)
        if (fault === undefined) return
        const lines = source.split('\n')
        expect(fault.line).toBeLessThanOrEqual(lines.length)
        expect(fault.column).toBeLessThanOrEqual((lines[fault.line - 1]?.length ?? 0) + 1)
      }),
      RUNS,
    )
  })
})

describe('every value', () => {
  it('comes back as it was sent, however it is written', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 8 }),
        fc.constantFrom(undefined, 2, '\t'),
        (value, indent) => {
          const outcome = outcomeOf(() => parseJson(bytesOf(JSON.stringify(value, null, indent))))
          if (outcome instanceof ClientError) {
            expect(JSON.stringify(value)).toMatch(
              /__proto__|constructor|prototype|surrogate|\\u[dD]/,
            )
          } else expect(outcome).toEqual(JSON.parse(JSON.stringify(value)))
        },
      ),
      RUNS,
    )
  })
})

describe('every sequence of bytes', () => {
  it('is a value or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        outcomeOf(() => parseJson(bytes))
      }),
      RUNS,
    )
  })
})

afterAll(() => {
  expect(Object.keys(Object.prototype)).toEqual([])
})
