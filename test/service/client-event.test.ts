/** Entries of the log as events: what each names, and that none holds a value. */

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { conditionEvent, digestOf, eventOf } from '../../src/service/notify/client-event.ts'
import { isEventOf, type Webhook } from '../../src/service/notify/webhook.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Overlap } from '../../src/store/log/entry.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'

const LOG = JSON.stringify(['cog nito', 'eu/1', 'a b'])
const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const CHANGES = [
  { field: 'callbacks', before: [], after: ['https://secret.example/'] },
  { field: 'name', before: 'a', after: 'b' },
  { field: 'callbacks', before: [], after: [] },
]

describe('the event of an outcome', () => {
  const closing = closingOf(LOG, 12, {
    at: AT,
    surprises: [{ field: 'owner', before: 1, after: 2 }],
  })
  const intent = intentOf(LOG, 11, { changes: CHANGES })

  it('names the client by its place and id, the entry and what was changed, and no value', () => {
    expect(eventOf(closing, intent)).toStrictEqual({
      specversion: '1.0',
      id: closing.hash,
      source: '/providers/cog%20nito/pools/eu%2F1',
      subject: 'a b',
      type: 'clientry.change',
      time: '2026-01-02T03:04:05.006Z',
      datacontenttype: 'application/json',
      sequence: '0000000000000012',
      data: {
        provider: 'cog nito',
        userPoolId: 'eu/1',
        clientId: 'a b',
        operationId: closing.operationId,
        action: 'change',
        outcome: 'applied',
        fields: ['callbacks', 'name'],
        surprises: ['owner'],
        actor: ACTOR,
        settledBy: 'request',
      },
    })
  })

  it('names a place without user pools without one', () => {
    const event = eventOf(closingOf(JSON.stringify(['it', null, 'c']), 2))
    expect(event.source).toBe('/providers/it')
    expect(Object.keys(event.data)).not.toContain('userPoolId')
  })

  it('has the fields that were missed, the job, and the client by which its caller came', () => {
    const actor = { ...ACTOR, clientId: 'caller' }
    const missed = closingOf(LOG, 2, { outcome: 'partly_applied', missed: ['name'], actor })
    const job = { id: 'job-1', submittedBy: ACTOR }
    expect(eventOf(missed, intentOf(LOG, 1, { job, action: 'rotate' })).data).toMatchObject({
      outcome: 'partly_applied',
      missed: ['name'],
      job: 'job-1',
      action: 'rotate',
      actor,
    })
  })

  it('says that it does not know what its intent was, where that is not there', () => {
    expect(eventOf(closing).data).toMatchObject({ action: null, fields: [] })
  })

  it('is about the client that was made, in a log that is not yet its own', () => {
    const making = JSON.stringify(['it', null, '+operation'])
    const made = eventOf(closingOf(making, 2, { created: 'new' }), intentOf(making, 1))
    expect(made).toMatchObject({
      subject: 'new',
      source: '/providers/it',
      data: { clientId: 'new' },
    })
    const unknown = eventOf(closingOf(making, 2, { outcome: 'not_applied' }))
    expect(unknown.subject).toBe('+operation')
    expect(unknown.data).not.toHaveProperty('clientId')
  })
})

describe('the event of what was noticed', () => {
  it('names the fields that someone else has changed', () => {
    const event = eventOf(outsideChangeOf(LOG, 3, { changes: CHANGES }))
    expect(event).toMatchObject({ type: 'clientry.outside_change', subject: 'a b' })
    expect(event.data).toStrictEqual({
      provider: 'cog nito',
      userPoolId: 'eu/1',
      clientId: 'a b',
      fields: ['callbacks', 'name'],
    })
  })

  it('names the operation that overlaps', () => {
    const body = { kind: 'overlap' as const, resource: LOG, at: AT, operationId: 'operation' }
    const event = eventOf(following(undefined, body) as Overlap)
    expect(event.type).toBe('clientry.overlap')
    expect(event.data).toStrictEqual({
      ...{ provider: 'cog nito', userPoolId: 'eu/1', clientId: 'a b', operationId: 'operation' },
    })
  })
})

it('an event that is no entry has an id by its type and by what it is about, and no revision', () => {
  const client = { provider: 'it', id: 'c' }
  const of = (
    about: string,
    type: 'clientry.overdue' | 'clientry.ends_soon' = 'clientry.overdue',
  ) => conditionEvent(type, client, { about, at: AT, data: { what: 'lease' } })
  expect(of('one')).toStrictEqual({
    specversion: '1.0',
    id: expect.stringMatching(/^[\w-]{22}$/),
    source: '/providers/it',
    subject: 'c',
    type: 'clientry.overdue',
    time: '2026-01-02T03:04:05.006Z',
    datacontenttype: 'application/json',
    data: { what: 'lease' },
  })
  expect(of('one').id).toBe(of('one').id)
  const ids = [of('one'), of('other'), of('one', 'clientry.ends_soon')].map(({ id }) => id)
  expect(new Set(ids).size).toBe(3)
  // Ids stay the same from version to version: SHA-256, in base64url.
  const whole = createHash('sha256').update('["a","b"]').digest('base64url')
  expect(digestOf('a', 'b')).toBe(whole.slice(0, 22))
})

it('a webhook gets the events of its types, or all of them', () => {
  const event = eventOf(closingOf(LOG, 2))
  const isFor = (more: Partial<Webhook>) =>
    isEventOf({ name: 'audit', send: async () => ({ taken: true }), ...more })(event)
  expect(isFor({})).toBe(true)
  expect(isFor({ types: new Set(['clientry.change']) })).toBe(true)
  expect(isFor({ types: new Set(['clientry.overlap']) })).toBe(false)
})
