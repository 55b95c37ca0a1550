/** One page of a list by asking: where it ends, where the next one begins, and what is not on it. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import { PAGE_CHARACTERS } from '../../src/core/patch/bounds.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Listed, ListPage, Provider } from '../../src/providers/provider.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { fits, type LiveRequest, listLive } from '../../src/service/reading/list-live.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const PLACE = { provider: 'it' }
const IDS = Array.from({ length: 20 }, (_, index) => `c${String(index).padStart(2, '0')}`)

let subject: Subject
let bench: Bench
let cursors: (string | undefined)[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  for (const id of IDS)
    await subject.put({ ...fullLocalClient, client_id: id, client_name: `N ${id}` })
  cursors = []
})

const named = (...ids: readonly string[]): readonly Listed[] => ids.map((id) => ({ id }))

/** A service whose provider lists and reads otherwise. */
function listing(
  list: (cursor: string | undefined, pool: string | undefined) => ListPage,
  read: Provider['read'] = subject.provider.read,
): Service {
  const provider: Provider = {
    ...subject.provider,
    list: async (pool, _, cursor) => {
      cursors.push(cursor)
      return list(cursor, pool)
    },
    read,
  }
  return { ...bench.service, providers: new Map([['it', provider]]) }
}
const call = (): Call => callOf(bench.service, { operationId: 'o', deadline: Date.now() + 5_000 })
const page = async (service: Service, more: Partial<LiveRequest> = {}) => {
  const request = { places: [PLACE], filter: { terms: [] }, limit: 10, from: undefined }
  const { clients, ...rest } = await listLive(service, { ...request, call: call(), ...more })
  return { ids: clients.map(({ ref }) => ref.id), ...rest }
}
/** Reading fails so for some clients. */
const failingFor =
  (ids: readonly string[], code: ErrorCode, cause?: unknown): Provider['read'] =>
  async (ref, at) => {
    const details = { retryAfter: 60, ...(cause === undefined ? {} : { cause }) }
    if (ids.includes(ref.id)) throw new ClientError(code, `No ${ref.id}.`, details)
    return subject.provider.read(ref, at)
  }
const at = { kind: 'live', place: PLACE } as const

describe('the next page', () => {
  it('begins behind the last client of this one, or at the next page of the provider', async () => {
    const service = listing((cursor) =>
      cursor === undefined
        ? { items: named('c01', 'c00', 'c02'), next: 'two' }
        : { items: named('c03', 'c04') },
    )
    const first = await page(service, { limit: 2 })
    expect(first).toStrictEqual({
      ids: ['c00', 'c01'],
      unreadable: [],
      next: { ...at, after: 'c01' },
    })
    const second = await page(service, { limit: 2, from: first.next })
    expect(second).toStrictEqual({
      ids: ['c02'],
      unreadable: [],
      next: { ...at, page: 'two', pages: 1 },
    })
    const third = await page(service, { limit: 1, from: second.next })
    expect(third).toStrictEqual({
      ids: ['c03'],
      unreadable: [],
      next: { ...at, page: 'two', pages: 1, after: 'c03' },
    })
    expect(await page(service, { limit: 1, from: third.next })).toStrictEqual({
      ids: ['c04'],
      unreadable: [],
    })
    expect(cursors).toEqual([undefined, undefined, 'two', 'two'])
  })

  it('is none after exactly as many as there are', async () => {
    const service = listing(() => ({ items: named('c00', 'c01') }))
    expect(await page(service, { limit: 2 })).toStrictEqual({
      ids: ['c00', 'c01'],
      unreadable: [],
    })
  })

  it('is that of the next place, and of none that has no list', async () => {
    const pools = ['p1', 'p2'].map((userPoolId) => ({ provider: 'it', userPoolId }))
    const [first, last] = pools
    const places = [{ provider: 'none' }, ...pools]
    const service = listing((_, pool) => ({ items: named(pool === 'p1' ? 'c00' : 'c01') }))
    const one = await page(service, { places })
    expect(one).toStrictEqual({
      ids: ['c00'],
      unreadable: [],
      next: { kind: 'live', place: last },
    })
    expect(await page(service, { places, from: one.next })).toStrictEqual({
      ids: ['c01'],
      unreadable: [],
    })
    const from = { kind: 'live', place: { provider: 'it', userPoolId: 'gone' } } as const
    expect(await page(service, { places, from })).toStrictEqual({ ids: [], unreadable: [] })
    const other = { kind: 'live', place: { ...first, provider: 'other' } } as const
    expect(await page(service, { places, from: other })).toStrictEqual({ ids: [], unreadable: [] })
  })

  it('counts those of the provider, of which there are a hundred thousand at most', async () => {
    const service = listing(() => ({ items: [], next: 'next' }))
    const from = (pages: number) => ({ ...at, page: 'this', pages })
    expect(await page(service, { from: from(99_999) })).toMatchObject({ next: { pages: 100_000 } })
    await expect(page(service, { from: from(100_000) })).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: 'The list of the provider does not end.',
    })
    await expect(page(service, { from: { ...at, page: 'next' } })).rejects.toMatchObject({
      code: 'provider_unavailable',
    })
  })

  it('is refused where nothing can be listed', async () => {
    const { list: _, ...blind } = subject.provider
    const service = { ...bench.service, providers: new Map([['it', blind]]) }
    await expect(page(service)).rejects.toMatchObject({
      code: 'unsupported_operation',
      message:
        'This provider cannot list its clients. Without fresh=true, those that were changed through this server are listed.',
    })
    expect(await page(service, { places: [] })).toStrictEqual({ ids: [], unreadable: [] })
  })
})

