/** The clients that a selection finds: out of the mirror, or by asking, and never without an end. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError } from '../../../src/core/errors.ts'
import { accessTo } from '../../../src/core/rights/access.ts'
import type { Grant, Limit } from '../../../src/core/rights/limit.ts'
import type { Call, Place } from '../../../src/providers/call.ts'
import type { ListPage, Provider } from '../../../src/providers/provider.ts'
import { callOf, type Service } from '../../../src/service/base/service.ts'
import { selectClients } from '../../../src/service/jobs/select.ts'
import { MAX_CLIENTS } from '../../../src/service/jobs/submit.ts'
import { refreshMirror } from '../../../src/service/mirror/refresh.ts'
import type { Mirror } from '../../../src/store/mirror.ts'
import type { Bench } from '../../contract/service.ts'
import type { Subject } from '../../contract/subjects.ts'
import { onSubject } from '../../fixtures/bench.ts'
import { fullLocalClient } from '../../fixtures/local.ts'

const PLACE: Place = { provider: 'it' }
const ALL = { terms: [] }

let subject: Subject
let bench: Bench
let cursors: (string | undefined)[]
let reads: string[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  for (const id of ['a', 'b']) await put(id)
  cursors = []
  reads = []
})

const put = (id: string, more: object = {}) =>
  subject.put({ ...fullLocalClient, client_id: id, ...more })
const call = (): Call => callOf(bench.service, { operationId: 'o', deadline: Date.now() + 60_000 })
const named = (...ids: readonly string[]) => ids.map((id) => ({ id }))

/** A service whose provider has another list and counts what is asked of it. */
function listing(list?: (cursor: string | undefined, pool?: string) => ListPage): Service {
  const own = subject.provider.list
  const provider: Provider = {
    ...subject.provider,
    list: async (pool, at, cursor) => {
      cursors.push(cursor)
      return list?.(cursor, pool) ?? own?.(pool, at, cursor) ?? { items: [] }
    },
    read: (ref, at) => {
      reads.push(ref.id)
      return subject.provider.read(ref, at)
    },
  }
  return { ...bench.service, providers: new Map([['it', provider]]) }
}
const select = async (
  service: Service,
  wanted: Parameters<typeof selectClients>[1]['filter'] = ALL,
  places: readonly Place[] = [PLACE],
) => (await selectClients(service, { places, filter: wanted }, call())).map(({ id }) => id)
const mirrorOf = ({ store }: Service): Mirror => {
  if (store.mirror === undefined) throw new TypeError('no mirror')
  return store.mirror
}
const fill = (service: Service) =>
  refreshMirror(service, { everyMs: 60_000, until: Date.now() + 10_000, owner: 'here' })

/** A service whose mirror is asked through `search`. */
function searching(service: Service, search: Mirror['search']): Service {
  return { ...service, store: { ...service.store, mirror: { ...mirrorOf(service), search } } }
}

