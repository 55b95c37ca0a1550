/** Requests for approval in their logs: what is stored of one, how it stands by the clock, and who of several is first. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import {
  type Asking,
  commentOf,
  contentOf,
  decide,
  endRequest,
  findRequest,
  isOver,
  openAsked,
  sourceOf,
  stateOf,
  storeRequest,
  timeOf,
} from '../../src/service/approval/approval-log.ts'
import { dueRequests } from '../../src/service/approval/due-requests.ts'
import {
  asAgreed,
  cannotWait,
  type PendingChange,
} from '../../src/service/approval/pending-change.ts'
import { WAITS_MS } from '../../src/service/approval/request-states.ts'
import { openEntry } from '../../src/service/base/record-storage.ts'
import type { Service } from '../../src/service/base/service.ts'
import { requestResource, resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import type { Bench } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { jobOf, outsideChangeOf } from '../fixtures/entries.ts'

const NOW = 1_900_000_000_000
const DEVELOPER = { subject: 'developer', issuer: 'https://issuer.example', clientId: 'pipeline' }
const OWNER = { subject: 'owner', issuer: 'https://issuer.example' }
const TOKEN = { scopes: ['asks'], claims: { groups: ['a'] } }
const ASKED = { params: { id: 'a' }, query: {}, headers: { 'if-match': ['"tag"'] }, body: 'e30=' }

let subject: Subject
let bench: Bench
let now: number
/** The crash points that were passed. */
let reached: string[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  now = NOW
  reached = []
})

const service = (more: Partial<Service> = {}): Service => ({
  ...bench.service,
  now: () => now,
  reached: async (point) => {
    reached.push(point)
  },
  ...more,
})
/** One that says nothing of where it is, as in production. */
const silent = (): Service => {
  const { reached: _, ...rest } = service()
  return rest
}
/** On a store whose clock is ahead. */
const ahead = (aheadMs: number): Service =>
  service({ store: { ...bench.service.store, aheadMs: () => aheadMs } })

const asking = (more: Partial<Asking> = {}): Asking => ({
  actor: DEVELOPER,
  token: TOKEN,
  operation: 'updateClient',
  permission: 'clients:write',
  asked: ASKED,
  ...more,
})
const pending = (more: Partial<PendingChange> = {}): PendingChange => ({
  provider: subject.provider,
  place: { provider: 'it', id: subject.ref.id },
  action: 'change',
  baseTag: 'base',
  standing: undefined,
  becomes: undefined,
  changes: [{ field: 'clientMetadata.note', before: null, after: 'hush' }],
  held: true,
  after: { id: subject.ref.id, name: 'After' },
  ...more,
})
const stored = (change = pending(), more: Partial<Asking> = {}, at = service()) =>
  storeRequest(at, asking(more), contentOf(at, change))
const approve = { decision: 'approved', actor: OWNER, token: { scopes: ['decides'] } } as const
const entriesOf = (id: string) => bench.service.store.entries(requestResource(id))

