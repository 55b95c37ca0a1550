/** A walk through all logs that removes sealed texts: which of them, in which order, and what it says where it ends. */

import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import type { Service } from '../../src/service/base/service.ts'
import { eraseRecords, type Walk } from '../../src/service/upkeep/erase.ts'
import { erased, isErased } from '../../src/store/erasing.ts'
import type { OverRecords } from '../../src/store/keys/retain.ts'
import { following, hashOf } from '../../src/store/log/chain.ts'
import type { Checkpoint, Entry, Intent } from '../../src/store/log/entry.ts'
import { CHECKPOINTS, requestResource, resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { onFresh } from '../fixtures/opened.ts'

const [OLD, NEW] = [createSeal(Buffer.alloc(32, 1), 1), createSeal(Buffer.alloc(32, 2), 2)]
const NOW = 1_800_000_000_000
const START: Walk = { of: 'clients' }

let bench: Bench
let now: number
/** What was asked of the store, in order. */
let calls: string[]
const it = onFresh(
  () => openBench(new Map()),
  (opened) => {
    bench = opened
    bench.database.exec('pragma synchronous = off')
    now = NOW
    calls = []
  },
)

/** The real store, whose calls are written down. */
function service(more: Partial<Store> = {}): Service {
  const { store } = bench.service
  const noted: Store = {
    ...store,
    heads: async (since, of) => {
      const grown = await store.heads(since, of)
      calls.push(`heads of ${of} since ${since}`)
      return grown
    },
    append: async (entry) => {
      calls.push(`append to ${entry.resource}`)
      return store.append(entry)
    },
    erase: async (entries) => {
      calls.push(`erase ${entries.map(({ seq }) => seq).join()} of ${entries[0]?.resource}`)
      return (await store.erase?.(entries)) === true
    },
    ...more,
  }
  return { ...bench.service, store: noted, now: () => now }
}

const over = (more: Partial<OverRecords> = {}): OverRecords => ({
  dropped: new Set([1]),
  earlier: new Set(),
  before: 0,
  ...more,
})
const erase = (from = START, one = over(), at = service()) => eraseRecords(at, one, from, NOW + 1)

const logOf = (id: string) => resourceOf({ provider: 'it', id })
/** Appends an entry after the last one of its log, as today's programs hash it. */
async function put<E extends Entry>({ seq: _, previous: __, hash: ___, ...body }: E): Promise<E> {
  const last = await bench.service.store.last(body.resource)
  const entry = following(last, body as never) as unknown as E
  expect(await bench.service.store.append(entry)).toBe(true)
  return entry
}
const sealedBy = (seal: typeof OLD, resource: string, more: Partial<Intent> = {}) =>
  intentOf(resource, 1, {
    operationId: randomUUID(),
    sealed: seal.close({ any: 'x' }, resource),
    ...more,
  })
const sealedIn = async (resource: string) =>
  (await bench.service.store.entries(resource)).flatMap((entry) =>
    'sealed' in entry && typeof entry.sealed === 'string' ? [isErased(entry.sealed)] : [],
  )

describe('a walk', () => {
  it('goes through the logs of clients and then through all others, and ends', async () => {
    const [client, request] = [logOf('a'), requestResource('r')]
    const { sealed } = await put(sealedBy(OLD, client))
    await put({ ...sealedBy(OLD, request), kind: 'approval_requested' } as never)
    expect(await erase()).toEqual({ walk: { of: 'end' }, entries: 2 })
    expect(calls).toEqual([
      'heads of clients since undefined',
      `erase 1 of ${client}`,
      'heads of others since undefined',
      `erase 1 of ${request}`,
    ])
    const [entry] = (await bench.service.store.entries(client)) as readonly Intent[]
    expect(entry?.sealed).toBe(erased(sealed))
    // It is done once.
    expect(await erase()).toEqual({ walk: { of: 'end' }, entries: 0 })
  })

  it('goes on where it was, as long as there is time', async () => {
    const pages = ['1', '2']
    const store = {
      heads: async (since: string | undefined, of: unknown) => {
        calls.push(`${of} ${since}`)
        now += 1
        const cursor = pages.shift()
        return { heads: [], cursor: cursor ?? 'end', more: cursor !== undefined }
      },
    } as Partial<Store>
    const steps: Walk[] = []
    let walk: Walk = START
    while (walk.of !== 'end') {
      ;({ walk } = await eraseRecords(service(store), over(), walk, now + 1))
      steps.push(walk)
    }
    expect(steps).toEqual([
      { of: 'clients', cursor: '1' },
      { of: 'clients', cursor: '2' },
      { of: 'others' },
      { of: 'end' },
    ])
    expect(calls).toEqual(['clients undefined', 'clients 1', 'clients 2', 'others undefined'])
  })

  it('does nothing once its time is over, or where it has ended', async () => {
    await put(sealedBy(OLD, logOf('a')))
    expect(await eraseRecords(service(), over(), START, NOW)).toEqual({ walk: START, entries: 0 })
    expect(await erase({ of: 'end' })).toEqual({ walk: { of: 'end' }, entries: 0 })
    expect(calls).toEqual([])
  })

  it('says that a log has changed meanwhile, to its end, and removes from the others', async () => {
    const [one, other] = [logOf('a'), logOf('b')]
    for (const log of [one, one, other]) await put(sealedBy(OLD, log))
    const { store } = bench.service
    const changing: Store['erase'] = async (entries) =>
      entries[0]?.resource === one ? false : (await store.erase?.(entries)) === true
    const found = await erase(START, over(), service({ erase: changing }))
    expect(found).toEqual({ walk: { of: 'end', missed: true }, entries: 1 })
    expect([await sealedIn(one), await sealedIn(other)]).toEqual([[false, false], [true]])
    const going: Walk = { of: 'others', missed: true }
    expect((await erase(going)).walk).toEqual({ of: 'end', missed: true })
  })

  it('counts nothing in a store that keeps entries as they were written', async () => {
    await put(sealedBy(OLD, logOf('a')))
    const { erase: _, ...keeping } = bench.service.store
    const kept = { ...bench.service, store: keeping, now: () => now }
    expect(await eraseRecords(kept, over(), START, NOW + 1)).toEqual({
      walk: { of: 'end', missed: true },
      entries: 0,
    })
  })
})

describe('a text', () => {
  it('goes with the key that sealed it, and no other does', async () => {
    const log = logOf('a')
    await put(sealedBy(OLD, log))
    await put(sealedBy(NEW, log))
    await put(sealedBy(OLD, log))
    expect((await erase()).entries).toBe(2)
    expect(await sealedIn(log)).toEqual([true, false, true])
    expect(calls.filter((call) => call.startsWith('erase'))).toEqual([`erase 1,3 of ${log}`])
  })

  it('of a key for everything goes where it was sealed before records had their own', async () => {
    const log = logOf('a')
    for (const at of [NOW - 2, NOW - 1, NOW]) await put(sealedBy(OLD, log, { at }))
    await put(sealedBy(NEW, log, { at: NOW - 2 }))
    const earlier = over({ dropped: new Set(), earlier: new Set([1]), before: NOW - 1 })
    expect((await erase(START, earlier)).entries).toBe(1)
    expect(await sealedIn(log)).toEqual([true, false, false, false])
  })

  it('stays where a resumption needs it, and where that one is made from it', async () => {
    const log = logOf('a')
    const suspension = { by: { subject: 'a', issuer: 'b' }, at: NOW, fields: {} }
    const suspending = (operationId: string, more: Partial<Intent> = {}) =>
      sealedBy(OLD, log, {
        operationId,
        becomes: { suspended: { ...suspension, operations: ['kept', 'after'] } } as never,
        ...more,
      })
    await put(sealedBy(OLD, log))
    await put(sealedBy(OLD, log))
    await put(suspending('kept'))
    await put(suspending('other'))
    await put(suspending('after', { sealedDelta: { from: 2 } as never }))
    expect((await erase()).entries).toBe(2)
    expect(await sealedIn(log)).toEqual([true, false, false, true, false])
  })

  it('of a state or a difference goes even there', async () => {
    const log = logOf('a')
    const $sealed = OLD.close({ any: 'x' }, log)
    const operations = ['kept']
    await put(
      sealedBy(OLD, log, {
        ...{ operationId: 'kept', becomes: { suspended: { operations } } as never },
        ...{ state: { $sealed } },
      }),
    )
    await put(outsideChangeOf(log, 1, { state: { $sealed } }))
    expect((await erase()).entries).toBe(2)
    const [kept, outside] = (await bench.service.store.entries(log)) as readonly Intent[]
    expect(
      [kept?.sealed, kept?.state.$sealed, outside?.state.$sealed].map(String).map(isErased),
    ).toEqual([false, true, true])
  })
})

describe('an entry whose hash is over its texts', () => {
  /** As versions before wrote it. */
  const earlier = (resource: string, seq: number, previous: string): Intent => {
    const entry = { ...sealedBy(OLD, resource), seq, previous } as Intent
    return { ...entry, hash: hashOf(entry as never) }
  }
  const checkpoints = () =>
    bench.service.store.entries(CHECKPOINTS) as Promise<readonly Checkpoint[]>

  it('is named by a checkpoint before its text is removed, by what is going to be left', async () => {
    const log = logOf('a')
    const entry = earlier(log, 1, '')
    await bench.service.store.append(entry)
    await put(sealedBy(OLD, log))
    expect((await erase()).entries).toBe(2)
    expect(calls.slice(1, 3)).toEqual([`append to ${CHECKPOINTS}`, `erase 1,2 of ${log}`])
    const left = { ...entry, sealed: erased(entry.sealed) }
    const { resource, seq, hash } = entry
    const names = [{ resource, seq, hash, left: hashOf(left as never) }]
    expect((await checkpoints()).map((one) => one.erased)).toEqual([names])
    const [stored] = await bench.service.store.entries(log)
    expect(stored).toEqual(left)
  })

  it('is named with others, as many as one checkpoint takes, before the first of their logs', async () => {
    for (const id of ['a', 'b', 'c']) {
      let previous = ''
      for (let seq = 1; seq <= 250; seq += 1) {
        const entry = earlier(logOf(id), seq, previous)
        previous = entry.hash
        expect(await bench.service.store.append(entry)).toBe(true)
      }
    }
    expect((await erase()).entries).toBe(750)
    expect((await checkpoints()).map((one) => one.erased?.length)).toEqual([500, 250])
    const order = calls
      .filter((call) => !call.startsWith('heads'))
      .map((call) => call.split(' ')[0])
    expect(order).toEqual(['append', 'erase', 'erase', 'append', 'erase'])
  })
})
