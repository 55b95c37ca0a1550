/** Lists and searches for callers who may not know of every client: full pages, no gap, and nothing of what is hidden. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { accessTo } from '../../src/core/rights/access.ts'
import type { Limit } from '../../src/core/rights/limit.ts'
import type { Place } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { refreshMirror } from '../../src/service/mirror/refresh.ts'
import { type HistorySearch, searchHistory } from '../../src/service/reading/history.ts'
import { searchWithin } from '../../src/service/reading/history-within.ts'
import { listClients } from '../../src/service/reading/list.ts'
import type { ListCursor, ListRequest } from '../../src/service/reading/list-request.ts'
import { isWithin, knowledgeWithin, mirroredWithin } from '../../src/service/reading/list-within.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const PLACE: Place = { provider: 'it' }
const OTHER: Place = { provider: 'other' }
const PURPOSE = { operation: 'listClients', permission: 'clients:read' } as const
const OURS: Limit = { names: [{ pattern: 'Ours *' }] }
/** More pages than any list here has. */
const MOST = 50

let subject: Subject
let bench: Bench
let reads: string[]
let now: number

beforeEach(async () => {
  subject = await subjectNamed('local').start()
  bench = await openBench(new Map())
  bench.database.exec('pragma synchronous = off')
  reads = []
  now = 1_800_000_000_000
})
afterEach(async () => {
  await bench.close()
  await subject.close()
})

const put = (id: string, name: string) =>
  subject.put({ ...fullLocalClient, client_id: id, client_name: `${name} ${id}` })
const accessBy = (only: Limit | undefined, at?: string) =>
  accessTo(
    (provider) => [
      { grants: ['clients:read'], ...(only && (at ?? provider) === provider && { only }) },
    ],
    PURPOSE,
  )

/** A service for a caller whose grants have a limit. */
function service(only: Limit | undefined = OURS, own: Partial<Provider> = {}): Service {
  const provider: Provider = {
    ...subject.provider,
    list: async (pool, call, cursor) => {
      const page = await subject.provider.list?.(pool, call, cursor)
      return { ...page, items: (page?.items ?? []).map(({ id }) => ({ id })) }
    },
    read: (ref, call) => {
      reads.push(ref.id)
      return subject.provider.read(ref, call)
    },
    ...own,
  }
  const providers = new Map([
    ['it', provider],
    ['other', provider],
  ])
  return { ...bench.service, providers, now: () => (now += 1), access: accessBy(only) }
}
const requestOf = (more: Partial<ListRequest> = {}): ListRequest => ({
  places: [PLACE],
  filter: { terms: [] },
  limit: 10,
  fresh: false,
  requestId: 'request',
  caller: 'caller',
  deadline: now + 10_000_000,
  ...more,
})

/** The ids on each page of a list to its end. */
async function pagesOf(at: Service, more: Partial<ListRequest>): Promise<readonly string[][]> {
  const pages: string[][] = []
  let from: ListCursor | undefined
  for (let page = 0; page < MOST; page += 1) {
    const { clients, next } = await listClients(at, requestOf({ ...more, ...(from && { from }) }))
    pages.push(clients.map(({ ref }) => ref.id))
    if (next === undefined) return pages
    from = next
  }
  throw new TypeError('the list does not end')
}

/** Fills the mirror with clients of ours and of others, and with one of the subject's own. */
async function fill(...[ours, theirs]: readonly (readonly string[])[]): Promise<void> {
  for (const id of ours ?? []) await put(id, 'Ours')
  for (const id of theirs ?? []) await put(id, 'Theirs')
  await refresh()
}
async function refresh(): Promise<void> {
  // The next round is due.
  now += 120_000
  const { access: _, ...whole } = service()
  await refreshMirror(whole, { everyMs: 60_000, until: now + 10_000_000, owner: 'here' })
  reads = []
}

