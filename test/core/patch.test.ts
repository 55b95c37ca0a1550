/** Merge patches (RFC 7396): what is taken, what is refused and where, and that no value is echoed. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldName } from '../../src/core/client.ts'
import { ClientError } from '../../src/core/errors.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import {
  applyMember,
  checkMember,
  mergePatch,
  parseJsonPatch,
  parseMergePatch,
} from '../../src/core/patch/patch.ts'
import { quoted } from '../../src/core/patch/quoted.ts'
import { runs } from '../property.ts'
import { thrown } from './thrown.ts'

/** RFC 7396 appendix A: original, patch, result. */
const RFC_7396: readonly (readonly [Json, Json, Json])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

describe('mergePatch', () => {
  it.each(RFC_7396)('%j patched with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })

  it('never writes into its arguments and never reaches a prototype', () => {
    const json = fc.jsonValue() as fc.Arbitrary<Json>
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const [one, other] = [JSON.stringify(target), JSON.stringify(patch)]
        mergePatch(target, patch)
        expect([JSON.stringify(target), JSON.stringify(patch)]).toEqual([one, other])
        expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      }),
      { numRuns: runs() },
    )
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}') as Json)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('parseMergePatch', () => {
  const refusals: readonly (readonly [string, Json | undefined, string, string])[] = [
    ['no client', undefined, 'invalid_request', 'client'],
    ['a client that is a list', [], 'invalid_request', 'client'],
    ['a client that is null', null, 'invalid_request', 'client'],
    ['an unknown attribute', { callback: [] }, 'unknown_field', 'client.callback'],
    ['a text for a list', { callbacks: 'x' }, 'invalid_field', 'client.callbacks'],
    [
      'a number in a list',
      { callbacks: ['https://a.example', 5] },
      'invalid_field',
      'client.callbacks[1]',
    ],
    ['an empty text', { name: '' }, 'invalid_field', 'client.name'],
    [
      'a list change with a stray member',
      { callbacks: { push: [] } },
      'invalid_field',
      'client.callbacks',
    ],
    [
      'a list change that is no list',
      { callbacks: { add: 'x' } },
      'invalid_field',
      'client.callbacks.add',
    ],
    [
      'adding and removing one value',
      { callbacks: { add: ['a'], remove: ['a'] } },
      'invalid_field',
      'client.callbacks',
    ],
    [
      'a metadata value that is no text',
      { clientMetadata: { a: 1 } },
      'invalid_field',
      'client.clientMetadata.a',
    ],
    [
      'a lifetime of half a second',
      { idTokenLifetime: 0.5 },
      'invalid_field',
      'client.idTokenLifetime',
    ],
    [
      'rotation with a stray member',
      { refreshTokenRotation: { grace: 1 } },
      'invalid_field',
      'client.refreshTokenRotation',
    ],
    ['a mask for a secret', { secret: '*'.repeat(32) }, 'invalid_field', 'client.secret'],
    ['a short secret', { secret: 'short' }, 'invalid_field', 'client.secret'],
  ]

  it.each(refusals)('refuses %s', (_, client, code, field) => {
    const error = thrown(() => parseMergePatch(client))
    expect(error).toMatchObject({ code, field })
  })

  it('never echoes the value that it refuses', () => {
    const error = thrown(() => parseMergePatch({ secret: 'hunter2' }))
    expect(error.message).not.toContain('hunter2')
  })

  it('takes one member of an object alone, and null for every member', () => {
    expect(() => parseMergePatch({ refreshTokenRotation: { enabled: true } })).not.toThrow()
    expect(() => parseMergePatch({ callbacks: null, clientMetadata: { a: null } })).not.toThrow()
  })

  it('gives only errors of ours, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (client) => {
        try {
          parseMergePatch(client as Json)
        } catch (error) {
          expect(error).toBeInstanceOf(ClientError)
        }
      }),
      { numRuns: runs() },
    )
  })
})

it('operations are distinguished from members', () => {
  expect(parseJsonPatch([])).toEqual({ kind: 'operations', operations: [] })
})

