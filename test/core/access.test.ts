/** Grants with limits, held against a client before and after a change. */

import { describe, expect, it } from 'vitest'
import {
  accessTo,
  grantsFor,
  isAtOnce,
  type Write,
  wholeAccessTo,
} from '../../src/core/rights/access.ts'
import {
  allows,
  allowsWhole,
  covers,
  type Grant,
  goesByName,
  goesByRecord,
  isLimited,
  type Limit,
  type Subject,
  type Touch,
} from '../../src/core/rights/limit.ts'
import type { Permission } from '../../src/core/rights/permissions.ts'

const PURPOSE = { operation: 'updateClient', permission: 'clients:write' } as const
const WRITES: readonly Permission[] = ['clients:write']

const accessOf = (...grants: readonly Grant[]) =>
  accessTo(() => grants, PURPOSE)({ provider: 'it' })

const judged = (
  grants: readonly Grant[],
  before: Subject | undefined,
  after: Subject | undefined,
  touches: readonly Touch[] = [],
  isWhole = false,
): string => {
  try {
    accessOf(...grants)?.judge({ before, after, touches, isWhole })
    return 'allowed'
  } catch (error) {
    return String((error as { readonly code?: unknown }).code)
  }
}

const OURS: Subject = { id: 'one', name: 'Ours', team: 'a' }
const NAMED: Grant = { grants: WRITES, only: { names: ['Ours', 'Ours too'] } }
const TEAM: Grant = { grants: WRITES, only: { teams: ['a'] } }

describe('a caller', () => {
  it('without a limit has no access that is judged', () => {
    expect(accessOf({ grants: WRITES })).toBeUndefined()
    expect(accessOf({ grants: WRITES }, { ...NAMED })).toBeUndefined()
    expect(accessOf({ grants: WRITES, only: { operations: ['updateClient'] } })).toBeUndefined()
    expect(accessOf({ grants: WRITES, only: { operations: ['getClient'] } })).toBeUndefined()
    expect(accessOf(NAMED)).toBeDefined()
  })

  it('has what its grants give together, each within its own limit', () => {
    const name = { field: 'name', value: 'Ours too' }
    const text = { field: 'description', value: 'x' }
    const too = { ...OURS, name: 'Ours too' }
    expect(judged([NAMED], OURS, OURS, [text])).toBe('allowed')
    expect(judged([NAMED], OURS, too, [name])).toBe('insufficient_scope')
    expect(judged([TEAM], OURS, too, [name])).toBe('allowed')
    // The one covers the client, the other may change the name: both do, of another client.
    const others = { ...OURS, team: 'b' }
    expect(judged([NAMED, TEAM], others, { ...others, name: 'Ours too' }, [name])).toBe(
      'insufficient_scope',
    )
  })

  it('brings no client in, and takes none out', () => {
    const theirs = { ...OURS, name: 'Theirs', team: 'b' }
    for (const grant of [NAMED, TEAM]) {
      expect(judged([grant], OURS, theirs)).toBe('insufficient_scope')
      expect(judged([grant], theirs, OURS)).toBe('insufficient_scope')
      expect(judged([grant], undefined, theirs, [], true)).toBe('insufficient_scope')
      expect(judged([grant], theirs, undefined, [], true)).toBe('insufficient_scope')
      expect(judged([grant], undefined, OURS, [], true)).toBe('allowed')
      expect(judged([grant], OURS, undefined, [], true)).toBe('allowed')
    }
  })

  it('with fields or values deals with no client as a whole', () => {
    const fields: Grant = { grants: WRITES, only: { fields: ['clientMetadata', 'callbacks'] } }
    const inside = { field: 'clientMetadata.tier', value: 'x' }
    expect(judged([fields], OURS, OURS, [inside])).toBe('allowed')
    expect(judged([fields], OURS, OURS, [{ field: 'clientMetadataX', value: 'x' }])).toBe(
      'insufficient_scope',
    )
    expect(judged([fields], OURS, OURS, [inside], true)).toBe('insufficient_scope')
    const values: Grant = { grants: WRITES, only: { values: ['x'] } }
    expect(judged([values], OURS, OURS, [inside])).toBe('allowed')
    // An order, a flag, an object is no value that a rule can allow.
    for (const touch of [{ field: 'callbacks' }, { field: 'disabled', value: true }]) {
      expect(judged([values], OURS, OURS, [touch])).toBe('insufficient_scope')
    }
  })

  it('sees nothing before a client was looked at, and nothing that has left since', () => {
    const access = accessOf({ grants: ['clients:read', 'clients:write'], only: TEAM.only ?? {} })
    expect(access?.may('clients:read')).toBe(false)
    access?.look(OURS)
    expect(access?.may('clients:read')).toBe(true)
    expect(access?.may('secrets:read')).toBe(false)
    expect(() => access?.look({ ...OURS, team: 'b' })).toThrow(
      expect.objectContaining({
        code: 'not_found',
        message: 'There is no such client. Check its id, the provider and the user pool.',
      }),
    )
    expect(access?.sees({ ...OURS, team: undefined }, 'clients:read')).toBe(false)
  })

  it('has further permissions only where a grant of them covers both', () => {
    const rotate: Grant = { grants: ['secrets:rotate'], only: { names: ['Ours'] } }
    const access = accessOf({ grants: WRITES }, rotate)
    const need = { permission: 'secrets:rotate', field: 'client.jwksUri' } as const
    access?.take([need])
    const stays = { before: OURS, after: OURS, touches: [], isWhole: false }
    expect(() => access?.judge(stays)).not.toThrow()
    const renamed = { ...stays, after: { ...OURS, name: 'Ours too' } }
    expect(() => access?.judge(renamed)).toThrow('client.jwksUri needs the permission')
  })
})

