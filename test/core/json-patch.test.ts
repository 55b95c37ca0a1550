/**
 * JSON Patch (RFC 6902) over a client: what operations come to is what a merge patch would name, and nothing more.
 */

import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import {
  operationsToFields,
  parseOperations,
  writtenFields,
} from '../../src/core/patch/json-patch.ts'
import { thrown } from './thrown.ts'

const client: JsonObject = {
  name: 'Example',
  callbacks: ['https://a.example/cb', 'https://b.example/cb'],
  clientMetadata: { team: 'identity', 'a/b': '1', 'm~n': '2' },
  description: null,
  providerSettings: { nested: { kept: 1, gone: 2 } },
}

const apply = (operations: Json) => operationsToFields(parseOperations(operations), client)

describe('JSON Patch over a client', () => {
  const cases: readonly (readonly [string, Json, JsonObject])[] = [
    [
      'adds at the end of a list',
      [{ op: 'add', path: '/callbacks/-', value: 'https://c.example/cb' }],
      { callbacks: ['https://a.example/cb', 'https://b.example/cb', 'https://c.example/cb'] },
    ],
    [
      'adds before an item',
      [{ op: 'add', path: '/callbacks/1', value: 'https://c.example/cb' }],
      { callbacks: ['https://a.example/cb', 'https://c.example/cb', 'https://b.example/cb'] },
    ],
    [
      'removes an item',
      [{ op: 'remove', path: '/callbacks/0' }],
      { callbacks: ['https://b.example/cb'] },
    ],
    ['replaces a text', [{ op: 'replace', path: '/name', value: 'New' }], { name: 'New' }],
    ['removes a field, which clears it', [{ op: 'remove', path: '/name' }], { name: null }],
    [
      'moves an item',
      [{ op: 'move', from: '/callbacks/0', path: '/callbacks/1' }],
      { callbacks: ['https://b.example/cb', 'https://a.example/cb'] },
    ],
    [
      'copies a value',
      [{ op: 'copy', from: '/name', path: '/description' }],
      { description: 'Example' },
    ],
    [
      'unescapes ~1 and ~0 (RFC 6901 section 4)',
      [
        { op: 'remove', path: '/clientMetadata/a~1b' },
        { op: 'replace', path: '/clientMetadata/m~0n', value: '3' },
      ],
      { clientMetadata: { 'a/b': null, 'm~n': '3' } },
    ],
    [
      'takes away inner settings with an explicit null',
      [{ op: 'remove', path: '/providerSettings/nested/gone' }],
      { providerSettings: { nested: { gone: null } } },
    ],
    ['does nothing for a test that holds', [{ op: 'test', path: '/name', value: 'Example' }], {}],
    [
      'does nothing when what was done is undone',
      [
        { op: 'add', path: '/callbacks/-', value: 'x' },
        { op: 'remove', path: '/callbacks/2' },
      ],
      {},
    ],
  ]

  it.each(cases)('%s', (_, operations, fields) => {
    expect(apply(operations)).toEqual(fields)
  })

  const refusals: readonly (readonly [string, Json, string, string, RegExp])[] = [
    ['something else than a list', {}, 'invalid_request', '', /must be a list/],
    [
      'an operation that does not exist',
      [{ op: 'set', path: '/name', value: 1 }],
      'invalid_request',
      '[0]',
      /one of add, remove, replace, move, copy, test\.$/,
    ],
    ['something else than an operation', ['add'], 'invalid_request', '[0]', /"op" one of/],
    [
      'a missing value',
      [{ op: 'add', path: '/name' }],
      'invalid_request',
      '[0].value',
      /a "value"/,
    ],
    [
      'a path that is no pointer, in the second operation',
      [
        { op: 'remove', path: '/name' },
        { op: 'remove', path: 'name' },
      ],
      'invalid_request',
      '[1].path',
      /must be a JSON Pointer/,
    ],
    [
      'a path that is no text',
      [{ op: 'remove', path: 5 }],
      'invalid_request',
      '[0].path',
      /Pointer/,
    ],
    ['no path', [{ op: 'remove' }], 'invalid_request', '[0].path', /must be a JSON Pointer/],
    [
      'no place to copy from',
      [{ op: 'copy', path: '/name' }],
      'invalid_request',
      '[0].from',
      /must be a JSON Pointer/,
    ],
    [
      'the whole client',
      [{ op: 'replace', path: '', value: {} }],
      'invalid_request',
      '[0].path',
      /must be a JSON Pointer/,
    ],
    [
      'a bad escape',
      [{ op: 'remove', path: '/clientMetadata/~2' }],
      'invalid_request',
      '[0].path',
      /must be a JSON Pointer/,
    ],
    ...['__proto__', 'constructor', 'prototype'].map(
      (name) =>
        [
          `a place called ${name}`,
          [{ op: 'add', path: `/clientMetadata/${name}`, value: 'x' }],
          'invalid_request',
          '[0].path',
          /must not name __proto__, constructor, prototype\.$/,
        ] as const,
    ),
    [
      'an attribute that no client has',
      [{ op: 'remove', path: '/callback' }],
      'unknown_field',
      '[0].path',
      /must start with an attribute/,
    ],
    [
      'an index beyond the end',
      [
        { op: 'remove', path: '/callbacks/0' },
        { op: 'remove', path: '/callbacks/1' },
      ],
      'invalid_field',
      '[1]',
      /names a place/,
    ],
    [
      'an index with a leading zero',
      [{ op: 'remove', path: '/callbacks/01' }],
      'invalid_field',
      '[0]',
      /names a place/,
    ],
    [
      'a member that is not there',
      [{ op: 'replace', path: '/clientMetadata/none', value: 'x' }],
      'invalid_field',
      '[0]',
      /names a place/,
    ],
    [
      'to move what is not there',
      [{ op: 'move', from: '/clientMetadata/none', path: '/name' }],
      'invalid_field',
      '[0]',
      /names a place/,
    ],
    [
      'a test that does not hold',
      [{ op: 'test', path: '/name', value: 'Other' }],
      'precondition_failed',
      '[0]',
      /\[0\] failed/,
    ],
  ]

  it.each(refusals)('refuses %s', (_, operations, code, place, says) => {
    const error = thrown(() => apply(operations))
    expect(error).toMatchObject({ code, field: `client${place}` })
    expect(error.message).toMatch(says)
    if (place !== '') expect(error.message).toContain(`client${place.replace('.value', '')} `)
  })

  it('takes 200 operations and no more', () => {
    const operation = { op: 'test', path: '/name', value: 'Example' }
    const list = (length: number) => Array.from({ length }, () => operation)
    expect(apply(list(200))).toEqual({})
    const error = thrown(() => apply(list(201)))
    expect(error).toMatchObject({ code: 'invalid_request', field: 'client' })
    expect(error.message).toMatch(/at most 200 operations/)
  })

  it('leaves the client that it is given as it was', () => {
    const before = JSON.stringify(client)
    apply([{ op: 'add', path: '/callbacks/-', value: 'x' }])
    expect(JSON.stringify(client)).toBe(before)
  })
})

