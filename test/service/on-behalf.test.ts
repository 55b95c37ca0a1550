/** Work in the name of a caller of earlier: by the grants of today, and refused as such where no request is there to be answered. */

import { describe, expect, it } from 'vitest'
import { noSuchClient } from '../../src/core/rights/access.ts'
import type { Grant, Subject } from '../../src/core/rights/limit.ts'
import {
  granteeOf,
  heldToday,
  laterOnBehalfOf,
  noLonger,
  onBehalfOf,
} from '../../src/service/access/on-behalf.ts'
import type { Service } from '../../src/service/base/service.ts'

const ACTOR = { subject: 'mover', issuer: 'https://issuer.example' }
const TOKEN = { scopes: ['team-a'], claims: { groups: ['a'] } }
const CALLER = granteeOf(ACTOR, TOKEN)
const PURPOSE = { operation: 'moveRedirectUri', permission: 'clients:write' } as const
const AT = { provider: 'it', id: 'one' }
const OURS: Subject = { id: 'one', name: 'Ours', team: 'a' }
const TEAM: Grant = { grants: ['clients:read', 'clients:write'], only: { teams: ['a'] } }

/** What of a service this is about. */
const service = (...grants: readonly Grant[]) =>
  ({ grantsOf: () => grants, now: () => 1 }) as unknown as Service
const withoutGrants = { now: () => 1 } as unknown as Service
const thrownBy = (work: () => unknown): unknown => {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}
const LOST = { code: 'insufficient_scope', message: noLonger('clients:write').message }

describe('a caller of earlier', () => {
  it('is who asked, by what of the token the rights follow from, and nothing else', () => {
    expect(granteeOf(ACTOR, { ...TOKEN, bearer: 'hush' } as typeof TOKEN)).toEqual({
      ...ACTOR,
      ...TOKEN,
    })
  })

  it('holds what the grants of today give for the purpose, anywhere at the provider', () => {
    const other: Grant = { grants: ['keys:manage'], only: { operations: ['addKey'] } }
    expect(heldToday(service(TEAM, other), CALLER, PURPOSE, 'it')).toEqual(new Set(TEAM.grants))
    expect(heldToday(withoutGrants, CALLER, PURPOSE, 'it')).toBeUndefined()
  })

  it('is asked for at each provider', () => {
    const asked: unknown[] = []
    const grantsOf: Service['grantsOf'] = (...call) => {
      asked.push(call)
      return [TEAM]
    }
    const own = onBehalfOf({ ...service(), grantsOf } as Service, CALLER, PURPOSE)
    own.access?.(AT)
    expect(asked).toEqual([[CALLER, 'it']])
  })
})

describe('work on behalf of a caller', () => {
  it.each([
    ['at once', onBehalfOf],
    ['later', laterOnBehalfOf],
  ] as const)('has no limits where none are known, or none is there: %s', (_, behalf) => {
    expect(behalf(withoutGrants, CALLER, PURPOSE)).toBe(withoutGrants)
    const free = behalf(service({ grants: TEAM.grants }), CALLER, PURPOSE)
    expect(free.access?.(AT)).toBeUndefined()
  })

  it('does not know a client outside of the grants', () => {
    const access = onBehalfOf(service(TEAM), CALLER, PURPOSE).access?.(AT)
    expect(thrownBy(() => access?.look(OURS))).toBeUndefined()
    expect(access?.may('clients:write')).toBe(true)
    const other = onBehalfOf(service(TEAM), CALLER, PURPOSE).access?.(AT)
    expect(thrownBy(() => other?.look({ ...OURS, team: 'b' }))).toEqual(noSuchClient())
  })

  it('is refused later for a client that the grants do not cover, and not as if it were gone', () => {
    const later = () => laterOnBehalfOf(service(TEAM), CALLER, PURPOSE).access?.(AT)
    const access = later()
    expect(thrownBy(() => access?.look(OURS))).toBeUndefined()
    expect(access?.may('clients:write')).toBe(true)
    expect(thrownBy(() => later()?.look({ ...OURS, team: 'b' }))).toMatchObject(LOST)
    expect(LOST.message).toContain('clients:write')
  })

  it('is refused later where the grants cover the client for something else only', () => {
    const reads: Grant = { grants: ['clients:read'], only: { teams: ['a'] } }
    const access = laterOnBehalfOf(service(reads), CALLER, PURPOSE).access?.(AT)
    expect(thrownBy(() => access?.look(OURS))).toMatchObject(LOST)
  })

  it('passes on what else is wrong with a look', () => {
    const access = laterOnBehalfOf(service(TEAM), CALLER, PURPOSE).access?.(AT)
    const broken = new Proxy(OURS, {
      get: () => {
        throw new RangeError('broken')
      },
    })
    expect(thrownBy(() => access?.look(broken))).toBeInstanceOf(RangeError)
  })
})
