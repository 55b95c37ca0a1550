/** Requests for approval as lists and as events: full pages of what may be seen, and each state once. */

import { beforeEach, describe, expect } from 'vitest'
import {
  type ApprovalView,
  type Asking,
  contentOf,
  decide,
  endRequest,
  storeRequest,
} from '../../src/service/approval/approval-log.ts'
import { listRequests } from '../../src/service/approval/list-requests.ts'
import type { PendingChange } from '../../src/service/approval/pending-change.ts'
import { WAITS_MS } from '../../src/service/approval/request-states.ts'
import type { Service } from '../../src/service/base/service.ts'
import { requestEvents } from '../../src/service/notify/request-events.ts'
import { requestResource } from '../../src/store/resource.ts'
import type { Place, Search } from '../../src/store/store.ts'
import type { Bench } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { jobOf } from '../fixtures/entries.ts'

const NOW = 1_900_000_000_000
const DAY_MS = 86_400_000
const DEVELOPER = { subject: 'developer', issuer: 'https://issuer.example', clientId: 'pipeline' }
const OWNER = { subject: 'owner', issuer: 'https://issuer.example' }
const TOKEN = { scopes: ['any'] }

let subject: Subject
let bench: Bench
let now: number
const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  now = NOW
})

const service = (more: Partial<Service> = {}): Service => ({
  ...bench.service,
  now: () => now,
  ...more,
})
async function ask(id: string, more: Partial<PendingChange> = {}): Promise<ApprovalView> {
  const change: PendingChange = {
    provider: subject.provider,
    place: { provider: 'it', id: 'client' },
    action: 'change',
    baseTag: 'base',
    standing: undefined,
    becomes: undefined,
    changes: [
      { field: 'name', before: 'a', after: 'b' },
      { field: 'clientMetadata.note', before: null, after: 'hush' },
      { field: 'name', before: 'a', after: 'b' },
    ],
    held: true,
    after: { name: 'b' },
    ...more,
  }
  const asking: Asking = {
    ...{ actor: DEVELOPER, token: TOKEN, operation: 'updateClient' },
    permission: 'clients:write',
    asked: { params: {}, query: {}, headers: {} },
  }
  const at = service({ newId: () => id })
  return storeRequest(at, asking, contentOf(at, change))
}
const approve = async (view: ApprovalView): Promise<ApprovalView> => {
  const decision = { decision: 'approved', actor: OWNER, token: TOKEN } as const
  const decided = await decide(service(), view, decision)
  if (decided === undefined) throw new TypeError('someone else was first')
  return decided
}

describe('a list of requests', () => {
  const page = async (
    limit: number,
    { after, hidden = [], at = service() }: { after?: Place; hidden?: string[]; at?: Service } = {},
  ) => {
    const read = async ({ id }: ApprovalView) => (hidden.includes(id) ? undefined : id)
    return listRequests(at, { limit, deadline: now + 1_000, ...(after && { after }), read })
  }
  const fill = async (...ids: readonly string[]) => {
    for (const id of ids) {
      now += 1
      await ask(id)
    }
  }

  it('has the newest first, and pages that lead to the next', async () => {
    await fill('1', '2', '3', '4')
    expect(await page(4)).toStrictEqual({ items: ['4', '3', '2', '1'] })
    expect(await page(5)).toStrictEqual({ items: ['4', '3', '2', '1'] })
    const first = await page(3)
    expect(first.items).toEqual(['4', '3', '2'])
    const { next } = first
    if (next === undefined) throw new TypeError('no next page')
    expect(next).toMatchObject({ at: now - 2 })
    expect(await page(3, { after: next })).toStrictEqual({ items: ['1'] })
  })

  it('has full pages of what may be seen, which are silent about the rest', async () => {
    await fill('1', '2', '3', '4', '5', '6', '7')
    const hidden = ['7', '6', '5', '3', '1']
    expect(await page(1, { hidden })).toMatchObject({ items: ['4'], next: { at: now - 3 } })
    const first = await page(1, { hidden })
    const second = await page(1, { hidden, ...(first.next && { after: first.next }) })
    expect(second).toStrictEqual({ items: ['2'] })
    expect(await page(2, { hidden })).toStrictEqual({ items: ['4', '2'] })
    const newest = ['7', '6']
    const third = { items: ['5', '4'], next: { at: now - 3 } }
    expect(await page(2, { hidden: newest })).toMatchObject(third)
  })

  it('is empty without any, and has nothing but requests', async () => {
    expect(await page(3)).toStrictEqual({ items: [] })
    await bench.service.store.append(jobOf('job', now))
    await fill('1')
    expect((await page(3)).items).toEqual(['1'])
  })

  it('asks the store for one more than it shows, and not again once it has these', async () => {
    await fill('1', '2', '3', '4')
    const asked: Search[] = []
    const { store } = bench.service
    const search = (request: Search) => {
      asked.push(request)
      return store.search(request)
    }
    await page(2, { at: service({ store: { ...store, search } }) })
    expect(asked).toStrictEqual([{ provider: '$request', limit: 3 }])
  })

  it('ends with the time of the request', async () => {
    const late = listRequests(service(), { limit: 1, deadline: NOW, read: async () => 1 })
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' })
  })
})

