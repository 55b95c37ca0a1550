/** G1: the body of an update, by what comes out of a provider that takes it as its mapping says. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { isRecord } from '../../src/core/json/json.ts'
import { key, list } from '../../src/core/mapping/lenses.ts'
import { isSendable, updateBody } from '../../src/core/plan/update-body.ts'
import { runs } from '../property.ts'
import { mappingOf } from './mapping.ts'
import { thrown } from './thrown.ts'

const record = fc.dictionary(
  fc.constantFrom('a', 'b', 'merged', 'constructor', 'fixed', 'unseen'),
  fc.oneof(
    fc.constantFrom<Json>(1, 'text', false, ['x'], []),
    fc.dictionary(fc.constantFrom('one', 'two', 'toString'), fc.constantFrom<Json>(1, 2, ['y']), {
      noNullPrototype: true,
    }),
  ),
  { noNullPrototype: true },
) as fc.Arbitrary<JsonObject>

/** The members that an update may touch. */
const writable = (native: JsonObject) =>
  Object.fromEntries(
    Object.entries(native).filter(([name]) => name !== 'fixed' && name !== 'unseen'),
  )

describe('where omission resets', () => {
  const mapping = mappingOf(
    {},
    { omitted: 'reset', readOnlyKeys: ['fixed'], hiddenKeys: ['unseen'] },
  )

  it('sends the whole record that shall be, without what an update does not take', () => {
    fc.assert(
      fc.property(record, record, (native, next) => {
        expect(updateBody(mapping, native, next)).toEqual(writable(next))
      }),
      { numRuns: runs() },
    )
  })
})

describe('where omission keeps', () => {
  const mapping = mappingOf(
    {},
    {
      readOnlyKeys: ['fixed'],
      hiddenKeys: ['unseen'],
      mergedKeys: ['merged'],
      nullablePaths: ['a', 'b', 'constructor', 'merged', 'merged.*'],
    },
  )

  /** What a provider holds after it took a body. */
  function taken(native: JsonObject, body: JsonObject): JsonObject {
    const held = new Map(Object.entries(native))
    for (const [name, value] of Object.entries(body)) {
      const before = held.get(name)
      if (value === null) held.delete(name)
      else if (name === 'merged' && isRecord(before) && isRecord(value)) {
        held.set(name, taken(before, value))
      } else held.set(name, value)
    }
    return Object.fromEntries(held)
  }

  it('ends in the record that shall be, in what an update takes', () => {
    fc.assert(
      fc.property(record, record, (native, next) => {
        const after = taken(native, updateBody(mapping, native, next))
        expect(writable(after)).toEqual(writable(next))
      }),
      { numRuns: runs(1_000) },
    )
  })

  it('sends nothing that is as it was, neither a member nor one inside a merged object', () => {
    fc.assert(
      fc.property(record, record, (native, next) => {
        for (const [name, value] of Object.entries(updateBody(mapping, native, next))) {
          expect(value).not.toEqual(native[name])
          const [was, is] = [native[name], next[name]]
          if (name !== 'merged' || !isRecord(value) || !isRecord(was) || !isRecord(is)) continue
          for (const [inner, item] of Object.entries(value)) expect(item).not.toEqual(was[inner])
        }
        expect(updateBody(mapping, next, next)).toEqual({})
      }),
      { numRuns: runs(1_000) },
    )
  })

  it('sends an object that is not merged member by member as a whole', () => {
    const body = updateBody(mapping, { a: { one: 1, two: 2 } }, { a: { one: 1, two: 3 } })
    expect(body).toEqual({ a: { one: 1, two: 3 } })
  })
})

describe('removing what has no null', () => {
  /** A provider for which an empty value of some members means the same as none. */
  const emptied = (ways: Parameters<typeof mappingOf>[1] = {}) =>
    mappingOf(
      { callbacks: list('urls', 'omit'), description: key('text') },
      {
        normal: (native) =>
          Object.fromEntries(
            Object.entries(native).filter(
              ([name, value]) =>
                name === 'strict' || !['[]', '{}', '""'].includes(JSON.stringify(value)),
            ),
          ),
        ...ways,
      },
    )

  it.each<[string, Json, Json]>([
    ['a list', ['x'], []],
    ['a text', 'x', ''],
    ['an object', { one: 1 }, {}],
  ])('sends %s empty', (_, before, empty) => {
    expect(updateBody(emptied(), { member: before }, {})).toEqual({ member: empty })
  })

  it('sends a null where the provider takes one', () => {
    const mapping = emptied({ nullablePaths: ['member'] })
    expect(updateBody(mapping, { member: ['x'] }, {})).toEqual({ member: null })
  })

  it('takes the members of a merged object away one by one', () => {
    const mapping = emptied({ mergedKeys: ['member'], nullablePaths: ['member', 'member.*'] })
    const body = updateBody(mapping, { member: { one: 1, two: 2 } }, {})
    expect(body).toEqual({ member: { one: null, two: null } })
  })

  it('sends a null for a merged object whose emptiness means something', () => {
    const mapping = emptied({ mergedKeys: ['strict'], nullablePaths: ['strict', 'strict.*'] })
    expect(updateBody(mapping, { strict: { one: 1 } }, {})).toEqual({ strict: null })
  })

  it('sends a null for a merged member that held no object', () => {
    const mapping = emptied({ mergedKeys: ['member'], nullablePaths: ['member', 'member.*'] })
    expect(updateBody(mapping, { member: 'x' }, {})).toEqual({ member: null })
  })

  it.each<[string, JsonObject, JsonObject, string]>([
    ['an attribute', { urls: ['x'] }, {}, 'client.callbacks'],
    ['a setting', { strict: { one: 1 } }, {}, 'client.providerSettings.strict'],
    [
      'a setting inside a merged one',
      { merged: { one: 1, two: 2 } },
      { merged: { two: 2 } },
      'client.providerSettings.merged.one',
    ],
  ])('refuses to clear %s that has no way back, naming it', (_, native, next, field) => {
    const mapping = emptied({
      mergedKeys: ['merged'],
      normal: (record) => record,
      // A way back for what lies inside is none for the whole, and the other way round.
      nullablePaths: ['strict.*', 'urls.*', 'merged', 'other.*'],
    })
    const error = thrown(() => updateBody(mapping, native, next))
    expect(error).toMatchObject({ code: 'unsupported_field', field })
    expect(error.message).toMatch(new RegExp(`^${field} cannot be cleared: .{20,}$`))
  })
})

describe('what can be sent', () => {
  const keeping = mappingOf({}, { mergedKeys: ['merged'], nullablePaths: ['a', 'merged.one'] })
  const held = { a: 1, b: 1, merged: { one: 1, two: 2 } }

  it('is a removal by a null, and none of what has no way back', () => {
    expect(isSendable(keeping, held, { ...held, merged: { two: 2 } })).toBe(true)
    expect(isSendable(keeping, held, { b: 1, merged: held.merged })).toBe(true)
    expect(isSendable(keeping, held, { ...held, merged: { one: 1 } })).toBe(false)
    expect(isSendable(keeping, held, { a: 1, merged: held.merged })).toBe(false)
  })

  it('is any removal where omission resets', () => {
    expect(isSendable({ ...keeping, omitted: 'reset' }, held, {})).toBe(true)
  })

  it('is not what fails for another reason', () => {
    const normal = () => {
      throw new TypeError('no record')
    }
    expect(() => isSendable({ ...keeping, normal }, held, {})).toThrow(TypeError)
  })
})
