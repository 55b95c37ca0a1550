/** Giving back what changes took away: key by key, beside what someone else has set since. */

import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { list } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { giveBack, type Removal } from '../../src/core/plan/give-back.ts'
import { mappingOf } from './mapping.ts'

/** Lists that are absent where they are empty, and members that cannot be removed. */
const mapping = mappingOf(
  { callbacks: list('urls', 'keep'), scopes: list('scopes', 'omit') },
  {
    settings: ['plain', 'fixed', 'flag'],
    nullablePaths: ['plain'],
    normal: (native) =>
      Object.fromEntries(
        Object.entries(native).filter(
          ([name, value]) => name !== 'scopes' || !Array.isArray(value) || value.length > 0,
        ),
      ),
  },
)

const back = (
  current: Native,
  taken: readonly Removal[],
  lists: 'value by value' | 'theirs' = 'theirs',
  of: Mapping = mapping,
) => giveBack(of, current, taken, lists)

describe('what a change took away', () => {
  it('is given back where it is as the change left it', () => {
    const [base, next] = [
      { plain: 'a', flag: true, other: 1 },
      { plain: 'b', other: 1 },
    ]
    expect(back(next, [{ base, next }])).toEqual({ next: base, theirs: [], lost: [] })
  })

  it('is left to someone else who has set it since', () => {
    const [base, next] = [
      { plain: 'a', flag: true },
      { plain: 'b', flag: false },
    ]
    expect(back({ plain: 'c', flag: false }, [{ base, next }])).toEqual({
      next: { plain: 'c', flag: true },
      theirs: ['plain'],
      lost: [],
    })
  })

  it('is nothing where it is there again, or was not touched', () => {
    const [base, next] = [
      { plain: 'a', flag: true },
      { plain: 'b', flag: true },
    ]
    const current = { plain: 'a', flag: false }
    expect(back(current, [{ base, next }])).toEqual({ next: current, theirs: [], lost: [] })
  })

  it('that is null and what is absent are the same', () => {
    const taken = { base: { plain: null }, next: {} }
    expect(back({}, [taken])).toEqual({ next: {}, theirs: [], lost: [] })
  })

  it('by several is given back newest first', () => {
    const older = { base: { plain: 'a' }, next: { plain: 'b' } }
    const newer = { base: { plain: 'b' }, next: { plain: 'c' } }
    expect(back({ plain: 'c' }, [newer, older]).next).toEqual({ plain: 'a' })
  })

  it('stays where the provider has no way back, and the rest is given back', () => {
    const taken = { base: { plain: 'a' }, next: { plain: 'b', fixed: 'x' } }
    expect(back({ plain: 'b', fixed: 'x' }, [taken])).toEqual({
      next: { plain: 'a', fixed: 'x' },
      theirs: [],
      lost: ['fixed'],
    })
  })

  it('hides no fault of a mapping', () => {
    const broken = mappingOf(
      {},
      {
        settings: ['fixed'],
        normal: (native) => {
          if (Object.hasOwn(native, 'fixed') && Object.keys(native).length === 1) {
            throw new ClientError('internal', 'A fault.')
          }
          return native
        },
      },
    )
    const taken = { base: { a: 1 }, next: { a: 1, fixed: 'x' } }
    expect(() => back({ a: 1, fixed: 'x' }, [taken], 'theirs', broken)).toThrow('A fault.')
  })
})

describe('a list that someone else has changed since', () => {
  const [base, next] = [{ urls: ['a', 'b'] }, { urls: ['b', 'new'] }]
  const now = { urls: ['b', 'new', 'theirs'] }

  it('is given back beside what they set, value by value', () => {
    expect(back(now, [{ base, next }], 'value by value')).toEqual({
      next: { urls: ['b', 'theirs', 'a'] },
      theirs: ['urls'],
      lost: [],
    })
  })

  it('has each value once', () => {
    const theirs = { urls: ['a', 'new', 'theirs'] }
    expect(back(theirs, [{ base, next }], 'value by value').next).toEqual({ urls: ['a', 'theirs'] })
  })

  it('is left to them otherwise', () => {
    expect(back(now, [{ base, next }])).toEqual({ next: now, theirs: ['urls'], lost: [] })
  })

  it('was none before, where an empty one and none are the same', () => {
    const taken = { base: {}, next: { scopes: ['new'] } }
    const found = back({ scopes: ['new', 'theirs'] }, [taken], 'value by value')
    expect(found.next).toEqual({ scopes: ['theirs'] })
  })

  it('is left to them where it is none, and an empty one is something else', () => {
    const taken = { base: {}, next: { urls: ['new'] } }
    const now = { urls: ['new', 'theirs'] }
    expect(back(now, [taken], 'value by value').next).toEqual(now)
    const gone = { base: { urls: ['a'] }, next: { urls: [] } }
    expect(back({}, [gone], 'value by value').next).toEqual({})
    const other = { base: { urls: ['a'] }, next: {} }
    expect(back({ urls: ['theirs'] }, [other], 'value by value').next).toEqual({ urls: ['theirs'] })
  })

  it('is left to them where it is no list', () => {
    const taken = { base: { urls: 'a' }, next: { urls: 'b' } }
    expect(back({ urls: 'c' }, [taken], 'value by value').next).toEqual({ urls: 'c' })
  })
})
