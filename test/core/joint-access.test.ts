/** What a change may do that one caller submitted and another one approves: only what both are granted. */

import { describe, expect, it } from 'vitest'
import { type Access, wholeAccessTo } from '../../src/core/rights/access.ts'
import { jointAccess, type Refusal } from '../../src/core/rights/joint-access.ts'
import type { Grant, Subject } from '../../src/core/rights/limit.ts'
import type { Permission } from '../../src/core/rights/permissions.ts'

const PURPOSE = { operation: 'updateClient', permission: 'clients:write' } as const
const AT = { provider: 'it', id: 'one' }
const OURS: Subject = { id: 'one', name: 'Ours', team: 'a' }
const WRITES: readonly Permission[] = ['clients:read', 'clients:write']

const whole = (...grants: readonly Grant[]) => wholeAccessTo(() => grants, PURPOSE)
const of = (only?: Grant['only'], grants = WRITES): Grant => ({
  grants,
  ...(only === undefined ? {} : { only }),
})

function joint(first: Grant, second: Grant, refusal?: Refusal): Access {
  const access = jointAccess(whole(first), whole(second), refusal)(AT)
  if (access === undefined) throw new TypeError('no access')
  return access
}

const write = (before: Subject, after = before, field = 'description') => ({
  before,
  after,
  touches: [{ field, value: 'x' }],
  isWhole: false,
})
const codeOf = (work: () => unknown) => {
  try {
    return work()
  } catch (error) {
    return (error as { readonly code?: unknown }).code
  }
}

describe('two callers together', () => {
  it('are one access for the same client, and another one for another client', () => {
    const to = jointAccess(whole(of()), whole(of()))
    expect(to(AT)).toBe(to({ ...AT }))
    expect(to(AT)).not.toBe(to({ ...AT, id: 'two' }))
  })

  it('see a client that both may know of, and the second one’s refusal is kept as such', () => {
    const theirs = { ...OURS, team: 'b' }
    const refusal: Refusal = {}
    const access = joint(of(), of({ teams: ['a'] }), refusal)
    expect(access.isKnown()).toBe(false)
    access.look(OURS)
    expect(access.isKnown()).toBe(true)
    expect(refusal.error).toBeUndefined()
    expect(codeOf(() => joint(of(), of({ teams: ['a'] }), refusal).look(theirs))).toBe('not_found')
    expect(refusal.error).toMatchObject({ code: 'not_found' })
    // The first caller’s is a fault of the change.
    const own: Refusal = {}
    expect(codeOf(() => joint(of({ teams: ['a'] }), of(), own).look(theirs))).toBe('not_found')
    expect(own.error).toBeUndefined()
  })

  it('have of the client what the first one has', () => {
    const access = joint(of(undefined, [...WRITES, 'secrets:read']), of())
    access.look(OURS)
    expect(access.may('secrets:read')).toBe(true)
    expect(joint(of(), of(undefined, [...WRITES, 'secrets:read'])).may('secrets:read')).toBe(false)
  })

  it('make a change that is granted to both', () => {
    const fields = of({ fields: ['description'] })
    expect(codeOf(() => joint(of(), fields).judge(write(OURS)))).toBe('granted')
    const approving = { ...of(), approval: 'required' } as const
    expect(codeOf(() => joint(approving, of()).judge(write(OURS)))).toBe('with approval')
    const logo = write(OURS, OURS, 'logoUri')
    const refusal: Refusal = {}
    expect(codeOf(() => joint(of(), fields, refusal).judge(logo))).toBe('insufficient_scope')
    expect(refusal.error).toMatchObject({ code: 'insufficient_scope', field: 'client.logoUri' })
    const own: Refusal = {}
    expect(codeOf(() => joint(fields, of(), own).judge(logo))).toBe('insufficient_scope')
    expect(own.error).toBeUndefined()
  })

  it('need each further permission, both of them', () => {
    const needs = [{ permission: 'clients:privileged', field: 'client.grantTypes' }] as const
    const privileged = of(undefined, [...WRITES, 'clients:privileged'])
    const outcome = (first: Grant, second: Grant) => {
      const access = joint(first, second)
      access.take(needs)
      return codeOf(() => access.judge(write(OURS)))
    }
    expect(outcome(privileged, privileged)).toBe('granted')
    expect(outcome(privileged, of())).toBe('insufficient_scope')
    expect(outcome(of(), privileged)).toBe('insufficient_scope')
  })

  it('take the record and the name of a client where either goes by these', () => {
    const [free, named, teams] = [of(), of({ names: ['Ours'] }), of({ teams: ['a'] })]
    const goes = ({ goesByRecord, goesByName }: Access) => [goesByRecord, goesByName]
    expect(goes(joint(free, free))).toEqual([false, false])
    expect(goes(joint(named, free))).toEqual([true, true])
    expect(goes(joint(free, named))).toEqual([true, true])
    expect(goes(joint(teams, free))).toEqual([true, false])
    expect(goes(joint(free, teams))).toEqual([true, false])
  })
})
