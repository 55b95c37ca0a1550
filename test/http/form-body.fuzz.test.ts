/** What can be said in the grammar of forms comes back as it was said; anything else is refused. */

import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { isRecord } from '../../src/core/json/json.ts'
import { parseForm } from '../../src/http/wire/form-body.ts'
import { createTally, runs } from '../property.ts'
import { KINDS } from './form-kinds.ts'
import { outcomeOf } from './refusal.ts'

const RUNS = { numRuns: runs(2_000) }
const FORBIDDEN = ['__proto__', 'constructor', 'prototype']

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const name = text.filter((one) => /^[^[\]]+$/.test(one) && !FORBIDDEN.includes(one))
const list = fc.array(text, { maxLength: 5 })
const client = fc.record(
  {
    name: text,
    oidcConformant: fc.boolean(),
    idTokenLifetime: fc.integer(),
    callbacks: fc.oneof(list, fc.record({ add: list, remove: list }, { requiredKeys: ['add'] })),
    grantTypes: list,
    clientMetadata: fc.dictionary(name, text),
    refreshTokenRotation: fc
      .record({ enabled: fc.boolean(), graceSeconds: fc.nat() }, { requiredKeys: ['enabled'] })
      .map((value): JsonObject => ({ ...value })),
  },
  { requiredKeys: [] },
)

/** The pairs of one value; lists by index or by `[]`. */
function pairsOf(path: string, value: Json, indexed: boolean): [string, string][] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [[path, '']]
    return value.map((item, index) => [`${path}[${indexed ? index : ''}]`, String(item)])
  }
  if (!isRecord(value)) return [[path, String(value)]]
  const members = Object.entries(value)
  if (members.length === 0) return [[path, '']]
  return members.flatMap(([member, item]) => pairsOf(`${path}[${member}]`, item, indexed))
}

const piece = fc.constantFrom(
  ...['client', 'provider', 'userPoolId', 'callbacks', 'name', 'clientMetadata', '__proto__', 'x'],
  ...['[', ']', '[]', '[0]', '[1]', '[add]', '[remove]', '[callbacks]', '[name]', '[enabled]'],
  ...['[clientMetadata]', '[refreshTokenRotation]', '[providerSettings]', '[__proto__]', '[é]'],
  ...['=', '=', '=', '&', '&', '%5B', '%5d', '%', '%ff', '+', 'true', '7', '{}', '{"a":1}', '\0'],
)
const attack = fc.oneof(
  fc.array(piece, { maxLength: 20 }).map((all) => all.join('')),
  fc
    .array(fc.tuple(fc.array(piece, { maxLength: 3 }), text), { maxLength: 5 })
    .map((all) => all.map(([path, value]) => `client${path.join('')}=${value}`).join('&')),
  fc.string({ unit: 'binary' }),
)

describe('every client within the grammar', () => {
  it('comes back as it was, in any order of its pairs', () => {
    fc.assert(
      fc.property(client, fc.boolean(), fc.boolean(), (sent, indexed, backwards) => {
        const pairs = pairsOf('client', sent as JsonObject, indexed)
        // Only indices carry an order of their own.
        if (backwards && indexed) pairs.reverse()
        if (Object.keys(sent).length === 0) return
        const form = new URLSearchParams([['provider', 'auth0'], ...pairs]).toString()
        expect(parseForm(form, KINDS)).toEqual({ provider: 'auth0', client: sent })
      }),
      RUNS,
    )
  })

  it('comes back as it was from client=<JSON>', () => {
    fc.assert(
      fc.property(client, (sent) => {
        const form = new URLSearchParams({ client: JSON.stringify(sent) }).toString()
        expect(parseForm(form, KINDS)).toEqual({ client: sent })
      }),
      RUNS,
    )
  })
})

describe('every text', () => {
  it('is a body of strings, flags, numbers, lists and records, or a refusal', () => {
    const tally = createTally('texts as forms')
    fc.assert(
      fc.property(attack, (form) => {
        const outcome = outcomeOf(() => parseForm(form, KINDS))
        tally.add(outcome instanceof Error ? 'refused' : 'read')
        if (outcome instanceof Error) return
        expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome)
        expect(outcomeOf(() => parseForm(form, KINDS))).toEqual(outcome)
      }),
      { numRuns: runs(5_000) },
    )
    tally.print()
  })
})

afterAll(() => {
  expect(Object.keys(Object.prototype)).toEqual([])
})