describe('out of the mirror', () => {
  it('ends with the time of its request, however many pages there are', async () => {
    await fill(bench.service)
    let pages = 0
    let now = Date.now()
    const service = searching({ ...bench.service, now: () => now }, async () => {
      pages += 1
      if (pages > 100) throw new Error('it does not end')
      now += 1_000
      return { matches: [], next: pages }
    })
    const late = { ...call(), deadline: now + 3_500 }
    const asked = selectClients(service, { places: [PLACE], filter: ALL }, late)
    await expect(asked).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(pages).toBe(4)
  })

  it('it asks no provider where the whole place is known', async () => {
    const service = listing()
    await fill(service)
    cursors = []
    reads = []
    expect((await select(service)).sort()).toEqual(['a', 'b', 'exampleClientId'])
    expect(await select(service, { terms: ['id:a'] })).toEqual(['a'])
    expect(await select(service, { text: 'nowhere', terms: [] })).toEqual([])
    expect([cursors, reads]).toEqual([[], []])
  })

  it('it goes through pages of five hundred to the end', async () => {
    const service = listing()
    await fill(service)
    const asked: Parameters<Mirror['search']>[0][] = []
    const paged = searching(service, (search) => {
      asked.push(search)
      return mirrorOf(bench.service).search({ ...search, limit: 2 })
    })
    expect((await select(paged)).sort()).toEqual(['a', 'b', 'exampleClientId'])
    expect(asked.map(({ limit }) => limit)).toEqual([500, 500])
    expect(asked[0]).toStrictEqual({ places: [PLACE], terms: [], limit: 500 })
    expect(asked[1]).toMatchObject({ places: [PLACE], terms: [], after: expect.any(Number) })
  })

  it.each([
    [MAX_CLIENTS - 1, 2],
    [MAX_CLIENTS, 2],
    [MAX_CLIENTS + 1, 1],
  ])('it looks no further once %i are found, with %i pages', async (count, pages) => {
    const service = listing()
    await fill(service)
    const [one] = (await mirrorOf(service).search({ places: [PLACE], terms: [], limit: 1 })).matches
    if (one === undefined) throw new TypeError('nothing is known')
    let asked = 0
    const large = searching(service, async ({ after }) => {
      asked += 1
      const found = Array.from({ length: after === undefined ? count : 1 }, () => one)
      return { matches: found, ...(after === undefined ? { next: 7 } : {}) }
    })
    await select(large)
    expect(asked).toBe(pages)
  })

  it('it asks the provider where any place is not known whole, or none is known', async () => {
    const service = listing()
    const { mirror: _, ...without } = service.store
    expect(await select({ ...service, store: without })).toEqual(['a', 'b', 'exampleClientId'])
    expect(await select(service)).toEqual(['a', 'b', 'exampleClientId'])
    await fill(service)
    cursors = []
    const knowledge: Mirror['knowledge'] = async () => [
      { place: PLACE, complete: true },
      { place: { provider: 'other' }, complete: false },
    ]
    const half = { ...mirrorOf(service), knowledge }
    await select({ ...service, store: { ...service.store, mirror: half } })
    expect(cursors).toEqual([undefined])
    const none = { ...mirrorOf(service), knowledge: async () => [] }
    await select({ ...service, store: { ...service.store, mirror: none } })
    expect(cursors).toEqual([undefined, undefined])
  })
})

describe('by ids alone', () => {
  it('it reads no client, and gives each with its place', async () => {
    const service = listing((_, pool) => ({ items: named(`in ${pool}`) }))
    const places = [
      { provider: 'it', userPoolId: 'p1' },
      { provider: 'it', userPoolId: 'p2' },
    ]
    expect(await selectClients(service, { places, filter: ALL }, call())).toEqual([
      { provider: 'it', userPoolId: 'p1', id: 'in p1' },
      { provider: 'it', userPoolId: 'p2', id: 'in p2' },
    ])
    expect(reads).toEqual([])
  })

  it('it refuses a list that leads back to where it was', async () => {
    const service = listing((cursor) => ({ items: named('a'), next: cursor === 'x' ? 'y' : 'x' }))
    await expect(select(service)).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(cursors).toEqual([undefined, 'x', 'y'])
  })

  it.each([
    [MAX_CLIENTS, 2],
    [MAX_CLIENTS + 1, 1],
  ])('it looks no further once there are more than a job can have: %i', async (count, pages) => {
    const many = Array.from({ length: count }, (_, index) => `c${index}`)
    const service = listing((cursor) =>
      cursor === undefined ? { items: named(...many), next: '2' } : { items: [] },
    )
    expect(await select(service)).toHaveLength(count)
    expect(cursors).toHaveLength(pages)
  })

  it('it says what to do where the provider has no list, or there is none', async () => {
    const { list: _, ...blind } = subject.provider
    for (const providers of [new Map([['it', blind]]), new Map()]) {
      await expect(select({ ...bench.service, providers })).rejects.toMatchObject({
        code: 'unsupported_operation',
        field: 'select',
        message:
          'select is not possible here, because the provider cannot list its clients. Name them in "clients".',
      })
    }
  })
})

