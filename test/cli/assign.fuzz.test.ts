/** Attributes on the command line: whatever is meant can be written, and whatever is written is read or refused. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAssignment, patchOf } from '../../src/cli/change/assign.ts'
import { UsageError } from '../../src/cli/exit.ts'
import { FIELD_NAMES, FIELDS, type FieldName } from '../../src/core/client.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { createTally, runs } from '../property.ts'

const text = fc.string({ unit: 'binary', maxLength: 40 })
const filled = text.filter((one) => one !== '')
const key = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((one) => !one.includes('=') && !/[+-]$/.test(one))
  .filter((one) => !['__proto__', 'constructor', 'prototype'].includes(one))

/** A field, the words that are to set it, and what they mean. */
type Meant = readonly [words: readonly string[], field: FieldName, value: Json]

const byKind = (kind: string) => FIELD_NAMES.filter((field) => FIELDS[field].kind === kind)
const fieldOf = (kind: string) => fc.constantFrom(...byKind(kind))
const json = (field: string, value: unknown) => `${field}=${JSON.stringify(value)}`

const MEANT: fc.Arbitrary<Meant> = fc.oneof(
  fc.tuple(fieldOf('string'), filled).map(([f, v]): Meant => [[`${f}=${v}`], f, v]),
  fieldOf('string').map((f): Meant => [[`${f}=`], f, null]),
  fc.tuple(fieldOf('boolean'), fc.boolean()).map(([f, v]): Meant => [[`${f}=${v}`], f, v]),
  fc.tuple(fieldOf('integer'), fc.nat()).map(([f, v]): Meant => [[`${f}=${v}`], f, v]),
  fc.tuple(fieldOf('list'), fc.array(text)).map(([f, v]): Meant => [[json(f, v)], f, v]),
  fc
    .tuple(
      fieldOf('list'),
      fc.array(
        filled.filter((v) => !/^\[|,/.test(v)),
        { minLength: 1 },
      ),
    )
    .map(([f, v]): Meant => [[`${f}=${v.join(',')}`], f, v]),
  fc
    .tuple(
      fieldOf('list'),
      filled.filter((v) => !/^\[|,/.test(v)),
      filled.filter((v) => !/^\[|,/.test(v)),
    )
    .map(([f, a, r]): Meant => [[`${f}+=${a}`, `${f}-=${r}`], f, { add: [a], remove: [r] }]),
  fc
    .tuple(fieldOf('map'), fc.dictionary(key, filled, { minKeys: 1, noNullPrototype: true }))
    .map(([f, v]): Meant => [Object.entries(v).map(([k, one]) => `${f}.${k}=${one}`), f, v]),
  fc
    .tuple(
      fieldOf('raw'),
      fc.dictionary(key, fc.jsonValue() as fc.Arbitrary<Json>, { noNullPrototype: true }),
    )
    .map(([f, v]): Meant => [[json(f, v)], f, v as JsonObject]),
)

describe('an attribute', () => {
  it('is read as it is meant', () => {
    fc.assert(
      fc.property(MEANT, ([words, field, value]) => {
        expect(words.every(isAssignment)).toBe(true)
        expect(patchOf(words)).toEqual({ [field]: JSON.parse(JSON.stringify(value)) })
      }),
      { numRuns: runs(2_000) },
    )
  })

  it('is read or refused with a sentence, whatever is written', () => {
    const word = fc.oneof(
      text,
      fc
        .tuple(
          fc.constantFrom(...FIELD_NAMES),
          fc.constantFrom('=', '+=', '-=', '.a=', '..='),
          text,
        )
        .map((parts) => parts.join('')),
    )
    const tally = createTally('words as attributes')
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (words) => {
        try {
          const patch = patchOf(words)
          tally.add('read')
          expect(
            Object.keys(patch).every((name) => (FIELD_NAMES as readonly string[]).includes(name)),
          ).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
          tally.add('refused')
        }
      }),
      { numRuns: runs(3_000) },
    )
    tally.print()
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

it.each([
  [['callbacks=a,b', 'callbacks+=c'], undefined],
  [['clientMetadata.a=1', 'clientMetadata.b='], { clientMetadata: { a: '1', b: null } }],
  [['callbacks+=c', 'callbacks=a,b'], undefined],
  [['name=a', 'name=b'], undefined],
  [['callbacks+=a', 'callbacks+=b'], { callbacks: { add: ['a', 'b'] } }],
  [['refreshTokenRotation.enabled=true'], { refreshTokenRotation: { enabled: true } }],
  [
    ['providerSettings.jwt_configuration.secret_encoded=false'],
    {
      providerSettings: { jwt_configuration: { secret_encoded: false } },
    },
  ],
  [['name+=x'], undefined],
  [['disabled=yes'], undefined],
  [['accessTokenLifetime=1h'], undefined],
  [['secret=something-long-enough-for-a-secret'], undefined],
  [['nmae=x'], undefined],
  [['providerSettings.__proto__.polluted=1'], undefined],
])('%j', (words, patch) => {
  if (patch === undefined) expect(() => patchOf(words)).toThrow(UsageError)
  else expect(patchOf(words)).toEqual(patch)
})
