/** What an intent keeps of its request, and where its sealed records can be opened. */

import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { openState } from '../../src/service/base/record-storage.ts'
import { openSealed, sealedPlace } from '../../src/service/base/sealed.ts'
import { intentAfter } from '../../src/service/operation/intent.ts'
import { following } from '../../src/store/log/chain.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal, type Seal } from '../../src/store/seal.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { closingOf } from '../fixtures/entries.ts'

let subject: Subject
let bench: Bench

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

const log = () => resourceOf(subject.ref)
const aim = () => {
  const base = subject.stored()
  const next = { ...base, client_name: 'New' }
  return { operationId: 'operation', base, baseTag: 'tag', next, changes: [] }
}
const request = () => requestFor(bench.service, subject.ref, { name: 'New' })

it('keeps what the request says, and nothing that it lacks', async () => {
  const { actor, requestId, deadline } = request()
  const told = { ...request(), requestId, deadline }
  const service = { ...bench.service, now: () => 77 }
  const before = closingOf(log(), 2)
  const intent = await intentAfter(service, told, before, aim())
  const { hash, sealed, state, ...rest } = intent
  expect([hash, sealed]).toEqual([expect.any(String), expect.any(String)])
  expect(openState(service, log(), state)).toStrictEqual(
    service.fingerprints.masked(subject.provider.mapping, aim().base),
  )
  expect(rest).toStrictEqual({
    kind: 'intent',
    resource: log(),
    seq: 3,
    previous: before.hash,
    at: 77,
    operationId: 'operation',
    requestId,
    actor,
    deadline,
    baseTag: 'tag',
    changes: [],
    erasable: true,
  })
  const { base, next } = aim()
  expect(await openSealed(service, intent)).toEqual({ base, next })
})

it('keeps its key, the revision of a rollback, and what else it is than a change', async () => {
  const key = { log: 'the log of a key', fingerprint: 'f' }
  const removal = { ...aim(), next: null, action: 'remove' as const, rollbackTo: 7 }
  const intent = await intentAfter(bench.service, { ...request(), key }, undefined, removal)
  expect(intent).toMatchObject({ seq: 1, previous: '', key: key.log, rollbackTo: 7 })
  expect(intent.action).toBe('remove')
  expect(await openSealed(bench.service, intent)).toEqual({ base: aim().base, next: null })
  expect(await intentAfter(bench.service, request(), undefined, aim())).not.toHaveProperty(
    'rollbackTo',
  )
})

it('keeps what else a change is about: its job, its source, its secrets, and what it makes of the client', async () => {
  const job = { id: 'job', submittedBy: request().actor }
  const rotation = { value: 'a new secret', before: ['one'] }
  const becomes = { suspended: { since: 1, operations: ['one'] } }
  const more = { copiedFrom: 'source', becomes, secretId: 'one', keyId: 'two', removeAt: 9 }
  const told = { ...aim(), ...more, rotation, job }
  const intent = await intentAfter(bench.service, request(), undefined, told)
  expect(intent).toMatchObject({ job, ...more })
  const { base, next } = aim()
  expect(await openSealed(bench.service, intent)).toEqual({ base, next, rotation })
})

it('keeps what is no setting only of a client that goes', async () => {
  const { provider } = request()
  const mapping = { ...provider.mapping, hiddenKeys: ['client_uri'] }
  const hiding = { ...request(), provider: { ...provider, mapping } }
  const change = await intentAfter(bench.service, hiding, undefined, aim())
  const { client_uri: shown, ...base } = aim().base
  expect(shown).toBeDefined()
  expect(await openSealed(bench.service, change)).toEqual({
    base,
    next: { ...base, client_name: 'New' },
  })
  const removal = await intentAfter(bench.service, hiding, undefined, { ...aim(), next: null })
  expect(await openSealed(bench.service, removal)).toEqual({ base: aim().base, next: null })
})

