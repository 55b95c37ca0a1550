/** Rounds of the mirror: what they keep, what they leave to others, and what they add to the history. */

import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { refreshMirror } from '../../src/service/mirror/refresh.ts'
import { refreshClient } from '../../src/service/mirror/refresh-client.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { listClients } from '../../src/service/reading/list.ts'
import { listLive } from '../../src/service/reading/list-live.ts'
import type { Mirror } from '../../src/store/mirror.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'

const PLACE = { provider: 'it', userPoolId: POOL_ID }

let subject: Subject
let bench: Bench

const it = onSubject('cognito', (opened) => {
  ;({ subject, bench } = opened)
})

const put = (id: string, more = {}) => subject.put({ ...fullCognitoClient, ClientId: id, ...more })
const mirrorOf = ({ store }: Service): Mirror => {
  if (store.mirror === undefined) throw new TypeError('no mirror')
  return store.mirror
}

/** A round on a service; `more` is what a test changes about it. */
const round = (service: Service, more: Partial<Parameters<typeof refreshMirror>[1]> = {}) =>
  refreshMirror(service, {
    everyMs: 60_000,
    until: Date.now() + 10_000,
    owner: randomUUID(),
    ...more,
  })

/** One more round, although the last one was a moment ago. */
async function again(service: Service) {
  // A service whose clock is ahead, as it is when the time has come.
  const late = () => Date.now() + 120_000
  return round({ ...service, now: late }, { until: late() + 10_000 })
}

const names = async (service: Service) => {
  const { matches: found } = await mirrorOf(service).search({
    places: [PLACE],
    terms: [],
    limit: 100,
  })
  return found.map(({ client }) => client.id).sort()
}

const servingWith = (change: Partial<Provider>): Service => ({
  ...bench.service,
  providers: new Map([['it', { ...subject.provider, ...change }]]),
})

describe('a round', () => {
  it('reads what is there, removes what is gone, and begins again when its time has come', async () => {
    await put('second')
    expect(await round(bench.service)).toMatchObject([{ verified: 2, removed: 0, more: false }])
    expect(await names(bench.service)).toEqual(['exampleClientId', 'second'])
    expect(await round(bench.service)).toMatchObject([{ verified: 0 }])
    const { list } = subject.provider
    const without = servingWith({
      list: async (...asked) => {
        const page = await list?.(...asked)
        return { items: page?.items.filter(({ id }) => id !== 'second') ?? [] }
      },
    })
    expect(await again(without)).toMatchObject([{ verified: 1, removed: 1 }])
    expect(await names(bench.service)).toEqual(['exampleClientId'])
  })

  it('goes on over an empty page that has a next one', async () => {
    const { list } = subject.provider
    const service = servingWith({
      list: async (pool, call, cursor) => {
        if (cursor === undefined) return { items: [], next: 'second' }
        return (await list?.(pool, call)) ?? { items: [] }
      },
    })
    expect(await round(service)).toMatchObject([{ verified: 1 }])
    const known = await mirrorOf(service).knowledge([PLACE])
    expect(known).toMatchObject([{ complete: true, oldest: expect.any(Number) }])
  })

  it('is gone on with where a process was stopped, without reading anything twice', async () => {
    for (let index = 0; index < 5; index += 1) await put(`more${index}`)
    let left = 4
    const reads: string[] = []
    const service = servingWith({
      read: (ref, ...more) => {
        reads.push(ref.id)
        return subject.provider.read(ref, ...more)
      },
    })
    const stopped = () => {
      left -= 1
      return left < 0
    }
    expect(await round(service, { stopped })).toMatchObject([{ verified: 3, more: true }])
    expect(await mirrorOf(service).knowledge([PLACE])).toMatchObject([{ complete: false }])
    expect(await round(service)).toMatchObject([{ verified: 3, more: false }])
    expect(new Set(reads).size).toBe(6)
    expect(reads).toHaveLength(6)
    expect(await mirrorOf(service).knowledge([PLACE])).toMatchObject([{ complete: true }])
  })

  it('belongs to one of several servers at a time', async () => {
    for (let index = 0; index < 20; index += 1) await put(`more${index}`)
    const other = await openBench(bench.service.providers, { path: bench.path, key: bench.key })
    const both = await Promise.all([round(bench.service), round(other.service)])
    expect(
      both
        .flat()
        .map(({ verified }) => verified)
        .sort(),
    ).toEqual([0, 21])
    expect(await names(other.service)).toHaveLength(21)
    await other.close()
  })

  it('leaves a provider alone that fails, keeps what it has, and says that it lacks something', async () => {
    for (let index = 0; index < 5; index += 1) await put(`more${index}`)
    let failing = true
    const service = servingWith({
      read: (ref, ...more) => {
        if (failing && ref.id !== 'exampleClientId') {
          throw new ClientError('provider_unavailable', 'It is down.')
        }
        return subject.provider.read(ref, ...more)
      },
    })
    expect(await round(service)).toMatchObject([{ failed: 3, more: false }])
    for (let times = 0; times < 6; times += 1) await round(service)
    expect(await mirrorOf(service).knowledge([PLACE])).toMatchObject([{ complete: false }])
    failing = false
    await again(service)
    expect(await names(service)).toHaveLength(6)
    expect(await mirrorOf(service).knowledge([PLACE])).toMatchObject([{ complete: true }])
  })

  it('begins the list anew when the provider has forgotten its cursor', async () => {
    const { list } = subject.provider
    let known = false
    const service = servingWith({
      list: async (pool, call, cursor) => {
        if (cursor === undefined && !known) {
          known = true
          return { items: [], next: 'old' }
        }
        if (cursor === 'old') throw new ClientError('provider_refused', 'No such cursor.')
        return (await list?.(pool, call)) ?? { items: [] }
      },
    })
    expect(await round(service)).toMatchObject([{ verified: 1, failed: 1 }])
  })
})

