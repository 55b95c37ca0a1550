/** Each step of a round of the mirror: what it asks of the store and the provider, and how it ends. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { type RefreshOptions, refreshMirror } from '../../src/service/mirror/refresh.ts'
import { refreshClient } from '../../src/service/mirror/refresh-client.ts'
import type { Mirror } from '../../src/store/mirror.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const PLACE = { provider: 'it' }
const NOW = 10_000_000
const NOTHING = { place: PLACE, verified: 0, drifted: 0, removed: 0, failed: 0, more: false }

let subject: Subject
let bench: Bench
let mirror: Mirror
/** What was asked of the mirror and the provider, in order. */
let asked: string[]
let calls: Call[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(async () => {
  for (const id of ['a', 'b']) await subject.put({ ...fullLocalClient, client_id: id })
  if (bench.service.store.mirror === undefined) throw new TypeError('no mirror')
  mirror = bench.service.store.mirror
  asked = []
  calls = []
})

/** A service that stands still in time, and writes down what it asks. */
function service(change: Partial<Provider> = {}, own: Partial<Mirror> = {}, now = NOW): Service {
  const provider: Provider = {
    ...subject.provider,
    // By ids alone, as most providers list.
    list: async (_, call, cursor) => {
      calls.push(call)
      asked.push(`list ${cursor ?? ''}`)
      return { items: ['a', 'b'].map((id) => ({ id })) }
    },
    read: (ref, call) => {
      calls.push(call)
      asked.push(`read ${ref.id}`)
      return subject.provider.read(ref, call)
    },
    ...change,
  }
  const noted: Mirror = {
    ...mirror,
    relist: (claim) => {
      asked.push('relist')
      return mirror.relist(claim)
    },
    settled: (claim, id, failed) => {
      asked.push(`settled ${id} ${failed}`)
      return mirror.settled(claim, id, failed)
    },
    release: (claim) => {
      asked.push('release')
      return mirror.release(claim)
    },
    ...own,
  }
  const { store } = bench.service
  return {
    ...bench.service,
    providers: new Map([['it', provider]]),
    store: { ...store, mirror: noted },
    now: () => now,
  }
}
const round = (at: Service, more: Partial<RefreshOptions> = {}) =>
  refreshMirror(at, { everyMs: 1_000, until: NOW + 60_000, owner: 'here', ...more })
const failing = (code: ErrorCode) => async () => {
  throw new ClientError(code, 'Not now.')
}

/** A change of a client that is left open by a crash. */
async function leaveOpen(id: string): Promise<void> {
  const crashed: Service = {
    ...bench.service,
    reached: async (point) => {
      if (point === 'intent recorded') throw new Error('crash')
    },
  }
  const half = requestFor(bench.service, { ...PLACE, id }, { name: 'Half' })
  await expect(changeClient(crashed, half)).rejects.toThrow()
}

describe('a round', () => {
  it('lists, reads each client, and ends', async () => {
    expect(await round(service())).toEqual([{ ...NOTHING, verified: 2 }])
    expect(asked).toEqual([
      'list ',
      'read a',
      'settled a false',
      'read b',
      'settled b false',
      'release',
    ])
    expect(calls[0]).toMatchObject({ caller: '$mirror', deadline: NOW + 30_000 })
    expect(new Set(calls.map(({ operationId }) => operationId)).size).toBe(3)
  })

  it('is begun anew where it began before a time, and only once', async () => {
    await round(service(), { everyMs: 60_000 })
    const later = service({}, {}, NOW + 1_000)
    expect(await round(later, { everyMs: 60_000 })).toEqual([NOTHING])
    const since = { everyMs: 60_000, notBefore: NOW + 500 }
    expect(await round(later, since)).toEqual([{ ...NOTHING, verified: 2 }])
    expect(await round(later, since)).toEqual([NOTHING])
  })

  it('goes on after failures with a success between them, and stops at three in a row', async () => {
    for (const id of ['c', 'f', 'j']) await subject.put({ ...fullLocalClient, client_id: id })
    const readable = ['c', 'f', 'j']
    const flaky = service({
      list: async () => ({ items: [...'abcdefghij'].map((id) => ({ id })) }),
      read: async (ref, call) => {
        asked.push(`read ${ref.id}`)
        if (!readable.includes(ref.id)) throw new ClientError('provider_unavailable', 'Not now.')
        return subject.provider.read(ref, call)
      },
    })
    expect(await round(flaky)).toMatchObject([{ verified: 2, failed: 7, more: false }])
    const reads = asked.filter((one) => one.startsWith('read'))
    expect(reads).toEqual([...'abcdefghi'].map((id) => `read ${id}`))
  })

  it('reads nothing that the list had whole, and counts it', async () => {
    const { list } = subject.provider
    const whole = service({ ...(list && { list }) })
    expect(await round(whole)).toEqual([{ ...NOTHING, verified: 3 }])
    expect(asked).toEqual(['release'])
    await subject.put({ ...fullLocalClient, client_id: 'a', client_name: 'Theirs' })
    const later = service({ ...(list && { list }) }, {}, NOW + 1_000)
    expect(await round(later)).toEqual([{ ...NOTHING, verified: 3, drifted: 1 }])
  })

  it('leaves what the list had whole to a change of it that is open', async () => {
    await leaveOpen('a')
    const list: Provider['list'] = async () => {
      const native = await subject.provider.read({ ...PLACE, id: 'a' }, {} as Call)
      return { items: [{ id: 'a', native }, { id: 'b' }] }
    }
    expect(await round(service({ list }))).toMatchObject([{ verified: 1 }])
    expect(asked.filter((one) => one.startsWith('read'))).toEqual(['read b'])
  })

  it('is over where the store has nothing more to do', async () => {
    const done = service({}, { task: async () => ({ kind: 'done' }) })
    expect(await round(done)).toEqual([NOTHING])
  })

  it('counts failures anew after each page of a list', async () => {
    const failures = [true, true, false, true, true, false]
    const list: Provider['list'] = async (_, __, cursor) => {
      if (failures.shift() === true) throw new ClientError('provider_unavailable', 'Not now.')
      return { items: [], ...(cursor === undefined && { next: 'two' }) }
    }
    expect(await round(service({ list }))).toEqual([{ ...NOTHING, failed: 4 }])
    expect(failures).toEqual([])
  })

  it('is due once the last one began so long ago, and not before', async () => {
    await round(service())
    expect(await round(service({}, {}, NOW + 999))).toEqual([NOTHING])
    expect(await round(service({}, {}, NOW + 1_000))).toMatchObject([{ verified: 2 }])
  })

  it('removes what it did not see, and counts it', async () => {
    await round(service())
    const fewer = service({ list: async () => ({ items: [{ id: 'a' }] }) }, {}, NOW + 1_000)
    expect(await round(fewer)).toEqual([{ ...NOTHING, verified: 1, removed: 1 }])
  })

  it('counts none that is gone or has a change open', async () => {
    await leaveOpen('b')
    const gone = service({
      list: async () => ({ items: ['b', 'none'].map((id) => ({ id })) }),
    })
    expect(await round(gone)).toEqual([NOTHING])
    expect(asked).toEqual(['settled b false', 'read none', 'settled none false', 'release'])
  })

  it('is none where there is no mirror, no list, or no time', async () => {
    const { mirror: _, ...store } = bench.service.store
    expect(await round({ ...service(), store })).toEqual([])
    const { list: __, ...blind } = subject.provider
    expect(await round({ ...service(), providers: new Map([['it', blind]]) })).toEqual([])
    expect(await round(service(), { until: NOW })).toEqual([{ ...NOTHING, more: true }])
    expect(await round(service(), { stopped: () => true })).toEqual([{ ...NOTHING, more: true }])
    expect(asked).toEqual(['release', 'release'])
    expect(await round(service(), { until: NOW + 1 })).toMatchObject([{ verified: 2 }])
  })

  it('leaves a place to who has it, until that claim is over', async () => {
    const claim = { place: PLACE, owner: 'there' }
    await mirror.claim(claim, NOW, NOW + 500)
    expect(await round(service())).toEqual([NOTHING])
    expect(await round(service({}, {}, NOW + 500))).toMatchObject([{ verified: 2 }])
    expect(await mirror.claim(claim, NOW + 500, NOW + 600)).toBe(true)
  })

  it('keeps its claim for longer than a step takes', async () => {
    const untils: number[] = []
    const claim: Mirror['claim'] = (one, now, until) => {
      untils.push(until - now)
      return mirror.claim(one, now, until)
    }
    await round(service({}, { claim }))
    expect(new Set(untils)).toEqual(new Set([90_000]))
  })

  it('is no failure where its claim cannot be given back', async () => {
    const release = failing('store_unavailable')
    expect(await round(service({}, { release }))).toMatchObject([{ verified: 2 }])
  })
})

describe('a provider that fails', () => {
  it('is asked three times in a row, and once where it asks to wait', async () => {
    const read = failing('provider_unavailable')
    const many = async () => ({ items: ['a', 'b', 'c', 'd'].map((id) => ({ id })) })
    const down = service({ read, list: many })
    expect(await round(down)).toEqual([{ ...NOTHING, failed: 3 }])
    const settled = asked.filter((line) => line.startsWith('settled'))
    expect(settled).toEqual(['settled a true', 'settled b true', 'settled c true'])
    asked = []
    const slow = service({ read: failing('provider_throttled'), list: many })
    expect(await round(slow)).toEqual([{ ...NOTHING, failed: 1 }])
    // It says nothing about the client.
    expect(asked).toEqual(['release'])
  })

  it('is gone on with where it fails now and then', async () => {
    let times = 0
    const read: Provider['read'] = async (ref, call) => {
      times += 1
      if (times % 3 !== 0) throw new ClientError('provider_unavailable', 'Not now.')
      return subject.provider.read({ ...ref, id: 'a' }, call)
    }
    const ids = Array.from({ length: 9 }, (_, index) => ({ id: `c${index}` }))
    const [done] = await round(service({ read, list: async () => ({ items: ids }) }))
    expect(done?.verified).toBeGreaterThan(2)
    expect(done?.failed).toBeGreaterThan(3)
  })

  it('begins its list anew only where it does not know its own cursor', async () => {
    const listing = (code: ErrorCode, at: string | undefined): Partial<Provider> => ({
      list: async (_, __, cursor) => {
        asked.push(`list ${cursor ?? ''}`)
        if (cursor === at) throw new ClientError(code, 'No.')
        return { items: [], next: 'old' }
      },
    })
    expect(await round(service(listing('provider_refused', undefined)))).toMatchObject([
      { failed: 3 },
    ])
    expect(asked).toEqual(['list ', 'list ', 'list ', 'release'])
    asked = []
    await round(service(listing('provider_unavailable', 'old'), {}))
    expect(asked).toEqual(['list ', 'list old', 'list old', 'list old', 'release'])
    asked = []
    let left = 3
    const stopped = () => {
      left -= 1
      return left < 0
    }
    await round(service(listing('provider_refused', 'old')), { stopped })
    expect(asked).toEqual(['list old', 'relist', 'list ', 'list old', 'relist', 'release'])
  })

  it('is left alone where it refuses its own cursor again and again', async () => {
    let lists = 0
    const list: Provider['list'] = async (_, __, cursor) => {
      lists += 1
      if (lists > 100) throw new Error('it does not end')
      if (cursor !== undefined) throw new ClientError('provider_refused', 'No such cursor.')
      return { items: [], next: 'old' }
    }
    expect(await round(service({ list }))).toEqual([{ ...NOTHING, failed: 3 }])
    expect(lists).toBe(6)
  })

  it('hides no fault of ours', async () => {
    const read = async () => {
      throw new TypeError('a fault')
    }
    await expect(round(service({ read }))).rejects.toThrow('a fault')
    const claim = async () => {
      throw new TypeError('another fault')
    }
    await expect(round(service({}, { claim }))).rejects.toThrow('another fault')
  })

  it('says that there is more only where nothing has failed last', async () => {
    let left = 3
    const stopped = () => {
      left -= 1
      return left < 0
    }
    const read = failing('provider_unavailable')
    expect(await round(service({ read }), { stopped })).toEqual([{ ...NOTHING, failed: 2 }])
  })
})

it('a suspended client is found as disabled after a round', async () => {
  const cognito = await subjectNamed('cognito').start()
  const other = await openBench(new Map([['it', cognito.provider]]))
  const suspend = { kind: 'suspension', suspended: true, allowPartial: false } as const
  const request = requestFor(other.service, cognito.ref, {})
  await changeClient(other.service, { ...request, patch: suspend })
  const own = other.service.store.mirror
  if (own === undefined) throw new TypeError('no mirror')
  const at = { ...other.service, now: () => Date.now() + 1_000 }
  const call = callOf(at, { operationId: 'o', deadline: Date.now() + 5_000 })
  await refreshClient(at, { provider: cognito.provider, mirror: own, call }, cognito.ref)
  const { id: _, ...place } = cognito.ref
  const { matches: found } = await own.search({
    places: [place],
    terms: ['disabled:true'],
    limit: 5,
  })
  expect(found).toHaveLength(1)
  await other.close()
  await cognito.close()
})