describe('a grant that takes the approval of someone else', () => {
  const ASKS: Grant = { grants: WRITES, approval: 'required' }
  const description = [{ field: 'description', value: 'x' }]
  const verdict = (grants: readonly Grant[], client = OURS) =>
    accessOf(...grants)?.judge({
      ...{ before: client, after: client, touches: description, isWhole: false },
    })

  it('lets a write wait for that, and is a limit', () => {
    expect(isAtOnce(ASKS)).toBe(false)
    expect(isAtOnce({ grants: WRITES })).toBe(true)
    expect(isLimited(ASKS)).toBe(true)
    expect(verdict([ASKS])).toBe('with approval')
    expect(verdict([{ ...ASKS, ...{ only: TEAM.only ?? {} } }])).toBe('with approval')
    expect(judged([{ ...ASKS, grants: ['clients:read'] }], OURS, OURS, description)).toBe(
      'insufficient_scope',
    )
  })

  it('is not asked for where another one covers the write', () => {
    expect(verdict([ASKS, TEAM])).toBe('granted')
    expect(verdict([TEAM])).toBe('granted')
    expect(verdict([ASKS, TEAM], { ...OURS, team: 'b' })).toBe('with approval')
    const fields: Grant = { grants: WRITES, only: { fields: ['callbacks'] } }
    expect(verdict([ASKS, fields])).toBe('with approval')
  })

  it('counts for further permissions, which then take the approval too', () => {
    const need = { permission: 'secrets:rotate', field: 'client.secret' } as const
    const write: Write = { before: OURS, after: OURS, touches: description, isWhole: false }
    const access = accessOf(TEAM, { ...ASKS, grants: ['clients:write', 'secrets:rotate'] })
    expect(access?.judge(write)).toBe('granted')
    access?.take([need])
    expect(access?.judge(write)).toBe('with approval')
    const asking = accessOf(TEAM, ASKS)
    asking?.take([need])
    expect(() => asking?.judge(write)).toThrow('client.secret needs the permission')
  })
})

