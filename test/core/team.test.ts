/** Whose a client is: what was assigned counts first, and its metadata only where the provider is trusted with that. */

import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import { maySetTeam, teamIn, teamOf } from '../../src/core/rights/team.ts'
import { mapping as PLAIN } from '../../src/providers/local/mapping.ts'

const TRUSTED = { ...PLAIN, namesTeam: true } as const
const named = (team: string) => ({ client_id: 'a', metadata: { team } })

describe('the team of a client', () => {
  it('is in its metadata only where the provider is trusted', () => {
    expect(teamIn(TRUSTED, named('a'))).toBe('a')
    expect(teamIn(PLAIN, named('a'))).toBeUndefined()
    expect(teamIn(TRUSTED, named(''))).toBeUndefined()
    expect(teamIn(TRUSTED, { client_id: 'a' })).toBeUndefined()
  })

  it('is the one that was assigned, before all others', () => {
    expect(teamOf(TRUSTED, named('a'), { team: 'b' })).toBe('b')
    expect(teamOf(TRUSTED, named('a'), undefined)).toBe('a')
    expect(teamOf(PLAIN, named('a'), { team: 'b' })).toBe('b')
    expect(teamOf(PLAIN, named('a'), {})).toBeUndefined()
  })
})

describe('a patch of a client that is not known', () => {
  it.each<[path: readonly string[], request: Json, may: boolean]>([
    [['clientMetadata'], { team: 'a' }, true],
    [['clientMetadata'], { team: null }, true],
    [['clientMetadata'], { tier: 'a' }, false],
    [['clientMetadata'], null, true],
    [['clientMetadata', 'team'], 'a', true],
    [['clientMetadata', 'tier'], 'a', false],
    [['providerSettings'], { metadata: {} }, true],
    [['providerSettings'], { first_party: true }, false],
    [['providerSettings'], null, true],
    [['providerSettings', 'metadata', 'team'], 'a', true],
    [['providerSettings', 'first_party'], true, false],
    [['name'], 'team', false],
    [[], null, false],
  ])('%j of %j may set the team: %s', (path, request, may) => {
    expect(maySetTeam(TRUSTED, path, request)).toBe(may)
    expect(maySetTeam(PLAIN, path, request)).toBe(false)
  })
})