describe('drift', () => {
  const outside = async () => {
    const { items } = await readHistory(bench.service, subject.ref, { limit: 20 })
    return items.filter(({ kind }) => kind === 'outside_change')
  }

  it('goes to the history of a client that has one', async () => {
    await bench.change(subject.ref, { name: 'Ours' })
    await round(bench.service)
    expect(await outside()).toEqual([])
    await put('exampleClientId', { ClientName: 'Theirs' })
    expect(await again(bench.service)).toMatchObject([{ drifted: 1 }])
    expect(await outside()).toMatchObject([{ changes: [{ field: 'name', after: 'Theirs' }] }])
    await bench.change(subject.ref, { name: 'Ours again' })
    expect(await outside()).toHaveLength(1)
  })

  it('begins the history of a client that had none, and shows no secret', async () => {
    await round(bench.service)
    await put('exampleClientId', { ClientName: 'Theirs', ClientSecret: 's'.repeat(30) })
    expect(await again(bench.service)).toMatchObject([{ drifted: 1 }])
    const changes = (await outside()).flatMap((item) => item.changes)
    expect(changes.map(({ field }) => field).sort()).toEqual(['name', 'secret'])
    expect(JSON.stringify(changes)).not.toContain('sssss')
  })

  it('is not a change of ours that ended while the client was read', async () => {
    await bench.change(subject.ref, { name: 'First' })
    const { read } = subject.provider
    const service = servingWith({
      read: async (ref, ...more) => {
        const native = await read(ref, ...more)
        await bench.change(subject.ref, { name: 'Second' })
        return native
      },
    })
    await round(service)
    expect(await outside()).toEqual([])
    await service.late.flush()
    const found = await mirrorOf(service).find(subject.ref)
    const last = await service.store.last(JSON.stringify(['it', POOL_ID, 'exampleClientId']))
    expect(found?.tag).toBe(last?.kind === 'outcome' ? last.tag : undefined)
  })

  it.each(['a round', 'a list'])(
    'is not a change of ours that %s was too early for',
    async (who) => {
      await bench.change(subject.ref, { name: 'First' })
      const { list, read } = subject.provider
      const service = servingWith({
        list: async (pool, call, cursor) => {
          const page = await list?.(pool, call, cursor)
          const native = await read(subject.ref, call)
          await bench.change(subject.ref, { name: 'Second' })
          return { items: (page?.items ?? []).map((item) => ({ ...item, native })) }
        },
      })
      if (who === 'a round') await round(service)
      else {
        const call = { operationId: 'o', deadline: Date.now() + 5_000, caller: 'c' }
        const filter = { terms: [] }
        const asked = {
          places: [PLACE],
          filter,
          limit: 20,
          from: undefined,
          call: callOf(service, call),
        }
        const { clients } = await listLive(service, asked)
        expect(clients.map(({ native }) => native.ClientName)).toEqual(['Second'])
      }
      expect(await outside()).toEqual([])
      const found = await mirrorOf(service).find(subject.ref)
      const last = await service.store.last(JSON.stringify(['it', POOL_ID, 'exampleClientId']))
      expect(found?.tag).toBe(last?.kind === 'outcome' ? last.tag : undefined)
    },
  )

  it('does not take an older record than the mirror has', async () => {
    const { list, read } = subject.provider
    const service = servingWith({
      list: async (pool, call, cursor) => {
        const page = await list?.(pool, call, cursor)
        const native = await read(subject.ref, call)
        await put('exampleClientId', { ClientName: 'Theirs' })
        const reading = { provider: subject.provider, mirror: mirrorOf(bench.service), call }
        const later = { ...bench.service, now: () => Date.now() + 1 }
        await refreshClient(later, reading, subject.ref)
        return { items: (page?.items ?? []).map((item) => ({ ...item, native })) }
      },
    })
    await round(service)
    expect(await outside()).toEqual([])
    const found = await mirrorOf(service).find(subject.ref)
    const now = await read(
      subject.ref,
      callOf(service, { operationId: 'o', deadline: Date.now() + 5_000 }),
    )
    expect(found?.tag).toBe(service.fingerprints.ofState(subject.provider.mapping, now))
  })

  it('is not looked for while a change is open', async () => {
    await round(bench.service)
    const crashed = {
      ...bench.service,
      reached: async (point: string) => {
        if (point === 'intent recorded') throw new Error('crash')
      },
    }
    const asked = requestFor(bench.service, subject.ref, { name: 'Half' })
    await expect(changeClient(crashed as Service, asked)).rejects.toThrow()
    await put('exampleClientId', { ClientName: 'Theirs' })
    expect(await again(bench.service)).toMatchObject([{ verified: 0, drifted: 0, failed: 0 }])
    expect(await outside()).toEqual([])
  })
})

