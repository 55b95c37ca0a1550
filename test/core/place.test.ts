/** What names alone say about a place in a record, by the lists of a mapping and by the configuration. */

import { describe, expect, it } from 'vitest'
import { key, member } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import {
  attributePaths,
  isPublicMember,
  placeBelow,
  placeOf,
  rootPlace,
} from '../../src/core/secrecy/place.ts'
import { mappingOf } from './mapping.ts'

const rulesOf = (ways: Partial<Omit<Mapping, 'fields'>> = {}) =>
  mappingOf(
    {
      name: key('name'),
      idTokenSignedResponseAlg: member('jwt', 'alg_token'),
      idTokenLifetime: member('jwt', 'lifetime'),
    },
    {
      settings: ['plan', 'documented_token', 'x.y'],
      createOnlyKeys: ['chosen_token'],
      readOnlyKeys: ['shown_token'],
      volatileKeys: ['moved_token'],
      secretPaths: ['vault', 'addons.*.code', 'list.inner'],
      publicPaths: ['open_token', 'outer.*.token'],
      ...ways,
    },
  )
/** In a mapping of its own: what is worked out once for one mapping is worked out anew. */
const at = (path: string, of = rulesOf()) => placeOf(of, path === '' ? [] : path.split('.'))

describe('what the provider documents as a secret', () => {
  it.each(['vault', 'vault.inside.deep', 'addons.any.code', 'addons.any.code.x', 'list.inner'])(
    'is one: %s',
    (path) => {
      expect(at(path)).toMatchObject({ isListed: true, isSecret: true, isShown: false })
    },
  )

  it.each(['', 'addons', 'addons.any', 'addons.any.other', 'list', 'list.other', 'other.vault'])(
    'is none: %j',
    (path) => {
      expect(at(path)).toMatchObject({ isListed: false, isSecret: false, isShown: false })
    },
  )
})

describe('what the configuration says', () => {
  const members = { public: ['note', 'a.*.b'], secret: ['motto', 'vault.open'] }
  const corrected = rulesOf({ members })

  it('hides and shows, and changes nothing of what is documented', () => {
    expect(at('motto', corrected)).toMatchObject({ isListed: false, isSecret: true })
    expect(at('motto.inside', corrected)).toMatchObject({ isSecret: true })
    expect(at('note', corrected)).toMatchObject({ isShown: true, isSecret: false })
    expect(at('a.x.b.c', corrected)).toMatchObject({ isShown: true })
    expect(at('a.x', corrected)).toMatchObject({ isShown: false })
    expect(at('vault', corrected)).toMatchObject({ isListed: true, isSecret: true })
    expect(at('other', corrected)).toMatchObject({ isShown: false, isSecret: false })
  })
})

describe('a name', () => {
  it.each([
    ['a.b.api_key', true],
    ['api_key.value', false],
    ['', false],
  ])('of a secret is that of the member itself: %j: %s', (path, expected) => {
    expect(at(path).hasSecretName).toBe(expected)
  })

  it.each([
    // Documented as public, at that place and at no other.
    ['open_token', true],
    ['open_token.below', false],
    ['outer.any.token', true],
    ['outer.any', false],
    // An attribute is made of it, or of a member in it.
    ['name', true],
    ['jwt', true],
    ['jwt.alg_token', true],
    ['jwt.other_token', false],
    ['jwt.alg_token.below', false],
    ['name_token', false],
    ['documented_token', false],
  ])('says nothing where the place is exempt: %s: %s', (path, expected) => {
    expect(at(path).isExempt).toBe(expected)
  })

  it.each([
    // It only says something about a secret.
    ['token_lifetime', true],
    ['a.token_lifetime', true],
    // The provider documents it.
    ['plan', true],
    ['documented_token', true],
    ['chosen_token', true],
    ['shown_token', true],
    ['moved_token', true],
    ['a.shown_token', false],
    ['shown_token.inside', false],
    ['x.y', false],
    ['a.plan', false],
    ['open_token', true],
    // An attribute stands for it, or for what it is in.
    ['name', true],
    ['name.inside', true],
    ['jwt.alg_token', true],
    ['jwt', false],
    ['unknown', false],
    ['', false],
  ])('is plain where it is known what it is for: %j: %s', (path, expected) => {
    expect(at(path).isPlain).toBe(expected)
  })
})

it('a member that the configuration judges is not known any more', () => {
  const judged = rulesOf({ members: { public: [], secret: [], classes: { plan: 'setting' } } })
  expect(at('plan', judged).isPlain).toBe(false)
  expect(at('documented_token', judged).isPlain).toBe(true)
  expect(isPublicMember(judged, 'plan', 'x')).toBe(false)
})

describe('a value may be kept as it is', () => {
  it.each([
    ['plan', 'text', true],
    ['plan', null, true],
    ['plan', ['a', 1], true],
    ['plan', [], true],
    ['plan', ['a', { b: 1 }], false],
    ['plan', [['a']], false],
    ['plan', { a: 1 }, false],
    ['name', 'text', true],
    ['shown_token', 1, true],
    ['unknown', 'text', false],
  ])('%s of %j: %s', (name, value, expected) => {
    expect(isPublicMember(rulesOf(), name, value)).toBe(expected)
  })
})

it('the members that attributes are made of are those of the rows', () => {
  expect(attributePaths(rulesOf())).toEqual(['name', 'jwt.lifetime', 'jwt.alg_token'])
})

describe('places', () => {
  it('are worked out once, as long as their names are short', () => {
    const own = rulesOf()
    const root = rootPlace(own)
    expect(rootPlace(own)).toBe(root)
    expect(placeBelow(own, root, 'a')).toBe(placeBelow(own, root, 'a'))
    expect(placeOf(own, ['a', 'b'])).toBe(placeBelow(own, placeBelow(own, root, 'a'), 'b'))
    const long = 'x'.repeat(65)
    expect(placeBelow(own, root, long)).not.toBe(placeBelow(own, root, long))
    expect(placeBelow(own, root, long)).toEqual(placeBelow(own, root, long))
  })

  it('are remembered 5,000 at most, since callers choose names', () => {
    const own = rulesOf()
    const root = rootPlace(own)
    for (let index = 0; index < 5_100; index += 1) placeBelow(own, root, `m${index}`)
    expect(root.below?.size).toBe(5_000)
    expect(placeBelow(own, root, 'm5050')).toMatchObject({ path: ['m5050'], isSecret: false })
  })

  it('are those of one mapping', () => {
    expect(at('vault', mappingOf())).toMatchObject({ isSecret: false })
    expect(at('vault')).toMatchObject({ isSecret: true })
  })
})