describe('what comes out of operations', () => {
  it('is the whole of a list and of an object, and of metadata only what changed', () => {
    const rotating = { ...client, refreshTokenRotation: { enabled: true, graceSeconds: 5 } }
    const operations: Json = [
      { op: 'replace', path: '/refreshTokenRotation/graceSeconds', value: 7 },
      { op: 'replace', path: '/clientMetadata/team', value: 'other' },
    ]
    expect(operationsToFields(parseOperations(operations), rotating)).toEqual({
      refreshTokenRotation: { enabled: true, graceSeconds: 7 },
      clientMetadata: { team: 'other' },
    })
  })

  it('is the whole of a setting that is no object before or after', () => {
    const set = (value: Json) => [{ op: 'add', path: '/providerSettings/nested', value }] as Json
    expect(apply(set('text'))).toEqual({ providerSettings: { nested: 'text' } })
    const text = { ...client, providerSettings: { nested: 'text' } }
    expect(operationsToFields(parseOperations(set({ a: 1 })), text)).toEqual({
      providerSettings: { nested: { a: 1 } },
    })
  })

  it('does nothing when an item is moved away and back', () => {
    expect(
      apply([
        { op: 'move', from: '/callbacks/0', path: '/callbacks/1' },
        { op: 'move', from: '/callbacks/1', path: '/callbacks/0' },
      ]),
    ).toEqual({})
  })
})

describe('the fields that operations can change', () => {
  const written = (operations: Json) => [...writtenFields(parseOperations(operations))]

  it.each<[string, Json, string[]]>([
    ['an addition', { op: 'add', path: '/callbacks/-', value: 'x' }, ['callbacks']],
    ['a removal', { op: 'remove', path: '/name' }, ['name']],
    ['a test', { op: 'test', path: '/name', value: 'x' }, []],
    ['a copy', { op: 'copy', from: '/name', path: '/description' }, ['description']],
    ['a move', { op: 'move', from: '/name', path: '/description' }, ['description', 'name']],
  ])('are reported for %s', (_, operation, fields) => {
    expect(written([operation])).toEqual(fields)
  })
})

describe('a null in a JSON Patch', () => {
  const withNull = { ...client, providerSettings: { nested: { kept: null, other: 1 } } }
  const put = (path: string, value: Json, from: JsonObject = withNull) =>
    operationsToFields(parseOperations([{ op: 'add', path, value }]), from)

  it('is refused by its path, since a merge would take the member away', () => {
    expect(thrown(() => put('/providerSettings/nested/other', null))).toMatchObject({
      code: 'invalid_field',
      field: 'client.providerSettings.nested.other',
      message:
        'client.providerSettings.nested.other must not be set to null by a JSON Patch. Use "remove" instead.',
    })
    const fresh = { name: 'Example' }
    expect(thrown(() => put('/providerSettings', { more: { new: null } }, fresh))).toMatchObject({
      field: 'client.providerSettings.more.new',
    })
  })

  it('may stay where it is', () => {
    expect(put('/providerSettings/nested/other', 2)).toEqual({
      providerSettings: { nested: { other: 2 } },
    })
  })
})