describe('a page', () => {
  it('has those alone that are asked for, and none that is gone', async () => {
    const service = listing(() => ({ items: named('c00', 'gone', 'c01', 'c02') }))
    const wanted = { text: 'n c01', terms: [] }
    expect(await page(service, { filter: wanted })).toStrictEqual({ ids: ['c01'], unreadable: [] })
    expect(await page(service, { filter: { terms: ['id:c02'] } })).toMatchObject({ ids: ['c02'] })
    expect(await page(service)).toMatchObject({ ids: ['c00', 'c01', 'c02'] })
  })

  it('reads eight clients at a time, each with its own time', async () => {
    let [now, most] = [0, 0]
    const service = listing(
      () => ({ items: named(...IDS) }),
      async (ref, context) => {
        now += 1
        most = Math.max(most, now)
        await new Promise((resolve) => setImmediate(resolve))
        now -= 1
        return subject.provider.read(ref, context)
      },
    )
    expect((await page(service, { limit: 20 })).ids).toEqual(IDS)
    expect(most).toBe(8)
  })

  it('takes from the list what that has whole, as of when it was asked', async () => {
    const native = { ...fullLocalClient, client_id: 'c00', client_name: 'Listed' }
    const service = {
      ...listing(() => ({ items: [{ id: 'c00', native }, { id: 'c01' }] })),
      now: () => 500,
    }
    const request = { places: [PLACE], filter: { terms: [] }, limit: 5, from: undefined }
    const { clients } = await listLive(service, { ...request, call: call() })
    expect(clients.map(({ native: record }) => record.client_name)).toEqual(['Listed', 'N c01'])
    expect(clients[0]).toMatchObject({ ref: { provider: 'it', id: 'c00' }, verifiedAt: 500 })
  })

  it('ends with the record that fills it', async () => {
    const filling = (id: string, characters: number) => {
      const native = { ...fullLocalClient, client_id: id, client_name: id, note: '' }
      const { fingerprints } = bench.service
      const masked = fingerprints.withoutSecrets(subject.provider.mapping, native)
      const note = 'x'.repeat(characters - JSON.stringify(masked).length)
      return { id, native: { ...native, note } }
    }
    const items = (characters: number) => [
      filling('c00', characters),
      filling('c01', 1_000),
      filling('c02', 1_000),
    ]
    const { mirror: _, ...store } = bench.service.store
    const withList = (list: readonly Listed[]) => ({ ...listing(() => ({ items: list })), store })
    expect(await page(withList(items(PAGE_CHARACTERS)))).toMatchObject({
      ids: ['c00'],
      next: { after: 'c00' },
    })
    expect(await page(withList(items(PAGE_CHARACTERS - 1)))).toMatchObject({
      ids: ['c00', 'c01'],
      next: { after: 'c01' },
    })
  })
})