describe('the events of requests', () => {
  const events = (notBefore = 0) => requestEvents(service(), notBefore)

  it('say what a request is about, without a value', async () => {
    const { id } = await ask('one')
    const [event, ...others] = await events()
    expect(others).toEqual([])
    expect(event).toStrictEqual({
      specversion: '1.0',
      id: expect.any(String),
      source: '/providers/it',
      type: 'clientry.approval',
      subject: 'client',
      time: new Date(NOW).toISOString(),
      datacontenttype: 'application/json',
      data: {
        provider: 'it',
        clientId: 'client',
        request: id,
        state: 'pending',
        operation: 'updateClient',
        fields: ['name', 'clientMetadata.note'],
        submittedBy: DEVELOPER,
        expiresAt: new Date(NOW + WAITS_MS).toISOString(),
      },
    })
    expect(await events()).toEqual([event])
  })

  it('are others for each state, from when it was', async () => {
    const view = await ask('one')
    const [pending] = await events()
    now += 1_000
    const decided = await approve(view)
    const [approved] = await events()
    expect(approved?.time).toBe(new Date(NOW + 1_000).toISOString())
    expect(approved?.data).toEqual({ ...pending?.data, state: 'approved', decidedBy: OWNER })
    now += 1_000
    await endRequest(service(), decided, { end: 'applied', operationId: 'operation' })
    const [applied] = await events()
    expect(applied?.time).toBe(new Date(NOW + 2_000).toISOString())
    expect(applied?.data).toEqual({
      ...approved?.data,
      ...{ state: 'applied', operationId: 'operation' },
    })
    expect(new Set([pending, approved, applied].map((one) => one?.id)).size).toBe(3)
  })

  it('are about the request until its client is made, and then about that', async () => {
    const place = { provider: 'it', userPoolId: 'pool' }
    const view = await ask('new', { place })
    const [pending] = await events()
    expect(pending).toMatchObject({ subject: 'new', source: '/providers/it/pools/pool' })
    expect(pending?.data).not.toHaveProperty('clientId')
    await endRequest(service(), await approve(view), { end: 'applied', created: 'made' })
    const [applied] = await events()
    expect(applied).toMatchObject({
      ...{ subject: 'made', source: '/providers/it/pools/pool' },
      data: { clientId: 'made' },
    })
    expect(applied?.data).not.toHaveProperty('operationId')
  })

  it('are others for other requests of the same state', async () => {
    await ask('one')
    await ask('two')
    const ids = (await events()).map(({ id }) => id)
    expect(new Set(ids).size).toBe(2)
  })

  it('are of what was asked for since a time, and for a day after it has expired', async () => {
    await ask('one')
    now += 1
    await ask('two')
    const found = async (notBefore: number) =>
      (await events(notBefore)).map(({ data }) => data.request)
    expect(await found(NOW)).toEqual(['two', 'one'])
    expect(await found(NOW + 1)).toEqual(['two'])
    expect(await found(NOW + 2)).toEqual([])
    now = NOW + WAITS_MS + DAY_MS
    expect(await found(0)).toEqual(['two', 'one'])
    expect((await events())[0]?.data.state).toBe('expired')
    now += 1
    expect(await found(0)).toEqual(['two'])
  })

  it('are none of a log that holds no request, and of no more than can be looked at', async () => {
    await ask('one')
    const asked: Search[] = []
    const { store } = bench.service
    const none = { place: { at: NOW, mark: '' }, resource: requestResource('none'), seq: 1 }
    const search = async (request: Search) => {
      asked.push(request)
      return [...(await store.search(request)), none]
    }
    const found = await requestEvents(service({ store: { ...store, search } }), NOW)
    expect(found.map(({ data }) => data.request)).toEqual(['one'])
    expect(asked).toEqual([{ provider: '$request', from: NOW, limit: 1_000 }])
  })
})