describe.each([
  ['out of the mirror', false],
  ['of a provider', true],
])('a list %s for a caller whose grants are limited', (_, fresh) => {
  it.each([
    [1, [['a'], ['c'], ['e']]],
    [2, [['a', 'c'], ['e']]],
    [3, [['a', 'c', 'e']]],
    [10, [['a', 'c', 'e']]],
  ])('has full pages of %i, and none where only hidden clients follow', async (limit, pages) => {
    await fill(['a', 'c', 'e'], ['b', 'd', 'f', 'g', 'h'])
    expect(await pagesOf(service(), { limit, fresh })).toEqual(pages)
  })

  it('has no page of more clients than it may have', async () => {
    await fill(['a', 'c', 'd', 'e'], ['b'])
    expect(await pagesOf(service(), { limit: 2, fresh })).toEqual([
      ...[
        ['a', 'c'],
        ['d', 'e'],
      ],
    ])
  })

  it('is empty where all is hidden, and whole where nothing is', async () => {
    await fill(['a'], ['b'])
    expect(await pagesOf(service({ names: ['none'] }), { fresh, limit: 1 })).toEqual([[]])
    const all = (await pagesOf(service({ names: [{ pattern: '**' }] }), { fresh })).flat()
    expect(all.sort()).toEqual(['a', 'b', 'exampleClientId'])
  })

  it('judges each client as it is now, also by its team', async () => {
    await fill(['a', 'c'], ['b'])
    await put('a', 'Theirs')
    expect(await pagesOf(service(), { fresh })).toEqual([['c']])
    await assign('b', 'a')
    await assign('c', 'b')
    expect(await pagesOf(service({ teams: ['a'] }), { fresh })).toEqual([['b']])
  })

  it('is held against the search as its clients are now', async () => {
    await fill(['a', 'c'], ['b'])
    const filter = { text: 'ours c', terms: [] }
    expect(await pagesOf(service(), { fresh, filter })).toEqual([['c']])
  })

  it('ends with the time of its request', async () => {
    await fill(['a'], ['b'])
    const late = listClients(service(), requestOf({ fresh, deadline: now - 1_000 }))
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' })
  })
})

/** Gives a client to a team. */
async function assign(id: string, team: string): Promise<void> {
  const { access: _, ...whole } = service()
  const patch = { kind: 'assignment', team } as const
  const request = requestFor(whole, { ...PLACE, id }, {})
  await changeClient(whole, { ...request, patch, deadline: now + 10_000_000 })
}

describe('a list out of the mirror', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `o${10 + index}`)

  it('reads no client that was hidden when it was last seen, and none that the page does not need', async () => {
    await fill(names(20), ['b', 'd'])
    const [first] = await pagesOf(service(), { limit: 30 })
    expect(first).toEqual(names(20))
    expect([...reads].sort()).toEqual(names(20))
    reads = []
    const page = await listClients(service(), requestOf({ limit: 3 }))
    expect(page.clients.map(({ ref }) => ref.id)).toEqual(names(3))
    expect(reads.length).toBeLessThan(9)
  })

  it('goes on after a page of exactly as many clients as were read at once', async () => {
    await fill(names(8), ['z'])
    expect(await pagesOf(service(), { limit: 8 })).toEqual([names(8)])
    await put('o18', 'Ours')
    await refresh()
    expect(await pagesOf(service(), { limit: 8 })).toEqual([names(8), ['o18']])
  })

  it('leaves out a client that was not within the grants before, until it was seen so', async () => {
    await fill(['a'], ['b'])
    await put('b', 'Ours')
    expect(await pagesOf(service(), {})).toEqual([['a']])
    await refresh()
    expect(await pagesOf(service(), {})).toEqual([['a', 'b']])
  })

  it('leaves out a client that is gone, and one whose provider is no longer configured', async () => {
    await fill(['a', 'c'], [])
    const read: Provider['read'] = async (ref, call) => {
      if (ref.id === 'a') throw new ClientError('not_found', 'gone')
      return subject.provider.read(ref, call)
    }
    expect(await pagesOf(service(OURS, { read }), {})).toEqual([['c']])
    const left = { ...service(), providers: new Map() }
    expect(await pagesOf(left, {})).toEqual([[]])
  })

  it('fails where a provider does not answer: a page without a client would say that it is hidden', async () => {
    await fill(['a'], [])
    const read: Provider['read'] = async () => {
      throw new ClientError('provider_refused', 'No.')
    }
    const failing = listClients(service(OURS, { read }), requestOf())
    await expect(failing).rejects.toMatchObject({ code: 'provider_refused' })
  })

  it('shows clients of places without a limit as well', async () => {
    await fill(['a'], ['b'])
    const places = [PLACE, OTHER]
    const half = { ...service(), access: accessBy(OURS, 'other') }
    const found = (await pagesOf(half, { places, limit: 2 })).flat()
    expect(found.filter((id) => id === 'b')).toHaveLength(1)
    expect(found.filter((id) => id === 'a')).toHaveLength(2)
  })

  it('forgets what was sealed with another key, and shows nothing of it', async () => {
    await fill(['a'], ['b'])
    const { mirror } = bench.service.store
    if (mirror === undefined) throw new TypeError('no mirror')
    const other = { ...service(), seal: createSeal(Buffer.alloc(32, 9)) }
    const call = callOf(other, { operationId: 'o', deadline: now + 10_000_000 })
    expect(await mirroredWithin(other, mirror, requestOf(), call)).toEqual({ clients: [] })
    expect(await mirror.find({ ...PLACE, id: 'a' })).toBeUndefined()
  })

  it('says how well places are known, and not how old what is hidden is', () => {
    const knowledge = [
      { place: PLACE, complete: true, oldest: 1 },
      { place: OTHER, complete: false, oldest: 2 },
      { place: OTHER, complete: false },
    ]
    const half = { ...service(), access: accessBy(OURS, 'it') }
    expect(knowledgeWithin(half, knowledge)).toStrictEqual([
      { place: PLACE, complete: true },
      { place: OTHER, complete: false, oldest: 2 },
      { place: OTHER, complete: false },
    ])
    expect(isWithin(half, { places: [OTHER, PLACE] })).toBe(true)
    expect(isWithin(half, { places: [OTHER] })).toBe(false)
    expect(isWithin(bench.service, { places: [PLACE] })).toBe(false)
  })
})

