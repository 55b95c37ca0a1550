import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Json } from '../../src/core/json.ts'
import { applyMember, checkMember, mergePatch, parseMergePatch } from '../../src/core/patch.ts'
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
    )
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
    )
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
})
