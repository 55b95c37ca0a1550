/** What holds for a client is carried through its log, and changes where an intent is applied. */

import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { following, hashOf } from '../../src/store/log/chain.ts'
import type { Outcome } from '../../src/store/log/entry.ts'
import {
  dueAt,
  type Move,
  type Standing,
  sameStanding,
  withStanding,
} from '../../src/store/log/standing.ts'
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

it('takes members in and out, and is then what it was', () => {
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

const MOVE: Move = {
  from: 'https://old.example/cb',
  to: 'https://new.example/cb',
  operationId: 'operation-1',
  actor: { subject: 'alice', issuer: 'https://issuer.example' },
  startedAt: 3,
}
const WIDENED: Move = { ...MOVE, widened: { at: 5, by: 'endpoint', narrowFrom: 9 } }

it('is due for a move at once until it is widened, then when it is to be narrowed, if ever', () => {
  expect(dueAt({ moves: [MOVE] })).toBe(3)
  expect(dueAt({ moves: [{ ...MOVE, narrowAt: 1 }] })).toBe(3)
  expect(dueAt({ moves: [WIDENED] })).toBe(undefined)
  expect(dueAt({ moves: [{ ...WIDENED, narrowAt: 7 }] })).toBe(9)
  expect(dueAt({ moves: [{ ...WIDENED, narrowAt: 11 }, MOVE] })).toBe(3)
})

it('keeps a move that ended in a conflict or came into force late, and loses none that is open', () => {
  const moves = [MOVE]
  const intent = intentOf(LOG, 1, { action: 'move', becomes: { moves } })
  expect(following(intent, outcome('conflict')).standing).toEqual({ moves })
  expect(following(intent, outcome('not_applied')).standing).toBeUndefined()
  const later = outsideChangeOf(LOG, 2, {})
  expect(following(later, { resource: LOG }, intent).standing).toEqual({ moves })
  const other = { ...MOVE, from: 'https://other.example/cb' }
  const held = outsideChangeOf(LOG, 2, { standing: { moves: [other] } })
  expect(following(held, { resource: LOG }, intent).standing).toEqual({ moves: [other, MOVE] })
  const present = outsideChangeOf(LOG, 2, { standing: { moves: [WIDENED] } })
  expect(following(present, { resource: LOG }, intent).standing).toEqual({ moves: [WIDENED] })
  // One that was open before, and is no longer, does not come back.
  const continued = intentOf(LOG, 1, { action: 'move', standing: { moves }, becomes: { moves } })
  expect(following(later, { resource: LOG }, continued).standing).toBeUndefined()
  const narrowed = intentOf(LOG, 1, {
    action: 'narrow_move',
    standing: { moves: [WIDENED] },
    becomes: {},
  })
  expect(following(narrowed, outcome('conflict')).standing).toEqual({ moves: [WIDENED] })
})