describe('a list of a provider', () => {
  it('names no client whose record cannot be read, since no one knows whose it is', async () => {
    for (const id of ['a', 'c']) await put(id, 'Ours')
    const read: Provider['read'] = async (ref, call) => {
      if (ref.id === 'a')
        throw new ClientError('provider_unavailable', '?', { found: 'a list', lasting: true })
      return subject.provider.read(ref, call)
    }
    const page = await listClients(service(OURS, { read }), requestOf({ fresh: true }))
    expect(page.clients.map(({ ref }) => ref.id)).toEqual(['c'])
    expect(page).toMatchObject({ unreadable: [], knowledge: [] })
    expect(page).not.toHaveProperty('next')
    const first = await listClients(service(OURS, { read }), requestOf({ fresh: true, limit: 1 }))
    expect(first).toMatchObject({ unreadable: [] })
  })
})

describe('the history across clients', () => {
  let asked: string[]

  beforeEach(async () => {
    asked = []
    const ids = ['a', 'x', 'b', 'a', 'y', 'x', 'y', 'z']
    const seqs = new Map<string, number>()
    for (const [index, id] of ids.entries()) {
      const seq = (seqs.get(id) ?? 0) + 1
      seqs.set(id, seq)
      const log = resourceOf({ ...PLACE, id })
      const entry = outsideChangeOf(log, seq, { at: 1_000 - index })
      expect(await bench.service.store.append(entry)).toBe(true)
    }
  })

  const mayKnow = async ({ id }: { readonly id: string }) => {
    asked.push(id)
    return ['a', 'b'].includes(id)
  }
  const search = (at: Service, more: Partial<HistorySearch> = {}, deadline = now + 1_000_000) =>
    searchWithin(at, { providers: ['it'], limit: 100, mayKnow, deadline, ...more })
  const pages = async (limit: number, more: Partial<HistorySearch> = {}) => {
    const found: string[][] = []
    let after: HistorySearch['after']
    for (let page = 0; page < MOST; page += 1) {
      const { items, next } = await search(service(), { limit, ...more, ...(after && { after }) })
      found.push(items.map(({ client, revision }) => `${client.id}${revision}`))
      if (next === undefined) return found
      after = next
    }
    throw new TypeError('the search does not end')
  }

  it.each([
    [1, [['a1'], ['b1'], ['a2']]],
    [2, [['a1', 'b1'], ['a2']]],
    [3, [['a1', 'b1', 'a2']]],
    [100, [['a1', 'b1', 'a2']]],
  ])('has full pages of %i, and none where only hidden clients follow', async (limit, expected) => {
    expect(await pages(limit)).toEqual(expected)
  })

  it('asks once for each client', async () => {
    await search(service(), { limit: 2 })
    expect([...asked].sort()).toEqual([...new Set(asked)].sort())
    expect(asked).toContain('x')
  })

  it('asks nothing where no grant is limited, and shows all', async () => {
    const open = { ...service(), access: accessBy(undefined) }
    const all = await searchHistory(bench.service, { providers: ['it'], limit: 3 })
    expect(all.items).toHaveLength(3)
    expect(await search(open, { limit: 3 })).toEqual(all)
    expect(await search(bench.service, { limit: 3 })).toEqual(all)
    expect(asked).toEqual([])
    // One place with a limit is enough.
    const half = { ...service(), access: accessBy(OURS, 'it') }
    const { items } = await search(half, { providers: ['other', 'it'] })
    expect(items).toHaveLength(3)
  })

  it('is that which was searched for', async () => {
    expect(await pages(1, { outcome: 'applied' })).toEqual([[]])
    expect(await pages(1, { outcome: 'outside_change' })).toEqual([['a1'], ['b1'], ['a2']])
  })

  it('ends with the time of its request', async () => {
    await expect(search(service(), {}, now - 1)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    })
  })
})