it('keeps by how much the clock of its store is ahead, where it is', async () => {
  const at = (aheadMs: number) => {
    const store = { ...bench.service.store, aheadMs: () => aheadMs }
    return intentAfter({ ...bench.service, store }, request(), undefined, aim())
  }
  expect(await at(40)).toMatchObject({ aheadMs: 40 })
  expect(await at(0)).not.toHaveProperty('aheadMs')
})

it('is sealed to last where a suspension is to give back what it has taken, and else as the history', async () => {
  const [lasting, history] = [createSeal(randomBytes(32)), createSeal(randomBytes(32))]
  const service = { ...bench.service, seal: lasting, historySeal: history }
  const sealedBy = async (becomes?: Standing) => {
    const intent = await intentAfter(service, request(), undefined, { ...aim(), becomes })
    const opens = async (seal: Seal) =>
      (await openSealed({ ...bench.service, seal }, intent)) !== undefined
    return [await opens(lasting), await opens(history)]
  }
  const suspended = (...operations: readonly string[]) => ({ suspended: { since: 1, operations } })
  expect(await sealedBy(suspended('other', 'operation'))).toEqual([true, false])
  expect(await sealedBy(suspended('other'))).toEqual([false, true])
  expect(await sealedBy({ protected: true })).toEqual([false, true])
  expect(await sealedBy()).toEqual([false, true])
})

it('is opened in its own place only', async () => {
  const intent = await intentAfter(bench.service, request(), undefined, aim())
  expect(await openSealed(bench.service, intent)).toBeDefined()
  for (const moved of [{ resource: 'another' }, { seq: 2 }, { operationId: 'another' }]) {
    expect(await openSealed(bench.service, { ...intent, ...moved })).toBeUndefined()
  }
  const places = [sealedPlace('a', 1, 'b'), sealedPlace('a,1', 1, 'b'), sealedPlace('a', 11, 'b')]
  expect(new Set(places).size).toBe(3)
})

it('seals long records by what is new, and opens them all the same', async () => {
  const list = Array.from({ length: 50 }, () => `https://${randomBytes(100).toString('hex')}`)
  const { service } = bench
  const patched = (index: number) => {
    const base = { ...subject.stored(), callbacks: list.slice(index) }
    return {
      operationId: `operation ${index}`,
      base,
      baseTag: 'tag',
      next: { ...base, index },
      changes: [],
    }
  }
  const intents: Intent[] = []
  for (let index = 0; index < 5; index += 1) {
    const before = await service.store.last(log())
    const intent = await intentAfter(service, request(), before, patched(index))
    const closing = following(intent, {
      ...CLOSING,
      resource: log(),
      operationId: intent.operationId,
    })
    for (const entry of [intent, closing]) expect(await service.store.append(entry)).toBe(true)
    intents.push(intent)
  }
  expect(intents.map(({ sealedDelta }) => sealedDelta)).toEqual([
    {},
    ...intents.slice(1).map(() => ({ from: 1 })),
  ])
  // 10 KB each, twice.
  const [first = 0, ...others] = intents.map(({ sealed }) => sealed.length)
  expect(first).toBeLessThan(20_000)
  for (const length of others) expect(length).toBeLessThan(1_000)
  const other = await bench.another()
  for (const [index, intent] of intents.entries()) {
    const { base, next } = patched(index)
    expect(await openSealed(other.service, intent)).toEqual({ base, next })
    expect(await openSealed(other.service, { ...intent, seq: intent.seq + 2 })).toBeUndefined()
  }
  const lost = await bench.another({ key: randomBytes(32) })
  for (const intent of intents) expect(await openSealed(lost.service, intent)).toBeUndefined()
})

const CLOSING = {
  kind: 'outcome' as const,
  at: 1,
  actor: { subject: 'tester', issuer: 'https://issuer.example' },
  outcome: 'applied' as const,
  surprises: [],
  settledBy: 'request' as const,
}