describe('an access to all that is judged', () => {
  const accessIn = (...grants: readonly Grant[]) => wholeAccessTo(() => grants, PURPOSE)

  it('judges grants without a limit too', () => {
    const access = accessIn({ grants: WRITES })({ provider: 'it', id: 'one' })
    expect(access.isKnown()).toBe(false)
    expect(access.knows(OURS)).toBe(true)
    access.look(OURS)
    expect(access.may('clients:write')).toBe(true)
    expect(access.may('secrets:rotate')).toBe(false)
  })

  it('is one for each client within a request', () => {
    const access = accessIn({ grants: WRITES })
    expect(access({ provider: 'it', id: 'one' })).toBe(access({ provider: 'it', id: 'one' }))
    expect(access({ provider: 'it', id: 'one' })).not.toBe(access({ provider: 'it', id: 'two' }))
  })

  it('knows of a client where any grant covers it, and of no other', () => {
    const { knows } = accessIn(NAMED, { grants: ['history:read'], only: { teams: ['b'] } })({
      ...{ provider: 'it', id: 'one' },
    })
    expect(knows(OURS)).toBe(true)
    expect(knows({ ...OURS, name: 'Theirs' })).toBe(false)
    expect(knows({ ...OURS, name: 'Theirs', team: 'b' })).toBe(true)
  })
})