describe('what a refusal says', () => {
  const long = 'x'.repeat(2_049)
  const many = Array.from({ length: 1_001 }, (_, index) => `https://a.example/${index}`)

  it.each<[string, Json | undefined, string]>([
    ['no client', undefined, 'The body must have a member "client" with the attributes to change.'],
    ['a client of another kind', [], 'client must be an object with the attributes to change.'],
    ['a number', { name: 5 }, 'client.name must be a string.'],
    ['a text for a list', { callbacks: 'x' }, 'client.callbacks must be a list.'],
    ['a text for a flag', { disabled: 'x' }, 'client.disabled must be true or false.'],
    ['half a second', { idTokenLifetime: 0.5 }, 'client.idTokenLifetime must be a whole number.'],
    ['a text for a number', { idTokenLifetime: 'x' }, 'client.idTokenLifetime must be a number.'],
    ['nothing at all', { idTokenLifetime: 0 }, 'client.idTokenLifetime must be at least 1.'],
    [
      'too long',
      { idTokenLifetime: 315_360_001 },
      'client.idTokenLifetime must be at most 315360000.',
    ],
    ['an empty text', { name: '' }, 'client.name must not be empty.'],
    ['a long text', { name: long }, 'client.name must have at most 2048 characters.'],
    ['a short secret', { secret: 'abc' }, 'client.secret must have at least 24 characters.'],
    ['a number for a secret', { secret: 7 }, 'client.secret must be a string.'],
    ['a mask', { secret: '•'.repeat(30) }, 'client.secret must be a real secret, not its mask.'],
    ['lines', { secret: '\n'.repeat(30) }, 'client.secret must be a real secret, not its mask.'],
    ['many values', { callbacks: many }, 'client.callbacks must have at most 1000 values.'],
    [
      'many more values',
      { callbacks: { add: many } },
      'client.callbacks.add must have at most 1000 values.',
    ],
    [
      'a stray member of a list change',
      { callbacks: { add: [], push: [] } },
      'client.callbacks must be a list, or an object with "add" and "remove" only.',
    ],
    [
      'a value that comes and goes',
      { callbacks: { add: ['a', 'b'], remove: ['c', 'b'] } },
      'client.callbacks must not add and remove the same value.',
    ],
    ['a text for an object', { clientMetadata: 'x' }, 'client.clientMetadata must be an object.'],
    [
      'a text for another object',
      { refreshTokenRotation: 'x' },
      'client.refreshTokenRotation must be an object.',
    ],
    [
      'stray members of an object',
      { refreshTokenRotation: { grace: 1, 'a b': 2 } },
      'client.refreshTokenRotation has an unknown member: grace, "a b".',
    ],
    [
      'a wrong member beside one that is absent',
      { refreshTokenRotation: { graceSeconds: 'x' } },
      'client.refreshTokenRotation.graceSeconds must be a number.',
    ],
    [
      'a null inside an object',
      { refreshTokenRotation: { enabled: null } },
      'client.refreshTokenRotation.enabled must be true or false.',
    ],
    [
      'an odd name in metadata',
      { clientMetadata: { kept: 'x', 'a b': 1 } },
      'client.clientMetadata."a b" must be a string.',
    ],
    [
      'a text for settings',
      { providerSettings: 'x' },
      'client.providerSettings must be an object.',
    ],
    [
      'an unknown attribute',
      { callback: [] },
      'client.callback is not an attribute of a client. GET /providers/{id} lists the attributes.',
    ],
  ])('%s', (_, client, message) => {
    expect(thrown(() => parseMergePatch(client)).message).toBe(message)
  })

  it.each<[string, JsonObject]>([
    ['a secret of two characters in turn', { secret: 'ab'.repeat(12) }],
    ['as many values as there may be', { callbacks: many.slice(1) }],
    ['a text as long as it may be', { name: long.slice(1) }],
    ['additions and removals of others', { callbacks: { add: ['a'], remove: ['b'] } }],
    ['additions alone', { callbacks: { add: ['a'] } }],
    ['removals alone', { callbacks: { remove: ['a'] } }],
    ['metadata with removals', { clientMetadata: { a: null, b: 'x' } }],
    ['the parts of an object', { refreshTokenRotation: { graceSeconds: 5 } }],
    ['nothing', {}],
  ])('nothing of %s', (_, client) => {
    expect(parseMergePatch(client)).toEqual({ kind: 'merge', fields: client })
  })
})

describe('applyMember', () => {
  const urls = fc.uniqueArray(fc.webUrl(), { maxLength: 8 })

  it('adds what is missing, removes what is there, and keeps the rest in order', () => {
    fc.assert(
      fc.property(urls, urls, urls, (current, add, removed) => {
        const remove = removed.filter((url) => !add.includes(url))
        const after = applyMember('callbacks', current, { add, remove }) as string[]
        const kept = current.filter((url) => !remove.includes(url))
        expect(after.slice(0, kept.length)).toEqual(kept)
        expect(new Set(after)).toEqual(new Set([...kept, ...add]))
        expect(new Set(after).size).toBe(after.length)
      }),
      { numRuns: runs() },
    )
  })

  it.each<[FieldName, Json, Json, Json]>([
    ['name', 'Old', null, null],
    ['name', 'Old', 'New', 'New'],
    ['callbacks', ['a'], null, null],
    ['callbacks', ['a'], ['b', 'c', 'b'], ['b', 'c']],
    ['callbacks', ['a', 'b'], { remove: ['a'] }, ['b']],
    ['callbacks', ['a', 'b'], { add: ['c'] }, ['a', 'b', 'c']],
    ['clientMetadata', { a: '1' }, null, null],
    [
      'refreshTokenRotation',
      { enabled: true, graceSeconds: 5 },
      { enabled: false },
      { enabled: false, graceSeconds: 5 },
    ],
    ['refreshTokenRotation', null, { enabled: true }, { enabled: true }],
    ['refreshTokenRotation', { enabled: true, graceSeconds: 5 }, null, null],
    ['idTokenLifetime', 5, 6, 6],
  ])('%s: %j with %j is %j', (field, current, asked, expected) => {
    expect(applyMember(field, current, asked)).toEqual(expected)
  })

  it('merges metadata by key and removes a key for null', () => {
    expect(applyMember('clientMetadata', { a: '1', b: '2' }, { a: null, c: '3' })).toEqual({
      b: '2',
      c: '3',
    })
  })
})

describe('checkMember', () => {
  it('cuts a long name before it is echoed, and escapes what is not plain', () => {
    const name = `<script>${'x'.repeat(500)}`
    const error = thrown(() => checkMember(name, 1))
    expect(error.message.length).toBeLessThan(250)
    expect(error.field).toMatch(/^client\."/)
  })

  it.each([
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), `"${'x'.repeat(64)}…"`],
    ['plain_name-1', 'plain_name-1'],
    ['plain name', '"plain name"'],
    [' name', '" name"'],
    ['name"', '"name\\""'],
    ['', '""'],
  ])('echoes %j as %j', (name, echoed) => {
    expect(quoted(name)).toBe(echoed)
  })
})
