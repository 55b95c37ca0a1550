/** What holds for a client is carried through its log, and changes where an intent is applied. */

import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { following, hashOf } from '../../src/store/log/chain.ts'
import type { Outcome } from '../../src/store/log/entry.ts'
import { dueAt, type Standing, sameStanding, withStanding } from '../../src/store/log/standing.ts'
import { intentOf, outsideChangeOf } from '../fixtures/entries.ts'

const LOG = '["local",null,"a"]'
const HELD: Standing = { protected: true }
const outcome = (result: Outcome) => ({ kind: 'outcome', resource: LOG, outcome: result }) as const

it('is carried on by every entry that says nothing of it, and is part of what is hashed', () => {
  const entry = following(outsideChangeOf(LOG, 1, { standing: HELD }), { resource: LOG })
  expect(entry.standing).toEqual(HELD)
  expect(hashOf({ ...entry, standing: {} } as unknown as JsonObject)).not.toBe(entry.hash)
  expect(following(undefined, { resource: LOG })).not.toHaveProperty('standing')
})

it.each<[Outcome, Standing | undefined]>([
  ['applied', undefined],
  ['not_applied', HELD],
  ['partly_applied', HELD],
  ['conflict', HELD],
])('is after an intent that was %s what that one said', (result, expected) => {
  const intent = intentOf(LOG, 1, { standing: HELD, becomes: {} })
  expect(following(intent, outcome(result)).standing).toEqual(expected)
})

it('stays the same through an intent that says nothing of it', () => {
  const intent = intentOf(LOG, 1, { standing: HELD })
  expect(following(intent, outcome('applied')).standing).toEqual(HELD)
})

it('takes members in and out, and is then as good as it ever was', () => {
  const held = withStanding(undefined, { protected: true })
  expect(held).toEqual(HELD)
  expect(withStanding(held, { protected: undefined })).toEqual({})
  expect(sameStanding({}, undefined)).toBe(true)
  expect(sameStanding(held, undefined)).toBe(false)
})

it('is due at the earliest of its times, or never', () => {
  const actor = { subject: 'alice', issuer: 'https://issuer.example' }
  const lease = (expiresAt: number) => ({
    field: 'callbacks' as const,
    value: 'https://app.example/cb',
    owner: 'pull-1',
    expiresAt,
    actor,
  })
  expect(dueAt({ leases: [lease(7), lease(5)] })).toBe(5)
  expect(dueAt(HELD)).toBe(undefined)
  expect(dueAt(undefined)).toBe(undefined)
})