describe('a request', () => {
  it('is stored with its plan, of which only names are in the clear', async () => {
    const { id, requested } = await stored()
    expect(await entriesOf(id)).toEqual([requested])
    expect(requested).toStrictEqual({
      kind: 'approval_requested',
      resource: requestResource(id),
      at: NOW,
      actor: DEVELOPER,
      token: TOKEN,
      operation: 'updateClient',
      permission: 'clients:write',
      place: { provider: 'it', id: subject.ref.id },
      action: 'change',
      expiresAt: NOW + 604_800_000,
      print: expect.any(String),
      changes: [
        { field: 'clientMetadata.note', before: null, after: null, sealed: expect.any(String) },
      ],
      sealed: expect.any(String),
      seq: 1,
      previous: '',
      erasable: true,
      hash: expect.any(String),
    })
    expect(JSON.stringify(requested)).not.toContain('hush')
    expect(openEntry(service(), requested).changes).toEqual(pending().changes)
    expect(reached).toEqual(['request recorded'])
    expect((await stored(pending(), {}, silent())).id).not.toBe(id)
  })

  it('shows its plan by the log of its client, and of one that has no id yet by its place', async () => {
    for (const place of [
      { provider: 'it' },
      { provider: 'it', userPoolId: 'pool', id: 'one' },
    ] as const) {
      const { requested } = await stored(pending({ place }))
      expect(openEntry(service(), requested).changes).toEqual(pending().changes)
    }
  })

  it('shows what holds beside the settings afterwards', async () => {
    const becomes = { team: 'a' }
    const { requested } = await stored(pending({ changes: [], becomes }))
    expect(requested.changes).toEqual([{ field: 'team', before: null, after: 'a' }])
  })

  it('keeps what was asked for, and opens as that in its own log', async () => {
    const { requested } = await stored()
    const { after } = pending()
    expect(openAsked(service(), requested)).toStrictEqual({ asked: ASKED, after })
    const elsewhere = { ...requested, resource: requestResource('other') }
    expect(openAsked(service(), elsewhere)).toBeUndefined()
    const removal = await stored(pending({ after: undefined }))
    expect(openAsked(service(), removal.requested)).toStrictEqual({
      asked: ASKED,
      after: undefined,
    })
  })

  it('is sealed as records of clients are, so that it goes with these', async () => {
    const historySeal = createSeal(Buffer.alloc(32, 7))
    const { requested } = await stored(pending(), {}, service({ historySeal }))
    expect(openAsked({ seal: historySeal }, requested)).toMatchObject({ asked: ASKED })
    expect(openAsked(service(), requested)).toBeUndefined()
  })

  it('hides no fault of ours', async () => {
    const { requested } = await stored()
    const fault = new TypeError('a fault of ours')
    const open = () => {
      throw fault
    }
    const seal = { ...bench.service.seal, open }
    expect(() => openAsked({ seal }, requested)).toThrow(fault)
  })

  it('names the client that it copies', async () => {
    expect(sourceOf((await stored()).requested)).toBeUndefined()
    const source = { provider: 'it', userPoolId: 'pool', id: 'source' }
    const copiedFrom = resourceOf(source)
    const { requested } = await stored(pending({ copiedFrom }))
    expect(requested.copiedFrom).toBe(copiedFrom)
    expect(sourceOf(requested)).toEqual(source)
  })

  it('is found by its id, and nothing else is', async () => {
    const { id, requested } = await stored()
    expect(await findRequest(service(), id)).toStrictEqual({ id, requested })
    expect(await findRequest(service(), 'other')).toBeUndefined()
    const job = { ...jobOf('job', NOW), resource: requestResource('job') }
    await bench.service.store.append(job)
    expect(await findRequest(service(), 'job')).toBeUndefined()
  })

  it('is the same one under the same key, however it stands by then', async () => {
    const key = { log: 'log of the key' }
    const first = await stored(pending(), { key })
    expect(first.id).toMatch(/^.{32}$/)
    expect((await stored(pending(), { key: { log: 'other' } })).id).not.toBe(first.id)
    const rejected = await decide(service(), first, { ...approve, decision: 'rejected' })
    reached = []
    now += 1
    const again = await stored(pending({ baseTag: 'other' }), { key })
    expect(again).toEqual({ ...first, decided: rejected?.decided })
    expect(reached).toEqual([])
    expect((await stored()).id).not.toBe(first.id)
  })

  it('is what was to be stored where the first one cannot be read', async () => {
    const key = { log: 'log of the key' }
    const { id } = await stored(pending(), { key })
    const none = service({ store: { ...bench.service.store, entries: async () => [] } })
    expect(await stored(pending(), { key }, none)).toMatchObject({ id, requested: { at: NOW } })
  })
})

describe('how a request stands', () => {
  it('is pending until its time is over, by the clock of the store', async () => {
    const view = await stored()
    expect(stateOf(service(), view)).toBe('pending')
    expect(stateOf(ahead(WAITS_MS - 1), view)).toBe('pending')
    expect(stateOf(ahead(WAITS_MS), view)).toBe('expired')
    now += WAITS_MS
    expect(stateOf(service(), view)).toBe('expired')
    expect(stateOf(ahead(-1), view)).toBe('pending')
  })

  it('is what someone decided, whatever the time, and then what came of that', async () => {
    const view = await stored()
    now += WAITS_MS
    const decided = await decide(service(), view, approve)
    if (decided === undefined) throw new TypeError('someone else was first')
    expect(stateOf(service(), decided)).toBe('approved')
    const ended = await endRequest(service(), decided, { end: 'failed', code: 'conflict' })
    expect(stateOf(service(), ended)).toBe('failed')
  })

  it('goes by the time of this process where the store has no clock', () => {
    const { aheadMs: _, ...store } = bench.service.store
    expect(timeOf(service({ store }))).toBe(NOW)
    expect(timeOf(ahead(5))).toBe(NOW + 5)
    expect([NOW - 1, NOW, NOW + 1].map((time) => isOver(service({ store }), time))).toEqual([
      true,
      true,
      false,
    ])
  })
})

