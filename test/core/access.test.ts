/** Grants with limits, held against a client before and after a change. */

import { describe, expect, it } from 'vitest'
import { accessTo } from '../../src/core/rights/access.ts'
import type { Grant, Subject, Touch } from '../../src/core/rights/limit.ts'
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
    expect(() => access?.look({ ...OURS, team: 'b' })).toThrow('There is no such client.')
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
