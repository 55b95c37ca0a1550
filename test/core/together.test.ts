/** Parts of one patch that contradict each other: which one is named, and what is no contradiction. */

import { describe, expect, it } from 'vitest'
import type { FieldName } from '../../src/core/client.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { parseJson } from '../../src/core/json/json-text.ts'
import { flag, key, list } from '../../src/core/mapping/lenses.ts'
import { createTogether } from '../../src/core/plan/together.ts'
import { mappingOf, pairsRow, secretRow } from './mapping.ts'
import { thrown } from './thrown.ts'

const mapping = mappingOf(
  {
    name: key('title'),
    description: key('text'),
    callbacks: list('urls', 'keep'),
    disabled: flag('off', false),
    clientMetadata: pairsRow('labels'),
    idTokenLifetime: key('seconds'),
    secret: secretRow('key'),
  },
  { settings: ['mode', 'limits', 'outer.a'], opened: ['outer'] },
)

type Part = readonly [field: FieldName, request: Json, next: JsonObject]

function judged(...parts: readonly Part[]): void {
  const together = createTogether(mapping)
  for (const part of parts) together.add(...part)
  together.check()
}

describe('parts that leave each other as they are', () => {
  it.each<[string, readonly Part[]]>([
    ['are none at all', []],
    [
      'are of different settings',
      [
        ['name', 'A', { title: 'A' }],
        ['disabled', true, { title: 'A', off: true }],
      ],
    ],
    [
      'change one list',
      [
        ['callbacks', { add: ['a'] }, { urls: ['a'] }],
        ['callbacks', { add: ['b'], remove: ['c'] }, { urls: ['a', 'b'] }],
      ],
    ],
    [
      'name members of one object',
      [
        ['clientMetadata', { a: '1' }, { labels: { a: '1' } }],
        ['clientMetadata', { b: '2' }, { labels: { a: '1', b: '2' } }],
      ],
    ],
    [
      'name settings, some of them in an object that is opened',
      [
        ['providerSettings', { mode: 'x', outer: { a: 1 } }, { mode: 'x', 'outer.a': 1 }],
        ['name', 'A', { mode: 'x', 'outer.a': 1, title: 'A' }],
      ],
    ],
    [
      'ask for a default, which another part moves',
      [
        ['description', null, {}],
        ['name', 'A', { title: 'A', text: 'of A' }],
      ],
    ],
    [
      'are spelled by the provider in a way of its own at once',
      [
        ['name', 'A', { title: 'a' }],
        ['disabled', true, { title: 'b', off: true }],
      ],
    ],
    [
      'set a secret, which none shows',
      [
        ['secret', 'hush', { key: 'hush' }],
        ['name', 'A', { title: 'A' }],
      ],
    ],
    [
      'take away what a third one sets again',
      [
        ['name', 'A', { title: 'A' }],
        ['disabled', true, { off: true }],
        ['description', 'x', { title: 'A', off: true, text: 'x' }],
      ],
    ],
  ])('%s', (_, parts) => {
    expect(() => judged(...parts)).not.toThrow()
  })

  it('send back a number as a double gives it', () => {
    const exact = parseJson('9007199254740993') as Json
    expect(() =>
      judged(
        ['idTokenLifetime', 9007199254740992, { seconds: exact }],
        ['providerSettings', { limits: 9007199254740992 }, { seconds: exact, limits: exact }],
        ['name', 'A', { seconds: exact, limits: exact, title: 'A' }],
      ),
    ).not.toThrow()
  })
})

describe('parts of which one undoes the other', () => {
  const refusal = (field: string, other: string) => ({
    code: 'rule_violated',
    field: `client.${field}`,
    message: `client.${field} cannot be as asked for together with client.${other}, which takes it away or sets it otherwise. Leave one of the two out.`,
  })

  it.each<[string, string, readonly Part[]]>([
    [
      'name',
      'disabled',
      [
        ['name', 'A', { title: 'A' }],
        ['disabled', true, { off: true }],
      ],
    ],
    [
      'callbacks',
      'name',
      [
        ['callbacks', { add: ['a'] }, { urls: ['a'] }],
        ['name', 'A', { title: 'A', urls: [] }],
      ],
    ],
    [
      'callbacks',
      'name',
      [
        ['callbacks', { remove: ['a'] }, { urls: [] }],
        ['name', 'A', { title: 'A', urls: ['a'] }],
      ],
    ],
    [
      'clientMetadata',
      'name',
      [
        ['clientMetadata', { a: '1', b: null }, { labels: { a: '1' } }],
        ['name', 'A', { title: 'A', labels: { a: '1', b: '2' } }],
      ],
    ],
    [
      'providerSettings',
      'name',
      [
        ['providerSettings', { mode: 'x', limits: { a: 1 } }, { mode: 'x', limits: { a: 1 } }],
        ['name', 'A', { title: 'A', mode: 'x', limits: { a: 2 } }],
      ],
    ],
    [
      'providerSettings',
      'name',
      [
        ['providerSettings', { outer: { a: 1 } }, { 'outer.a': 1 }],
        ['name', 'A', { title: 'A', 'outer.a': 2 }],
      ],
    ],
    [
      'providerSettings',
      'name',
      [
        ['providerSettings', { mode: null }, {}],
        ['name', 'A', { title: 'A', mode: 'of A' }],
      ],
    ],
  ])('are refused: %s by %s', (field, other, parts) => {
    expect(thrown(() => judged(...parts))).toMatchObject(refusal(field, other))
  })

  it('are named by the first that did, and the first that was undone', () => {
    const error = thrown(() =>
      judged(
        ['name', 'A', { title: 'A' }],
        ['description', 'x', { title: 'A', text: 'x' }],
        ['disabled', true, { text: 'x', off: true }],
        ['callbacks', ['a'], { off: true, urls: ['a'] }],
      ),
    )
    expect(error).toMatchObject(refusal('name', 'disabled'))
  })

  it('are refused again where one is undone after it was set again', () => {
    const error = thrown(() =>
      judged(
        ['name', 'A', { title: 'A' }],
        ['disabled', true, { off: true }],
        ['description', 'x', { title: 'A', off: true, text: 'x' }],
        ['callbacks', ['a'], { off: true, text: 'x', urls: ['a'] }],
      ),
    )
    expect(error).toMatchObject(refusal('name', 'callbacks'))
  })
})