describe('the access of a caller', () => {
  const READ_WRITE: readonly Permission[] = ['clients:read', 'clients:write']

  it('is one for each client within a request', () => {
    const access = accessTo(() => [NAMED], PURPOSE)
    const one = { provider: 'it', userPoolId: 'p', id: 'one' }
    expect(access(one)).toBe(access({ ...one }))
    for (const other of [{ id: 'two' }, { userPoolId: 'q' }, { provider: 'other' }]) {
      expect(access({ ...one, ...other })).not.toBe(access(one))
    }
  })

  it('goes by the grants at its provider that are for the operation', () => {
    const reads: Grant = { grants: ['clients:read'], only: { operations: ['getClient'] } }
    const writes: Grant = { grants: WRITES, only: { operations: ['updateClient'] } }
    const at = (provider: string) => (provider === 'it' ? [reads, writes, NAMED] : [])
    const { operation } = PURPOSE
    expect(grantsFor(at, { operation }, 'it')).toEqual([writes, NAMED])
    expect(grantsFor(at, { operation: 'getClient' }, 'it')).toEqual([reads, NAMED])
    expect(grantsFor(at, { operation }, 'other')).toEqual([])
  })

  it('is judged where a grant with a limit gives more than those without', () => {
    const more: Grant = { grants: READ_WRITE, only: { names: ['Ours'] } }
    const access = accessOf({ grants: ['clients:read'] }, more)
    access?.look({ ...OURS, name: 'Theirs' })
    expect(access?.may('clients:read')).toBe(true)
    expect(access?.may('clients:write')).toBe(false)
  })

  it('goes by the record where any of its limits does', () => {
    const byId: Grant = { grants: WRITES, only: { clients: ['one'] } }
    expect(accessOf(byId)?.goesByRecord).toBe(false)
    expect(accessOf(byId, NAMED)?.goesByRecord).toBe(true)
    expect(accessOf(TEAM)?.goesByRecord).toBe(true)
    expect([byId, NAMED, TEAM].map((one) => accessOf(one)?.goesByName)).toEqual([
      false,
      true,
      false,
    ])
  })

  it('knows a client once it was looked at, and never one that is not for this caller', () => {
    const access = accessOf(NAMED)
    expect(access?.isKnown()).toBe(false)
    expect(() => access?.look({ ...OURS, name: 'Theirs' })).toThrow('There is no such client.')
    expect(access?.isKnown()).toBe(false)
    access?.look(OURS)
    expect(access?.isKnown()).toBe(true)
  })

  it('does not lose a part of what it may while it looks, and may get more', () => {
    const both: Grant = { grants: READ_WRITE, only: { names: ['Ours'] } }
    const reads: Grant = { grants: ['clients:read'], only: { teams: ['a'] } }
    const renamed = { ...OURS, name: 'Theirs' }
    const access = accessOf(both, reads)
    access?.look(renamed)
    expect(access?.may('clients:write')).toBe(false)
    access?.look(OURS)
    expect(access?.may('clients:write')).toBe(true)
    access?.look(OURS)
    expect(() => access?.look(renamed)).toThrow('There is no such client.')
  })

  it('is limited to a team where each grant of its permission is, to the same', () => {
    const also: Grant = { grants: WRITES, only: { teams: ['b'] } }
    const reads: Grant = { grants: ['clients:read'], only: { names: ['Ours'] } }
    expect(accessOf(TEAM)?.team()).toBe('a')
    expect(accessOf(TEAM, TEAM, reads)?.team()).toBe('a')
    expect(accessOf(TEAM, also)?.team()).toBeUndefined()
    expect(accessOf({ grants: WRITES, only: { teams: ['a', 'b'] } })?.team()).toBeUndefined()
    expect(accessOf(TEAM, NAMED)?.team()).toBeUndefined()
    const otherwise: Grant = { grants: WRITES, only: { operations: ['updateClient'] } }
    expect(accessOf(TEAM, reads, otherwise)?.team()).toBeUndefined()
    expect(accessOf(reads)?.team()).toBeUndefined()
  })

  it('reaches a user pool where any client of it can be within a grant', () => {
    const inPool: Grant = { grants: WRITES, only: { pools: ['p'] } }
    const at = (userPoolId: string | undefined, ...grants: readonly Grant[]) =>
      accessTo(() => grants, PURPOSE)({ provider: 'it', userPoolId })
    expect(at('p', inPool)?.reaches('clients:write')).toBe(true)
    expect(at('q', inPool)?.reaches('clients:write')).toBe(false)
    expect(at(undefined, inPool)?.reaches('clients:write')).toBe(false)
    expect(at('p', inPool)?.reaches('clients:read')).toBe(false)
    expect(at('q', inPool, NAMED)?.reaches('clients:write')).toBe(true)
    const unlimited: Grant = { grants: ['clients:read'] }
    expect(at('q', inPool, unlimited)?.reaches('clients:read')).toBe(true)
    expect(at('q', inPool, unlimited)?.reaches('clients:write')).toBe(false)
  })

  it('is after a write what it is to the client before and after', () => {
    const both: Grant = { grants: READ_WRITE, only: { teams: ['a'] } }
    const ends: Grant = { grants: ['secrets:read'], only: { names: ['Ours'] } }
    const starts: Grant = { grants: ['clients:suspend'], only: { names: ['Ours too'] } }
    const left = (write: Partial<Write>) => {
      const access = accessOf(both, ends, starts)
      access?.judge({ before: OURS, after: OURS, touches: [], isWhole: false, ...write })
      expect(access?.isKnown()).toBe(true)
      const all = [...READ_WRITE, 'secrets:read', 'clients:suspend'] as const
      return all.filter((permission) => access?.may(permission))
    }
    const renamed = { ...OURS, name: 'Ours too' }
    expect(left({})).toEqual([...READ_WRITE, 'secrets:read'])
    expect(left({ after: renamed })).toEqual(READ_WRITE)
    expect(left({ before: renamed })).toEqual(READ_WRITE)
    expect(left({ before: undefined, after: renamed })).toEqual([...READ_WRITE, 'clients:suspend'])
    expect(left({ after: undefined })).toEqual([...READ_WRITE, 'secrets:read'])
  })
})