it('a client that was removed here does not come back with a late reading', async () => {
  const mirror = mirrorOf(bench.service)
  const sight = { client: subject.ref, tag: 't', record: 'r', text: 'x', terms: [] }
  await mirror.put({ ...sight, at: 100 }, false)
  await mirror.remove(subject.ref, 200)
  await mirror.put({ ...sight, at: 150 }, false)
  await mirror.put({ ...sight, at: 200 }, false)
  expect(await mirror.find(subject.ref)).toBeUndefined()
  await mirror.put({ ...sight, at: 201 }, false)
  expect(await mirror.find(subject.ref)).toMatchObject({ at: 201 })
})

it('a change that comes late to the mirror does not cover one that came after it', async () => {
  const other = await openBench(bench.service.providers, { path: bench.path, key: bench.key })
  let isFirst = true
  const slow: Service = {
    ...bench.service,
    reached: async (point) => {
      if (point !== 'outcome recorded' || !isFirst) return
      isFirst = false
      await other.change(subject.ref, { name: 'Second' })
    },
  }
  await changeClient(slow, requestFor(slow, subject.ref, { name: 'First' }))
  await Promise.all([other.service.late.flush(), slow.late.flush()])
  const last = await slow.store.last(JSON.stringify(['it', POOL_ID, 'exampleClientId']))
  const found = await mirrorOf(slow).find(subject.ref)
  expect(found?.tag).toBe(last?.kind === 'outcome' ? last.tag : undefined)
  await other.close()
})

it('a mirror that fails is no failure of a change', async () => {
  const broken = () => Promise.reject(new ClientError('store_unavailable', 'The disk is full.'))
  const { store } = bench.service
  const mirror = { ...mirrorOf(bench.service), put: broken, remove: broken }
  const service = { ...bench.service, store: { ...store, mirror } }
  const done = await changeClient(service, requestFor(service, subject.ref, { name: 'Kept' }))
  expect(done).toMatchObject({ outcome: 'applied' })
})

it('a mirror that was sealed with another key is not shown, and is read anew', async () => {
  await round(bench.service)
  const other = await openBench(bench.service.providers, { path: bench.path })
  const asked = {
    places: [PLACE],
    filter: { terms: [] },
    limit: 20,
    fresh: false,
    requestId: 'r',
    caller: 'c',
    deadline: Date.now() + 5_000,
  }
  const page = await listClients(other.service, asked)
  expect(page).toMatchObject({ clients: [], knowledge: [{ complete: false }] })
  await round(other.service)
  expect((await listClients(other.service, asked)).clients).toHaveLength(1)
  await other.close()
})
