/** The ends of secrets among what holds for a client: set, called off, shown. */

import { describe, expect, it } from 'vitest'
import { endingAt, withEnds, withoutEnd } from '../../src/service/secrets/retirements.ts'
import type { Standing } from '../../src/store/log/standing.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const SOMEBODY = { subject: 'somebody', issuer: 'https://issuer.example' }

describe('the ends of secrets', () => {
  const ours: Standing = {
    protected: true,
    retirements: [
      { secretId: 'a', at: 1, actor: ACTOR },
      { secretId: 'b', at: 2, actor: ACTOR },
    ],
  }

  it('are set, whatever was said of the same secrets before, and no others touched', () => {
    expect(endingAt(ours, [{ id: 'b' }, { id: 'c' }], 9, SOMEBODY)).toEqual({
      protected: true,
      retirements: [
        { secretId: 'a', at: 1, actor: ACTOR },
        { secretId: 'b', at: 9, actor: SOMEBODY },
        { secretId: 'c', at: 9, actor: SOMEBODY },
      ],
    })
    expect(endingAt(undefined, [{ id: 'a' }], 9, ACTOR)).toEqual({
      retirements: [{ secretId: 'a', at: 9, actor: ACTOR }],
    })
  })

  it('are taken out one by one, and the list with the last of them', () => {
    const one = withoutEnd(ours, 'a')
    expect(one).toEqual({ protected: true, retirements: [{ secretId: 'b', at: 2, actor: ACTOR }] })
    expect(withoutEnd(one, 'b')).toEqual({ protected: true })
    expect(withoutEnd(ours, 'c')).toEqual(ours)
    expect(withoutEnd(undefined, 'a')).toEqual({})
    expect(withoutEnd({ protected: true }, 'a')).toEqual({ protected: true })
  })

  it('are shown with their secrets', () => {
    const live = [{ id: 'b', hint: '1234' }, { id: 'c' }]
    expect(withEnds(live, ours)).toEqual([{ id: 'b', hint: '1234', retiresAt: 2 }, { id: 'c' }])
    expect(withEnds(live, undefined)).toEqual(live)
    expect(withEnds(live, { protected: true })).toEqual(live)
  })
})
