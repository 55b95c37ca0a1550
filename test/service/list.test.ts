/** Lists of clients: when the mirror answers and when the provider, and what a fresh list says of failures. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import type { Call, Place } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Service } from '../../src/service/base/service.ts'
import { refreshMirror } from '../../src/service/mirror/refresh.ts'
import { listClients } from '../../src/service/reading/list.ts'
import type { ListRequest } from '../../src/service/reading/list-request.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const PLACE: Place = { provider: 'it' }
const OTHER: Place = { provider: 'other' }
const ALL = ['a', 'b', 'c', 'exampleClientId']
const PORTALS = { text: 'portal', terms: [] }

let subject: Subject
let bench: Bench
let reads: string[]
let lists: (string | undefined)[]
let calls: Call[]
let fails: (id: string, provider: string) => unknown
/** Each look at the clock is a millisecond later. */
let now: number

beforeEach(async () => {
  const local = subjectNamed('local')
  subject = await local.start()
  for (const id of ['a', 'b', 'c']) await put(id)
  bench = await openBench(new Map())
  reads = []
  lists = []
  calls = []
  fails = () => undefined
  now = 1_800_000_000_000
})
afterEach(async () => {
  await bench.close()
  await subject.close()
})

const put = (id: string, more: object = {}) =>
  subject.put({ ...fullLocalClient, client_id: id, client_name: `Portal ${id}`, ...more })

/** The service with one client store behind both of its providers. */
function service(): Service {
  const provider: Provider = {
    ...subject.provider,
    list: async (pool, call, cursor) => {
      lists.push(cursor)
      calls.push(call)
      // By ids alone, as most providers list: so each client is seen at a time of its own.
      const page = await subject.provider.list?.(pool, call, cursor)
      return { ...page, items: (page?.items ?? []).map(({ id }) => ({ id })) }
    },
    read: (ref, call) => {
      reads.push(ref.id)
      calls.push(call)
      const failure = fails(ref.id, ref.provider)
      if (failure !== undefined) throw failure
      return subject.provider.read(ref, call)
    },
  }
  const providers = new Map([
    ['it', provider],
    ['other', provider],
  ])
  return { ...bench.service, providers, now: () => (now += 1) }
}
const without = (): Service => {
  const { mirror: _, ...store } = service().store
  return { ...service(), store }
}
async function fill(): Promise<void> {
  await refreshMirror(service(), { everyMs: 60_000, until: now + 10_000_000, owner: 'here' })
  ;[reads, lists, calls] = [[], [], []]
}
const list = (more: Partial<ListRequest> = {}, at = service()) =>
  listClients(at, {
    places: [PLACE],
    filter: { terms: [] },
    limit: 10,
    fresh: false,
    requestId: 'request',
    caller: 'caller',
    deadline: now + 10_000_000,
    ...more,
  })
type Page = Awaited<ReturnType<typeof list>>
const ids = ({ clients }: Page) => clients.map(({ ref }) => ref.id).sort()
const refused = (code: ErrorCode = 'provider_refused') => new ClientError(code, 'No.')

describe('a list', () => {
  it('comes out of the mirror page by page, and asks no provider', async () => {
    await fill()
    const first = await list({ limit: 3 })
    expect(first).toStrictEqual({
      clients: expect.any(Array),
      unreadable: [],
      next: { kind: 'mirror', after: expect.any(Number) },
      knowledge: [expect.objectContaining({ place: PLACE, complete: true })],
    })
    const { next: from, ...page } = first
    const second = await list({ limit: 3, ...(from && { from }) })
    expect(second).not.toHaveProperty('next')
    expect([...ids(page), ...ids(second)].sort()).toEqual(ALL)
    expect([reads, lists]).toEqual([[], []])
  })

  it('finds what is asked for', async () => {
    await fill()
    expect(ids(await list({ filter: PORTALS }))).toEqual(['a', 'b', 'c'])
    expect(ids(await list({ filter: { terms: ['id:b'] } }))).toEqual(['b'])
  })

  it('asks the provider where there is no mirror, in the name of the request', async () => {
    expect(await list({ limit: 2 }, without())).toMatchObject({
      clients: [{ ref: { id: 'a' } }, { ref: { id: 'b' } }],
      unreadable: [],
      next: { kind: 'live', after: 'b' },
      knowledge: [],
    })
    const from = { kind: 'live', place: PLACE, after: 'b' } as const
    expect(ids(await list({ from }, without()))).toEqual(['c', 'exampleClientId'])
    // A place in a mirror that is gone says nothing about the list of the provider.
    const gone = await list({ from: { kind: 'mirror', after: 3 } }, without())
    expect(ids(gone)).toEqual(ALL)
    expect(lists).toEqual([undefined, undefined, undefined])
    const common = { operationId: 'request', requestId: 'request', caller: 'caller' }
    for (const call of calls) expect(call).toMatchObject(common)
  })
})