describe('a refusal', () => {
  const refusal =
    (write: Partial<Write>, ...grants: readonly Grant[]) =>
    () =>
      accessOf(...grants)?.judge({
        before: OURS,
        after: OURS,
        touches: [],
        isWhole: false,
        ...write,
      })
  const saying = (message: string, details: object = {}) =>
    expect.objectContaining({ code: 'insufficient_scope', message, details })

  it('names the setting that the limit does not let change', () => {
    const grant: Grant = { grants: WRITES, only: { fields: ['description'] } }
    const touches = [{ field: 'description' }, { field: 'callbacks', value: 'x' }]
    expect(refusal({ touches }, grant)).toThrow(
      saying(
        'client.callbacks would be changed in a way that the limit of the grant of clients:write does not allow. Leave it out to change the rest.',
        { field: 'client.callbacks' },
      ),
    )
  })

  it('is about the client where that is outside, or dealt with as a whole', () => {
    const says = saying(
      'The grant of clients:write that this token has is limited, and does not cover the client as it would be, or the whole of it. A row of auth.permissions without that limit can grant it.',
    )
    expect(refusal({ after: { ...OURS, name: 'Theirs' } }, NAMED)).toThrow(says)
    const fields: Grant = { grants: WRITES, only: { fields: ['description'] } }
    expect(refusal({ isWhole: true }, fields)).toThrow(says)
    expect(refusal({ isWhole: true }, NAMED)).not.toThrow()
  })

  it('counts no grant that covers only the client as it will be', () => {
    const names: Grant = { grants: WRITES, only: { teams: ['a'], fields: ['name'] } }
    const texts: Grant = { grants: WRITES, only: { names: ['Ours'], fields: ['description'] } }
    const touches = [{ field: 'name', value: 'Ours' }, { field: 'description' }]
    const write = { before: { ...OURS, name: 'Theirs' }, touches }
    expect(refusal(write, names, texts)).toThrow(
      expect.objectContaining({ details: { field: 'client.description' } }),
    )
    expect(refusal({ ...write, before: OURS }, names, texts)).not.toThrow()
  })

  it('is due for another team without the permission for that', () => {
    const touches = [{ field: 'team' }]
    const field = 'client.team'
    expect(refusal({ touches }, NAMED)).toThrow(expect.objectContaining({ details: { field } }))
    const assigns: Grant = { ...NAMED, grants: ['clients:write', 'clients:assign'] }
    expect(refusal({ touches }, assigns)).not.toThrow()
    const ofTeam: Grant = { ...assigns, only: { teams: ['a'] } }
    expect(refusal({ touches }, ofTeam)).toThrow(expect.objectContaining({ details: { field } }))
  })

  it('is due for a further permission that is limited to some settings', () => {
    const need = { permission: 'secrets:rotate', field: 'client.jwksUri' } as const
    const judging = (only: Limit) => () => {
      const access = accessOf(NAMED, { grants: ['secrets:rotate'], only })
      access?.take([need])
      access?.judge({ before: OURS, after: OURS, touches: [], isWhole: false })
    }
    expect(judging({ fields: ['jwksUri'] })).toThrow(
      saying(
        'client.jwksUri needs the permission secrets:rotate, which no grant of this token covers for the client before and after. Leave it out to change the rest.',
        { field: 'client.jwksUri' },
      ),
    )
    expect(judging({ teams: ['a'] })).not.toThrow()
  })
})