describe('by what they are', () => {
  it('it reads each, and gives those that fit', async () => {
    await put('a', { client_name: 'Portal' })
    const service = listing((cursor) =>
      cursor === undefined ? { items: named('a', 'b'), next: '2' } : { items: named('a') },
    )
    const refs = await selectClients(
      service,
      { places: [PLACE], filter: { text: 'portal', terms: [] } },
      call(),
    )
    expect(refs).toEqual([{ provider: 'it', id: 'a' }])
    expect(await select(service, { terms: ['id:b'] })).toEqual(['b'])
    expect(reads.length).toBeGreaterThan(2)
  })

  it.each([
    [MAX_CLIENTS, ['last']],
    [MAX_CLIENTS + 1, []],
  ])('it reads no further once there are more than a job can have: %i', async (count, after) => {
    const many = Array.from({ length: count }, (_, index) => `c${index}`)
    const pages: Record<string, ListPage> = { last: { items: named('last') } }
    const first = { items: named(...many), next: 'last' }
    const service = listing((cursor) => pages[cursor ?? ''] ?? first)
    const read: Provider['read'] = async (ref) => {
      reads.push(ref.id)
      return { client_id: ref.id, client_name: 'Portal' }
    }
    const { mirror: _, ...store } = service.store
    const it = { ...subject.provider, list: service.providers.get('it')?.list, read } as Provider
    const without = { ...service, store, providers: new Map([['it', it]]) }
    const found = await select(without, { text: 'portal', terms: [] })
    expect(found.sort()).toEqual([...many, ...after].sort())
    expect(reads.sort()).toEqual([...many, ...after].sort())
  })

  it('it fails where one of them cannot be read: it may be meant', async () => {
    const service = listing()
    const error = new ClientError('provider_unavailable', 'No client came.')
    const read: Provider['read'] = async (ref, at) => {
      if (ref.id === 'b') throw error
      return subject.provider.read(ref, at)
    }
    const list: Provider['list'] = async () => ({ items: named('a', 'b') })
    const providers = new Map([['it', { ...subject.provider, read, list }]])
    const asked = select({ ...service, providers }, { terms: ['id:a'] })
    await expect(asked).rejects.toMatchObject({ message: 'No client came.' })
  })
})

it.each([
  ['by ids alone', ALL],
  ['by what they are', { terms: ['id:a'] }],
])('begins nothing once the time is over, %s', async (_, wanted) => {
  const service = listing()
  const late = { ...call(), deadline: Date.now() - 1 }
  const asked = selectClients(service, { places: [PLACE], filter: wanted }, late)
  await expect(asked).rejects.toMatchObject({ code: 'deadline_exceeded' })
  expect(cursors).toEqual([])
})

describe('for a caller whose grants are limited', () => {
  const PURPOSE = { operation: 'createJob', permission: 'clients:write' } as const
  const within = (service: Service, only: Limit, grants: Grant['grants'] = ['clients:read']) => ({
    ...service,
    access: accessTo(() => [{ grants, only }], PURPOSE),
  })

  it('it finds those that the caller may know of, out of the mirror and by asking', async () => {
    const service = listing()
    const byId = { clients: ['a', 'exampleClientId'] }
    expect(await select(within(service, byId))).toEqual(['a', 'exampleClientId'])
    expect(await select(within(service, byId, ['clients:write']))).toEqual([])
    await put('b', { client_name: 'Ours' })
    await fill(service)
    expect(await select(within(service, byId))).toEqual(['a', 'exampleClientId'])
    expect(await select(within(service, { names: ['Ours'] }))).toEqual(['b'])
    // Its name is that of now.
    await put('b', { client_name: 'Theirs' })
    expect(await select(within(service, { names: ['Ours'] }))).toEqual([])
  })

  it('it finds none that is gone, whatever the history has of it', async () => {
    const service = listing()
    await fill(service)
    await bench.change({ ...PLACE, id: 'a' }, { name: 'Ours' })
    const [provider] = service.providers.values()
    if (provider === undefined) throw new TypeError('no provider')
    const read: Provider['read'] = async (ref, at) => {
      if (ref.id === 'a') throw new ClientError('not_found', 'gone')
      return provider.read(ref, at)
    }
    const gone = { ...service, providers: new Map([['it', { ...provider, read }]]) }
    expect(await select(within(gone, { names: ['Ours', 'Example'] }))).not.toContain('a')
    expect(await select(within({ ...service, providers: new Map() }, { clients: ['a'] }))).toEqual(
      [],
    )
  })

  it.each([
    [MAX_CLIENTS, 0],
    [MAX_CLIENTS + 1, MAX_CLIENTS + 1],
  ])('it judges none where there are more than a job can have: %i', async (count, found) => {
    const service = listing()
    await fill(service)
    const [one] = (await mirrorOf(service).search({ places: [PLACE], terms: [], limit: 1 })).matches
    if (one === undefined) throw new TypeError('nothing is known')
    const large = searching(service, async () => ({ matches: Array(count).fill(one) }))
    expect(await select(within(large, { clients: ['other'] }))).toHaveLength(found)
  })
})