describe('a decision', () => {
  it('is appended with who made it, and until when it is carried out', async () => {
    const { id, requested } = await stored()
    now += 1
    reached = []
    const view = await decide(service(), { id, requested }, { ...approve, deadline: NOW + 9 })
    expect(view).toStrictEqual({
      id,
      requested,
      decided: {
        kind: 'approval_decided',
        resource: requestResource(id),
        at: NOW + 1,
        ...approve,
        deadline: NOW + 9,
        seq: 2,
        previous: requested.hash,
        hash: expect.any(String),
      },
    })
    expect(await findRequest(service(), id)).toStrictEqual(view)
    expect(reached).toEqual(['decision recorded'])
  })

  it('is that of who is first', async () => {
    const view = await stored(pending(), {}, silent())
    expect(await decide(silent(), view, approve)).toBeDefined()
    reached = []
    expect(await decide(service(), view, { ...approve, decision: 'rejected' })).toBeUndefined()
    expect(reached).toEqual([])
    expect((await findRequest(service(), view.id))?.decided?.decision).toBe('approved')
  })

  it('has a comment that only its own request opens', async () => {
    const view = await stored()
    const comment = 'only after the release'
    const decided = (await decide(service(), view, { ...approve, comment }))?.decided
    if (decided === undefined) throw new TypeError('someone else was first')
    expect(JSON.stringify(decided)).not.toContain(comment)
    expect(commentOf(service(), decided)).toBe(comment)
    const elsewhere = { ...decided, resource: requestResource('other') }
    expect(commentOf(service(), elsewhere)).toBeUndefined()
    // What is sealed there is not what was asked for.
    const { sealed } = view.requested
    expect(commentOf(service(), { ...decided, sealed })).toBeUndefined()
  })

  it('has none where none was given', async () => {
    const decided = (await decide(service(), await stored(), approve))?.decided
    if (decided === undefined) throw new TypeError('someone else was first')
    expect(commentOf(service(), decided)).toBeUndefined()
    const place = JSON.stringify(['comment', decided.resource])
    const sealed = bench.service.seal.close({ comment: null }, place)
    expect(commentOf(service(), { ...decided, sealed })).toBeUndefined()
  })
})

describe('the end of a request', () => {
  it('comes after what was decided, or after the request itself', async () => {
    const [one, other] = [await stored(), await stored()]
    const decided = await decide(service(), one, approve)
    if (decided === undefined) throw new TypeError('someone else was first')
    now += 2
    reached = []
    const applied = { end: 'applied', operationId: 'operation', created: 'made' } as const
    const view = await endRequest(service(), decided, applied)
    expect(view).toStrictEqual({
      ...decided,
      ended: {
        kind: 'approval_ended',
        resource: requestResource(one.id),
        at: NOW + 2,
        ...applied,
        seq: 3,
        previous: decided.decided?.hash,
        hash: expect.any(String),
      },
    })
    expect(await findRequest(service(), one.id)).toStrictEqual(view)
    expect(reached).toEqual(['request ended'])
    const expired = await endRequest(silent(), other, { end: 'expired' })
    expect(expired.ended).toMatchObject({ seq: 2, previous: other.requested.hash })
    expect(await findRequest(service(), other.id)).toStrictEqual(expired)
  })

  it('is that of who is first to know, which the others find', async () => {
    const view = await stored()
    const first = await endRequest(service(), view, { end: 'expired' })
    expect(await endRequest(service(), view, { end: 'void' })).toEqual(first)
    const none = service({ store: { ...bench.service.store, entries: async () => [] } })
    expect(await endRequest(none, view, { end: 'void' })).toBe(view)
  })
})

it('what has expired is due, and so is what waits for its approval to be carried out', async () => {
  const [first, second, third] = [await stored(), await stored(), await stored()]
  const ids = [first, second, third].map(({ id }) => id)
  expect(await dueRequests(service())).toEqual([])
  expect(await dueRequests(ahead(WAITS_MS))).toEqual(ids.sort())
  await decide(service(), second, { ...approve, deadline: NOW + 5 })
  await decide(service(), third, { ...approve, decision: 'rejected' })
  // Something else that is due: the end of a client that was made for a while.
  const leaving = { standing: { removal: { at: NOW, actor: OWNER } } }
  await bench.service.store.append(outsideChangeOf(resourceOf(subject.ref), 1, leaving))
  expect(await dueRequests(ahead(4))).toEqual([])
  expect(await dueRequests(ahead(5))).toEqual([second.id])
  expect(await dueRequests(ahead(WAITS_MS))).toEqual([second.id, first.id])
})

it('what was agreed when it began passes, and nothing else that cannot wait does', async () => {
  expect(asAgreed().always).toBe(false)
  expect(await asAgreed().pass(pending())).toBeUndefined()
  const mark = { requestId: 'request', approvedBy: OWNER }
  expect(await asAgreed(mark).pass(pending())).toBe(mark)
  const refusal = cannotWait()
  expect(refusal).toBeInstanceOf(ClientError)
  expect(refusal.code).toBe('approval_required')
  expect(refusal.message).toMatch(/^The grant of this caller asks for the approval of someone else/)
})
