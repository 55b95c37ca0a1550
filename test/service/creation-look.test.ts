/**
 * Looks for a client whose creation was not answered: whose clients count, what speaks for one, when the
 * second look is due, and what the caller reads where it stays unknown.
 */

import { beforeEach, describe, expect } from 'vitest'
import type { Native } from '../../src/core/mapping/row.ts'
import { accessTo } from '../../src/core/rights/access.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Candidate, Creation } from '../../src/providers/creation.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { candidatesFor } from '../../src/service/access/fresh-look.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { creationConflict } from '../../src/service/life/creation-conflict.ts'
import { beginLog, findCreation } from '../../src/service/life/creation-outcome.ts'
import type { Running } from '../../src/service/operation/running.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { creationResource, resourceOf } from '../../src/store/resource.ts'
import type { Bench } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { intentOf, outsideChangeOf } from '../fixtures/entries.ts'

const PLACE = { provider: 'it' }
const NOW = 1_800_000_000_000
const MINUTE = 60_000

let subject: Subject
let bench: Bench
let creation: Creation
/** What the provider finds, look after look; the last one again and again. */
let candidates: (readonly Candidate[] | undefined)[]
let searches: Call[]
let sleeps: number[]
let now: number

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  if (subject.provider.creation === undefined) throw new TypeError('makes no clients')
  creation = subject.provider.creation
  candidates = []
  searches = []
  sleeps = []
  now = NOW
})

const service = (): Service => ({
  ...bench.service,
  upstreamTimeoutMs: 1_000,
  now: () => now,
  sleep: async (milliseconds) => {
    sleeps.push(milliseconds)
    now += milliseconds
  },
})
const call = (leftMs = 10_000) =>
  callOf(bench.service, { operationId: 'making', deadline: now + leftMs })
const next = (more: object = {}): Native => ({
  ...creation.blank('web'),
  client_name: 'Portal',
  redirect_uris: ['https://portal.example.com/cb'],
  ...more,
})
const like = (id: string, more: object = {}): Candidate => ({
  native: next({ client_id: id, ...more }),
})
const other = (id: string) => like(id, { client_name: 'Another' })
const intent = (more: Partial<Intent> = {}, operationId = 'making', place: object = PLACE) =>
  intentOf(creationResource({ ...PLACE, ...place }, operationId), 1, {
    operationId,
    action: 'create',
    at: NOW,
    ...more,
  })
function running(more: Partial<Running> = {}): Running {
  // As providers do: a client that is known to be another one is not read.
  const find: Creation['find'] = async (_, { isKnown }, at) => {
    searches.push(at)
    const all = candidates.length > 1 ? candidates.shift() : candidates[0]
    const known = await Promise.all((all ?? []).map(({ native }) => isKnown(creation.idOf(native))))
    return all?.filter((_, index) => known[index] !== true)
  }
  const provider: Provider = {
    ...subject.provider,
    creation: { ...creation, find, listLagMs: 2_000 },
  }
  const ref = { ...PLACE, id: '+making' }
  return { intent: intent(), provider, ref, base: creation.blank('web'), next: next(), ...more }
}
const outcome = (more?: Partial<Running>, at = call()) => findCreation(service(), running(more), at)
const logOf = (id: string) => resourceOf({ ...PLACE, id })
const applied = (id: string) =>
  expect.objectContaining({ outcome: 'applied', native: like(id).native })
const conflict = (...ids: readonly string[]) => ({
  outcome: 'conflict',
  native: undefined,
  candidates: ids,
})

describe('a look', () => {
  it('is of the same request, and holds up no change under way', async () => {
    candidates = [[like('a')]]
    const at = { ...call(), urgent: true }
    await outcome({}, at)
    expect(searches).toEqual([{ ...at, urgent: false }])
  })

  it('prefers the client whose log this creation has begun, or whose id came with its answer', async () => {
    candidates = [[like('a'), like('b')]]
    expect(await outcome()).toEqual(conflict('a', 'b'))
    await beginLog(service(), running(), like('b').native)
    expect(await outcome()).toEqual(applied('b'))
    candidates = [[{ ...like('c'), proven: true }, like('a')]]
    expect(await outcome()).toEqual(applied('c'))
  })

  it('takes a log that began more than a minute before the creation for that of another client', async () => {
    candidates = [[like('a')]]
    await bench.service.store.append(outsideChangeOf(logOf('a'), 1, { at: NOW - MINUTE }))
    expect(await outcome()).toEqual(conflict('a'))
    candidates = [[like('b')]]
    await bench.service.store.append(outsideChangeOf(logOf('b'), 1, { at: NOW - MINUTE - 1 }))
    const second = { intent: intent({}, 'second') }
    expect(await outcome(second)).toMatchObject({ outcome: 'not_applied' })
  })

  it('takes one that began since for its own, unless a creation or an adoption began it', async () => {
    candidates = [[like('a')]]
    await bench.service.store.append(intentOf(logOf('a'), 1, { at: NOW }))
    expect(await outcome()).toEqual(conflict('a'))
    candidates = [[like('b'), like('c')]]
    await bench.service.store.append(intentOf(logOf('b'), 1, { at: NOW, action: 'adopt' }))
    await beginLog(service(), running({ intent: intent({}, 'another') }), like('c').native)
    const second = { intent: intent({}, 'second') }
    expect(await outcome(second)).toMatchObject({ outcome: 'not_applied' })
  })

  it('does not take what an open creation of unknown settings may have made', async () => {
    candidates = [[like('a')]]
    await bench.service.store.append(intent({}, 'elsewhere', { userPoolId: 'other' }))
    await bench.service.store.append(intent())
    expect(await outcome()).toEqual(applied('a'))
    await bench.service.store.append(intent({ sealed: 'sealed with a key that is gone' }, 'rival'))
    expect(await outcome()).toEqual(conflict('a'))
  })

  it('compares no secret that reads do not show, and every one that they show', async () => {
    const { provider } = running()
    const secretPaths = ['metadata.pin']
    const hiding = { ...provider, mapping: { ...provider.mapping, secretPaths } }
    const wanted = { provider: hiding, next: next({ metadata: { pin: 'sent' } }) }
    candidates = [[like('a')]]
    expect(await outcome(wanted)).toEqual(applied('a'))
    candidates = [[like('a', { metadata: { pin: 'sent' } })]]
    expect(await outcome(wanted)).toMatchObject({ outcome: 'applied' })
    candidates = [[like('a', { metadata: { pin: 'another' } })]]
    expect(await outcome(wanted)).toEqual(conflict('a'))
  })
})

