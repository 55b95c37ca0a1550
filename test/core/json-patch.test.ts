import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import { operationsToFields, parseOperations } from '../../src/core/json-patch.ts'

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

  const refusals: readonly (readonly [string, Json, string])[] = [
    ['something else than a list', {}, 'invalid_request'],
    [
      'an operation that does not exist',
      [{ op: 'set', path: '/name', value: 1 }],
      'invalid_request',
    ],
    ['a missing value', [{ op: 'add', path: '/name' }], 'invalid_request'],
    ['a path that is no pointer', [{ op: 'remove', path: 'name' }], 'invalid_request'],
    ['the whole client', [{ op: 'replace', path: '', value: {} }], 'invalid_request'],
    ['a bad escape', [{ op: 'remove', path: '/clientMetadata/~2' }], 'invalid_request'],
    [
      'a prototype',
      [{ op: 'add', path: '/clientMetadata/__proto__', value: 'x' }],
      'invalid_request',
    ],
    ['an attribute that no client has', [{ op: 'remove', path: '/callback' }], 'unknown_field'],
    ['an index beyond the end', [{ op: 'remove', path: '/callbacks/2' }], 'invalid_field'],
    ['an index with a leading zero', [{ op: 'remove', path: '/callbacks/01' }], 'invalid_field'],
    [
      'a member that is not there',
      [{ op: 'replace', path: '/clientMetadata/none', value: 'x' }],
      'invalid_field',
    ],
    [
      'a test that does not hold',
      [{ op: 'test', path: '/name', value: 'Other' }],
      'precondition_failed',
    ],
  ]

  it.each(refusals)('refuses %s', (_, operations, code) => {
    try {
      apply(operations)
    } catch (error) {
      expect(error).toBeInstanceOf(ClientError)
      expect(error).toMatchObject({ code })
      return
    }
    expect.unreachable()
  })

  it('leaves the client that it is given as it was', () => {
    const before = JSON.stringify(client)
    apply([{ op: 'add', path: '/callbacks/-', value: 'x' }])
    expect(JSON.stringify(client)).toBe(before)
  })
})