describe('a limit', () => {
  const pattern = (text: string) => ({ pattern: text })

  it.each<[string, Limit | undefined, Partial<Subject>, boolean]>([
    ['none', undefined, {}, true],
    ['of nothing', {}, {}, true],
    ['to pools, in one of them', { pools: ['p', 'q'] }, { userPoolId: 'q' }, true],
    ['to pools, in another', { pools: ['p', 'q'] }, { userPoolId: 'r' }, false],
    ['to pools, in none', { pools: ['p', 'q'] }, {}, false],
    ['to ids, with one of them', { clients: ['two', 'one'] }, {}, true],
    ['to ids, with another', { clients: ['two'] }, {}, false],
    ['to ids of a form', { clients: [pattern('o*')] }, {}, true],
    ['to ids of a form, without one yet', { clients: [pattern('**')] }, { id: undefined }, false],
    ['to names, with one of them', { names: ['x', pattern('Our*')] }, {}, true],
    ['to names, with another', { names: ['x'] }, {}, false],
    ['to names, without any', { names: [pattern('**')] }, { name: null }, false],
    ['to teams, of one of them', { teams: ['b', 'a'] }, {}, true],
    ['to teams, of another', { teams: ['b'] }, {}, false],
    ['to teams, of none', { teams: ['a'] }, { team: undefined }, false],
    ['by all of it', { clients: ['one'], names: ['Ours'], teams: ['a'] }, {}, true],
    ['by one of it not', { clients: ['one'], names: ['Theirs'], teams: ['a'] }, {}, false],
    ['by its pool not', { pools: ['p'], clients: ['one'] }, { userPoolId: 'q' }, false],
  ])('%s, is about a client: %j of %j', (_, only, subject, expected) => {
    expect(covers(only, { ...OURS, ...subject })).toBe(expected)
  })

  it.each<[string, Limit | undefined, Touch, boolean]>([
    ['none', undefined, { field: 'name', value: 'x' }, true],
    ['of nothing', {}, { field: 'name', value: 'x' }, true],
    ['to names, its own', { names: ['x'] }, { field: 'name', value: 'x' }, false],
    ['to names, another', { names: ['x'] }, { field: 'description' }, true],
    ['to teams, its own', { teams: ['a'] }, { field: 'team' }, false],
    ['to teams, the name', { teams: ['a'] }, { field: 'name' }, true],
    ['to names, the team', { names: ['x'] }, { field: 'team' }, true],
    ['to fields, one of them', { fields: ['a', 'callbacks'] }, { field: 'callbacks' }, true],
    ['to fields, within one', { fields: ['clientMetadata'] }, { field: 'clientMetadata.a' }, true],
    ['to fields, another', { fields: ['client'] }, { field: 'clientMetadata' }, false],
    ['to values, one of them', { values: ['a', 'x'] }, { field: 'f', value: 'x' }, true],
    ['to values, another', { values: ['a'] }, { field: 'f', value: 'x' }, false],
    ['to values, a list of it', { values: ['a'] }, { field: 'f', value: ['a'] }, false],
    ['to values of a form, none', { values: [pattern('**')] }, { field: 'f' }, false],
  ])('%s, lets it be written: %j, %j', (_, only, touch, expected) => {
    expect(allows(only, touch)).toBe(expected)
  })

  it('of fields or values is about no client as a whole', () => {
    expect([{}, { names: ['a'] }, { fields: ['a'] }, { values: ['a'] }].map(allowsWhole)).toEqual([
      ...[true, true, false, false],
    ])
    expect(allowsWhole(undefined)).toBe(true)
  })

  it('goes by the record where it goes by names or teams', () => {
    const limits: readonly Limit[] = [{}, { clients: ['a'] }, { names: ['a'] }, { teams: ['a'] }]
    expect(limits.map(goesByRecord)).toEqual([false, false, true, true])
    expect(goesByRecord(undefined)).toBe(false)
    expect(limits.map(goesByName)).toEqual([false, false, true, false])
    expect(goesByName(undefined)).toBe(false)
  })

  it('is one where more than operations are named', () => {
    const limited = (only?: object) =>
      isLimited({ grants: WRITES, ...(only && { only: only as Limit }) })
    expect([undefined, {}, { operations: ['a'] }, { pools: undefined }].map(limited)).toEqual([
      ...[false, false, false, false],
    ])
    expect(limited({ operations: ['a'], pools: ['p'] })).toBe(true)
  })
})