describe('the second look', () => {
  it('is due to the millisecond, by a clock that went on since the first', async () => {
    candidates = [[]]
    await expect(outcome({}, call(2_999))).rejects.toMatchObject({
      code: 'deadline_exceeded',
      message:
        "The new client may still appear in the provider's list, and there is no time left to wait for that.",
    })
    now += 2_999
    await expect(outcome({}, call(1))).rejects.toMatchObject({ code: 'deadline_exceeded' })
    now += 1
    searches = []
    expect(await outcome({}, call(1))).toMatchObject({ outcome: 'not_applied' })
    expect([searches.length, sleeps]).toEqual([1, []])
  })

  it('waits for what is left of the time', async () => {
    candidates = [[]]
    await expect(outcome({}, call(1))).rejects.toMatchObject({ code: 'deadline_exceeded' })
    now += 1_000
    expect(await outcome()).toMatchObject({ outcome: 'not_applied' })
    expect([searches.length, sleeps]).toEqual([3, [2_000]])
  })

  it('does not wait where the time went by while the provider was asked', async () => {
    candidates = [[]]
    await expect(outcome({}, call(1))).rejects.toMatchObject({ code: 'deadline_exceeded' })
    now += 2_999
    const { provider } = running()
    const find: Creation['find'] = async () => {
      now += 1
      return []
    }
    const slow = { ...provider, creation: { ...creation, find, listLagMs: 2_000 } }
    expect(await outcome({ provider: slow })).toMatchObject({ outcome: 'not_applied' })
    expect(sleeps).toEqual([])
  })

  it('proves nothing where the provider can no longer say', async () => {
    candidates = [[other('a')], undefined]
    expect(await outcome()).toEqual(conflict('a'))
  })
})

describe('the log of a new client', () => {
  it('says what it was copied from, where it was', async () => {
    const copiedFrom = logOf('original')
    await beginLog(service(), running({ intent: intent({ copiedFrom }) }), like('copy').native)
    await beginLog(service(), running(), like('plain').native)
    const { store } = bench.service
    expect(await store.entries(logOf('copy'))).toMatchObject([{ kind: 'created', copiedFrom }])
    expect((await store.entries(logOf('plain')))[0]).not.toHaveProperty('copiedFrom')
  })

  it('is not begun for a client that is not there', async () => {
    expect(await beginLog(service(), running(), undefined)).toBeUndefined()
  })
})

describe('the answer where it stays unknown', () => {
  const answer = (candidates?: readonly string[], place?: object) => {
    const { code, message, details } = creationConflict(intent({}, 'making', place), candidates)
    return { code, message, details }
  }
  const end =
    'GET /operations/making (clientry operation making) has the record. This request is not sent again. Use a new Idempotency-Key to create another client.'

  it('names no client where none can be found', () => {
    expect(answer()).toEqual({
      code: 'change_unresolved',
      message: `The answer to this creation was lost, and it cannot be found out here whether it made a client. If the client exists at the provider, adopt it with PUT /clients/{clientId}/registration?provider=it (clientry adopt) and its registration access token (if it has one), or remove it there. ${end}`,
      details: { operationId: 'making', outcome: 'conflict' },
    })
  })

  it('names the one that it may be, in requests that can be sent as they are', () => {
    expect(answer(['a/b'], { userPoolId: 'pool 1' }).message).toBe(
      `The answer to this creation was lost, and it may have made the client a/b. Adopt the client that is yours with PUT /clients/-/registration?id=a%2Fb&provider=it&userPoolId=pool+1 (clientry adopt), or remove one that no one needs with DELETE /clients/-?id=a%2Fb&provider=it&userPoolId=pool+1 (clientry delete). ${end}`,
    )
  })

  it('names several, and leaves the choice', () => {
    expect(answer(['a', 'b']).message).toBe(
      `The answer to this creation was lost, and it may have made one of the clients a, b. Adopt the client that is yours with PUT /clients/{clientId}/registration?provider=it (clientry adopt), or remove one that no one needs with DELETE /clients/{clientId}?provider=it (clientry delete). ${end}`,
    )
  })

  it('names no client to a caller whose grants there are limited', () => {
    const grants = [{ grants: ['clients:write'] as const, only: { teams: ['ours'] } }]
    const purpose = { operation: 'createClient', permission: 'clients:write' } as const
    const access = accessTo((provider) => (provider === 'it' ? grants : []), purpose)
    const found = (more: Partial<Service>) =>
      candidatesFor({ ...service(), ...more }, intent(), ['a', 'b'])
    expect(found({})).toEqual(['a', 'b'])
    expect(found({ access })).toBeUndefined()
    expect(found({ access: accessTo(() => [{ grants: ['clients:write'] }], purpose) })).toEqual([
      'a',
      'b',
    ])
  })
})
