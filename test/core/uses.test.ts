/** What may be done with a native member, by its class. The whole table is in `test/contract/member-uses.test.ts`. */

import { describe, expect, it } from 'vitest'
import { key, member } from '../../src/core/mapping/lenses.ts'
import { isFor, isUnknown, pathsBarred, USES, type Use } from '../../src/core/mapping/uses.ts'
import { mappingOf } from './mapping.ts'

/** A new one each time: what is worked out once for one mapping is worked out anew. */
const mappingNow = () =>
  mappingOf(
    { name: key('name'), idTokenSignedResponseAlg: member('jwt', 'alg') },
    {
      settings: ['setting'],
      extraSettings: ['extra'],
      createOnlyKeys: ['chosen'],
      commandKeys: ['order'],
      readOnlyKeys: ['shown'],
      mirrorKeys: ['mirror'],
      volatileKeys: ['moving'],
      hiddenKeys: ['hidden'],
      secretPaths: ['vault', 'outer.code'],
      boundPaths: { own: 'it is its own', 'inner.own': 'it is its own' },
    },
  )
const usesOf = (name: string) => USES.filter((use) => isFor(mappingNow(), name, use))
const without = (...left: readonly Use[]) => USES.filter((use) => !left.includes(use))

describe('a member', () => {
  it.each<[string, readonly Use[]]>([
    ['name', USES],
    ['setting', USES],
    ['extra', USES],
    ['chosen', without('sent', 'restored', 'cleared')],
    ['order', ['created']],
    ['shown', ['compared', 'fingerprinted']],
    ['mirror', []],
    ['moving', []],
    ['hidden', []],
    ['vault', without('exported', 'copied')],
    ['own', without('copied')],
    ['never heard of', without('exported', 'copied')],
    // Something in it is judged, and not the whole.
    ['jwt', USES],
    ['outer', USES],
    ['inner', USES],
  ])('may be used as its class says: %s', (name, uses) => {
    expect(usesOf(name)).toEqual(uses)
  })

  it('is known as a whole, or by something in it', () => {
    for (const name of ['name', 'extra', 'jwt', 'outer', 'inner', 'hidden', 'order', 'mirror']) {
      expect(isUnknown(mappingNow(), name), name).toBe(false)
    }
    for (const name of ['alg', 'code', 'outer.code', 'tomorrow', '']) {
      expect(isUnknown(mappingNow(), name), name).toBe(true)
    }
  })
})

it('a member of an object that is opened is known by its path', () => {
  const opened = { ...mappingNow(), opened: ['outer'] }
  expect(isUnknown(opened, 'outer.code')).toBe(false)
  expect(isFor(opened, 'outer.code', 'copied')).toBe(false)
  expect(isFor(opened, 'outer.code', 'sent')).toBe(true)
  expect(isUnknown(opened, 'outer.tomorrow')).toBe(true)
})

it('a use leaves out paths of several classes, each once', () => {
  expect(pathsBarred(mappingNow(), 'copied').toSorted()).toEqual(
    [
      ...['order', 'shown', 'mirror', 'moving', 'hidden'],
      ...['vault', 'outer.code', 'own', 'inner.own'],
    ].toSorted(),
  )
  expect(pathsBarred(mappingNow(), 'compared').toSorted()).toEqual(
    ['order', 'mirror', 'moving', 'hidden'].toSorted(),
  )
  expect(pathsBarred(mappingOf(), 'copied')).toEqual([])
})
