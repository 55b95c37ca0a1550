/** Settings that this version does not know: the names of those that a client is without, and where they may come back. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { key, member } from '../../src/core/mapping/lenses.ts'
import { clearedAfter, restoring } from '../../src/service/change/restorable.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { mappingOf } from '../core/mapping.ts'

const mapping = mappingOf(
  { name: key('name'), idTokenSignedResponseAlg: member('jwt', 'alg') },
  { settings: ['setting'], readOnlyKeys: ['shown'], hiddenKeys: ['hidden'] },
)
const standingAfter = (base: JsonObject, next: JsonObject, standing?: Standing) =>
  clearedAfter(mapping, [base, next], standing)

describe('the names of unknown settings', () => {
  it('are kept once a change has taken them away, behind those that went before', () => {
    expect(standingAfter({ one: 1, kept: 1 }, { kept: 1 })).toEqual({ cleared: ['one'] })
    expect(standingAfter({ two: 1 }, {}, { protected: true, cleared: ['one'] })).toEqual({
      protected: true,
      cleared: ['one', 'two'],
    })
    expect(standingAfter({ one: 1 }, {}, { cleared: ['one'] })).toEqual({ cleared: ['one'] })
  })

  it('are not kept of what is known, or has been set again', () => {
    const known = { name: 'x', setting: 1, shown: 1, hidden: 1, jwt: { alg: 'x' } }
    expect(standingAfter(known, {})).toBeUndefined()
    expect(standingAfter({}, { one: 1 }, { protected: true, cleared: ['one', 'two'] })).toEqual({
      protected: true,
      cleared: ['two'],
    })
    expect(standingAfter({}, { one: 1 }, { protected: true, cleared: ['one'] })).toEqual({
      protected: true,
    })
    expect(standingAfter({ toString: 1 }, {})).toEqual({ cleared: ['toString'] })
  })

  it('leave what holds for a client as it is where there are none', () => {
    const standing = { protected: true } as const
    expect(standingAfter({ one: 1 }, { one: 2 }, standing)).toBe(standing)
    expect(standingAfter({}, {})).toBeUndefined()
  })

  it('are few and short', () => {
    const long = 'x'.repeat(128)
    expect(standingAfter({ [long]: 1, [`${long}x`]: 1 }, {})).toEqual({ cleared: [long] })
    const many = Object.fromEntries(Array.from({ length: 103 }, (_, index) => [`m${index}`, 1]))
    const { cleared = [] } = standingAfter(many, {}) ?? {}
    expect(cleared).toHaveLength(100)
    expect([cleared[0], cleared.at(-1)]).toEqual(['m3', 'm102'])
  })
})

it('settings of earlier records may be set again', () => {
  const whole = restoring(mapping, [{ one: 1, two: 2 }, { two: 3 }])
  expect(whole.extraSettings).toEqual(['one', 'two'])
  expect(restoring(mapping, [])).toBe(mapping)
  expect(restoring(mapping, [{}])).toBe(mapping)
})