describe('a client that cannot be read', () => {
  const all = () => ({ items: named(...IDS.slice(0, 10)) })

  it('is named beside the others, with why', async () => {
    const service = listing(all, failingFor(['c03', 'c09'], 'provider_unavailable', 'x'))
    const { ids, unreadable } = await page(service)
    expect(ids).toEqual(IDS.slice(0, 10).filter((id) => id !== 'c03' && id !== 'c09'))
    expect(unreadable).toMatchObject([
      { ref: { provider: 'it', id: 'c03' }, error: { message: 'No c03.' } },
      { ref: { provider: 'it', id: 'c09' }, error: { message: 'No c09.' } },
    ])
  })

  it('is a failure of the provider where none can be read, unless an answer came', async () => {
    const some = IDS.slice(0, 2)
    const two = () => ({ items: named(...some) })
    const down = listing(two, failingFor(some, 'provider_unavailable', 'no answer'))
    await expect(page(down)).rejects.toMatchObject({ code: 'provider_unavailable' })
    const odd = await page(listing(two, failingFor(some, 'provider_unavailable')))
    expect(odd).toMatchObject({ ids: [], unreadable: [{ ref: { id: 'c00' } }, {}] })
  })

  it.each<ErrorCode>(['provider_throttled', 'deadline_exceeded'])(
    'for want of time (%s) ends the page before it',
    async (code) => {
      const late = await page(listing(all, failingFor(['c01', 'c09'], code)))
      expect(late).toStrictEqual({ ids: ['c00'], unreadable: [], next: { ...at, after: 'c00' } })
      const second = await page(listing(all, failingFor(['c09'], code)))
      expect(second).toMatchObject({ ids: IDS.slice(0, 9), next: { after: 'c08' } })
      const first = page(listing(all, failingFor(['c00'], code)))
      await expect(first).rejects.toMatchObject({ code })
    },
  )

  it('for any other reason is a failure of the page', async () => {
    const refused = page(listing(all, failingFor(['c05'], 'provider_misconfigured')))
    await expect(refused).rejects.toMatchObject({ code: 'provider_misconfigured' })
    const fault = async () => {
      throw new TypeError('a fault')
    }
    await expect(page(listing(all, fault))).rejects.toThrow('a fault')
  })
})

describe('fitting', () => {
  it('needs a provider that is still configured', async () => {
    const service = listing(() => ({ items: named('c00') }))
    const request = { places: [PLACE], filter: { terms: [] }, limit: 5, from: undefined }
    const [one] = (await listLive(service, { ...request, call: call() })).clients
    if (one === undefined) throw new TypeError('nothing listed')
    expect(await fits(service, one, { terms: [] })).toBe(true)
    expect(await fits(service, one, { terms: ['id:c01'] })).toBe(false)
    expect(await fits({ ...service, providers: new Map() }, one, { terms: [] })).toBe(false)
  })

  it('takes a suspended client for disabled', async () => {
    const cognito = await subjectNamed('cognito').start()
    const other = await openBench(new Map([['it', cognito.provider]]))
    const { id: _, ...place } = cognito.ref
    const disabled = () =>
      page(other.service, { places: [place], filter: { terms: ['disabled:true'] } })
    expect((await disabled()).ids).toEqual([])
    const suspend = { kind: 'suspension', suspended: true, allowPartial: false } as const
    const request = requestFor(other.service, cognito.ref, {})
    await changeClient(other.service, { ...request, patch: suspend })
    expect((await disabled()).ids).toEqual(['exampleClientId'])
    await other.close()
    await cognito.close()
  })
})