describe('a fresh list', () => {
  const fresh = (more: Partial<ListRequest> = {}) => list({ fresh: true, ...more })

  it('of all clients of one provider is its own list, to its end', async () => {
    await fill()
    const first = await fresh({ limit: 3 })
    expect(first).toMatchObject({ next: { kind: 'live' }, knowledge: [] })
    // Goes on as it began, although the mirror could go on as well.
    const second = await list({ limit: 3, ...(first.next && { from: first.next }) })
    expect([...ids(first), ...ids(second)].sort()).toEqual(ALL)
    expect(lists).toHaveLength(2)
  })

  it('is the list of the provider too where the mirror lacks something', async () => {
    expect(await fresh({ filter: PORTALS })).toMatchObject({ knowledge: [] })
    expect(lists).toEqual([undefined])
    const from = { kind: 'mirror', after: 0 } as const
    expect(await fresh({ filter: PORTALS, from })).toMatchObject({ unread: [] })
    expect(lists).toEqual([undefined])
  })

  it.each([
    ['a text', { filter: PORTALS }, ['a', 'b', 'c']],
    ['a term', { filter: { terms: ['id:b'] } }, ['b']],
    ['two providers', { places: [PLACE, OTHER] }, [...ALL, ...ALL].sort()],
  ])('reads those that the mirror finds by %s', async (_, asked, expected) => {
    await fill()
    await put('b', { description: 'New' })
    const page = await fresh(asked)
    expect(ids(page)).toEqual(expected)
    expect([reads.sort(), lists]).toEqual([expected, []])
    expect(page).toMatchObject({ unread: [] })
    expect(page.knowledge).not.toEqual([])
    const [b] = page.clients.filter(({ ref }) => ref.id === 'b')
    expect(b?.native.description).toBe('New')
    expect(calls[0]).toMatchObject({ operationId: 'request', caller: 'caller' })
  })

  it('leaves out what is gone, and what no longer fits', async () => {
    await fill()
    await put('a', { client_name: 'Shop' })
    fails = (id) => (id === 'b' ? refused('not_found') : undefined)
    expect(await fresh({ filter: PORTALS })).toMatchObject({
      clients: [{ ref: { id: 'c' } }],
      unread: [],
    })
  })

  it('is empty where the mirror finds nothing', async () => {
    await fill()
    const page = await fresh({ filter: { text: 'nowhere', terms: [] } })
    expect(page).toMatchObject({ clients: [], unread: [] })
    expect(page).not.toHaveProperty('next')
  })

  it('shows what cannot be read as it was, and counts it by place with its age', async () => {
    await fill()
    const known = (await list({ places: [PLACE, OTHER], filter: PORTALS })).clients
    const at = (ref: object) =>
      known.find((one) => expect.objectContaining(ref).asymmetricMatch(one.ref))?.verifiedAt ?? 0
    for (const id of ['a', 'b', 'c'])
      await put(id, { client_name: `Portal ${id}`, description: 'New' })
    fails = (id, provider) => {
      if (provider === 'other') return id === 'b' ? refused('unsupported_field') : undefined
      return id === 'c' ? undefined : refused()
    }
    const page = await fresh({ places: [PLACE, OTHER], filter: PORTALS })
    expect(
      page.clients.map(({ ref, native }) => [ref.provider, ref.id, native.description]),
    ).toEqual(
      expect.arrayContaining([
        ['it', 'a', 'An example'],
        ['it', 'b', 'An example'],
        ['it', 'c', 'New'],
        ['other', 'a', 'New'],
        ['other', 'b', 'An example'],
        ['other', 'c', 'New'],
      ]),
    )
    const oldest = Math.min(at({ ...PLACE, id: 'a' }), at({ ...PLACE, id: 'b' }))
    const unread = [
      { place: PLACE, code: 'provider_refused', clients: 2, oldest },
      { place: OTHER, code: 'unsupported_field', clients: 1, oldest: at({ ...OTHER, id: 'b' }) },
    ]
    expect(page.unread).toHaveLength(2)
    expect(page.unread).toEqual(expect.arrayContaining(unread))
  })

  it('names the first failure of a place', async () => {
    await fill()
    const order = (await list({ filter: PORTALS })).clients.map(({ ref }) => ref.id)
    fails = (id) => [undefined, refused('unsupported_field'), refused()][order.indexOf(id)]
    const { unread } = await fresh({ filter: PORTALS })
    expect(unread).toMatchObject([{ code: 'unsupported_field', clients: 2 }])
    fails = (id) => [refused(), undefined, refused('unsupported_field')][order.indexOf(id)]
    expect((await fresh({ filter: PORTALS })).unread).toMatchObject([
      { code: 'provider_refused', clients: 2 },
    ])
  })

  it('fails where nothing can be read, and hides no fault of ours', async () => {
    await fill()
    fails = () => refused()
    await expect(fresh({ filter: PORTALS })).rejects.toMatchObject({ code: 'provider_refused' })
    const fault = new TypeError('a fault of ours')
    fails = (id) => (id === 'c' ? fault : undefined)
    await expect(fresh({ filter: PORTALS })).rejects.toBe(fault)
  })
})
