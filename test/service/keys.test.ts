/** G6: what the log of an idempotency key says, and what an attempt may do after it: step by step. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Key } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { replay } from '../../src/service/change/change-replay.ts'
import { LOST_RACE } from '../../src/service/operation/head.ts'
import {
  claimKey,
  findEarlierUse,
  keyOf,
  MAX_USES,
  onlyOnce,
  recordUnchanged,
} from '../../src/service/operation/idempotency.ts'
import type { Intent, Outcome } from '../../src/store/log/entry.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'
import { dyingAt } from './dying.ts'

const CALLER = { subject: 'tester', issuer: 'https://issuer.example' }
const LOG = '["it",null,"client"]'

let bench: Bench
let key: Key

beforeEach(async () => {
  bench = await openBench(new Map())
  key = keyOf(bench.service.fingerprints, CALLER, 'one', { a: 1, b: 2 })
})
afterEach(() => bench.close())

const claim = (operationId: string, more: object = {}, service: Service = bench.service) =>
  claimKey(service, { key, dryRun: false, deadline: Date.now() + 10_000, ...more }, operationId)
const claimed = async (operationId: string) => {
  const use = await claim(operationId)
  if (typeof use !== 'object' || use.kind !== 'claimed') throw new TypeError('not claimed')
  return use
}
const uses = () => bench.service.store.entries(key.log)
const intent = (seq: number, operationId: string) =>
  bench.service.store.append(intentOf(LOG, seq, { operationId }))
const closing = (seq: number, outcome: Outcome) =>
  bench.service.store.append(closingOf(LOG, seq, { outcome }))

describe('a key', () => {
  it('is one for one caller and one name, and bound to the meaning of a request', () => {
    const { fingerprints } = bench.service
    const of = (caller: typeof CALLER, name: string, request: { a: number; b?: number }) =>
      keyOf(fingerprints, caller, name, request)
    expect(of(CALLER, 'one', { b: 2, a: 1 })).toEqual(key)
    expect(of(CALLER, 'one', { a: 1 })).toMatchObject({ log: key.log })
    expect(of(CALLER, 'one', { a: 1 }).fingerprint).not.toBe(key.fingerprint)
    const other = { ...CALLER, subject: 'another' }
    const logs = [of(CALLER, 'two', { a: 1 }), of(other, 'one', { a: 1 }), key].map(
      ({ log }) => log,
    )
    expect(new Set(logs).size).toBe(3)
    expect(JSON.parse(key.log)).toEqual(['$key', null, expect.stringMatching(/^[\w-]{20,}$/)])
    expect(JSON.stringify(key)).not.toContain('one')
  })

  it('runs one request at a time, and is free after it, however that ends', async () => {
    const { service } = bench
    let end = () => {}
    const running = onlyOnce(service, { key, dryRun: false }, () => {
      return new Promise<void>((resolve) => {
        end = resolve
      })
    })
    const work = async () => 'done'
    await expect(onlyOnce(service, { key, dryRun: false }, work)).rejects.toMatchObject({
      code: 'key_in_use',
      field: 'Idempotency-Key',
      message: expect.stringMatching(/still running\. Nothing was sent/),
      details: { retryAfter: 1 },
    })
    expect(await onlyOnce(service, { key, dryRun: true }, work)).toBe('done')
    expect(await onlyOnce(service, { dryRun: false }, work)).toBe('done')
    end()
    await running
    const failing = () => Promise.reject(new TypeError('failed'))
    await expect(onlyOnce(service, { key, dryRun: false }, failing)).rejects.toThrow('failed')
    expect(await onlyOnce(service, { key, dryRun: false }, work)).toBe('done')
  })
})

describe('an attempt', () => {
  it('takes no key without one, and none in a dry run', async () => {
    expect(await claim('a', { key: undefined })).toBeUndefined()
    expect(await claim('a', { dryRun: true })).toBeUndefined()
    expect(await uses()).toEqual([])
  })

  it('says what it is about to begin, behind those before it', async () => {
    const first = await claimed('a')
    expect(first).toMatchObject({ earlier: [] })
    const { fingerprint } = key
    const use = { kind: 'key_use', resource: key.log, fingerprint, unchanged: false }
    expect(await uses()).toMatchObject([{ ...use, seq: 1, operationId: 'a', previous: '' }])
    expect(await claimed('b')).toMatchObject({ earlier: ['a'] })
    expect((await uses())[1]).toMatchObject({ ...use, operationId: 'b', previous: first.use.hash })
  })

  it('loses to another one that takes its place', async () => {
    const { store } = bench.service
    const taken = { ...bench.service, store: { ...store, append: async () => false } }
    expect(await claim('a', {}, taken)).toBe(LOST_RACE)
  })

  it('is refused while the one before it is still running', async () => {
    await claimed('a')
    await intent(1, 'a')
    await expect(claim('b')).rejects.toMatchObject({ code: 'key_in_use' })
    expect(await uses()).toHaveLength(1)
  })

  it.each<[Outcome, object]>([
    ['applied', { kind: 'used', intent: { operationId: 'a' } }],
    ['not_applied', { kind: 'claimed', earlier: [] }],
  ])('finds one before it that ended as %s', async (outcome, found) => {
    await claimed('a')
    await intent(1, 'a')
    await closing(2, outcome)
    expect(await claim('b')).toMatchObject(found)
  })

  it('ends where one before it ended as a conflict', async () => {
    await claimed('a')
    await intent(1, 'a')
    await closing(2, 'conflict')
    await expect(claim('b')).rejects.toMatchObject({
      code: 'change_unresolved',
      details: { operationId: 'a' },
    })
  })

  it.each<Outcome>(['partly_applied', 'not_applied'])(
    'is reported where the provider has ignored one before it: %s',
    async (outcome) => {
      await claimed('a')
      await intent(1, 'a')
      await bench.service.store.append(closingOf(LOG, 2, { outcome, missed: ['name'] }))
      await expect(claim('b')).rejects.toMatchObject({
        code: outcome,
        field: 'client.name',
        details: { operationId: 'a', fields: ['client.name'], outcome },
      })
      expect(await uses()).toHaveLength(1)
    },
  )

  it('goes back over those that did not come to an intent', async () => {
    await claimed('a')
    await intent(1, 'a')
    await closing(2, 'applied')
    const { fingerprint } = key
    const later = { ...(await uses())[0], operationId: 'b', seq: 2, fingerprint }
    await bench.service.store.append(later as never)
    expect(await claim('c')).toMatchObject({ kind: 'used', intent: { operationId: 'a' } })
  })

  it('refuses another request with the same key', async () => {
    await claimed('a')
    const other = { ...key, fingerprint: 'another' }
    await expect(claim('b', { key: other })).rejects.toMatchObject({
      code: 'key_reused',
      field: 'Idempotency-Key',
      message: expect.stringMatching(
        /was used for another request\. A new request needs a new key/,
      ),
    })
  })
})

it('a key is worn out after 500 attempts that came to nothing', async () => {
  const { store } = bench.service
  const [{ seq: _, ...use }] = [(await claimed('a')).use]
  const entries: typeof store.entries = async () =>
    Array.from({ length: MAX_USES }, (_, index) => ({ ...use, seq: index + 1 }))
  const worn = { ...bench.service, store: { ...store, entries } }
  await expect(claim('b', {}, worn)).rejects.toMatchObject({
    code: 'key_reused',
    field: 'Idempotency-Key',
    message:
      'This Idempotency-Key was tried 500 times without an effect. Send the request with a new key.',
  })
  expect(await uses()).toHaveLength(1)
})

describe('an attempt that changed nothing', () => {
  it('is recorded, and found from then on', async () => {
    const use = await claimed('a')
    expect(await recordUnchanged(bench.service, use)).toBe(true)
    expect((await uses())[1]).toMatchObject({
      operationId: 'a',
      fingerprint: key.fingerprint,
      unchanged: true,
      previous: use.use.hash,
    })
    expect(await claim('b')).toEqual({ kind: 'used', intent: undefined })
    expect(await uses()).toHaveLength(2)
  })

  it('is recorded as well behind attempts that came to nothing', async () => {
    await claimed('a')
    expect(await recordUnchanged(bench.service, await claimed('b'))).toBe(true)
  })

  it('is not, where another attempt took the key, or is at it', async () => {
    await claimed('a')
    const second = await claimed('b')
    await intent(1, 'a')
    expect(await recordUnchanged(bench.service, second)).toBe(false)
    const alone = { ...second, earlier: [] }
    const behind = { ...alone, use: { ...second.use, seq: 1 } }
    expect(await recordUnchanged(bench.service, behind)).toBe(false)
    expect(await uses()).toHaveLength(2)
    expect(await recordUnchanged(bench.service, alone)).toBe(true)
  })
})

describe('what a key was used for', () => {
  let subject: Subject

  beforeEach(async () => {
    const kind = subjectNamed('local')
    subject = await kind.start()
  })
  afterEach(() => subject.close())

  const used = (more: object = {}, service: Service = bench.service) =>
    findEarlierUse(service, { key, dryRun: false, deadline: Date.now() + 60_000, ...more })
  const serving = (change: Partial<Provider> = {}, now = Date.now): Service => ({
    ...bench.service,
    providers: new Map([['it', { ...subject.provider, ...change }]]),
    now,
  })
  /** A change under the key whose process dies at a point; gives its intent. */
  async function diesAt(point: CrashPoint): Promise<Intent> {
    await dyingAt(serving(), point, (dying) =>
      changeClient(dying, { ...requestFor(dying, subject.ref, { name: 'New' }), key }),
    )
    const [open] = await bench.service.store.openIntents()
    if (open === undefined) throw new TypeError('nothing is open')
    return open
  }

  it('is found without taking it', async () => {
    expect(await used()).toBeUndefined()
    expect(await uses()).toEqual([])
    await claimed('a')
    await intent(1, 'a')
    await closing(2, 'applied')
    expect(await used()).toMatchObject({ kind: 'used', intent: { operationId: 'a' } })
    expect(await used({ dryRun: true })).toBeUndefined()
    expect(await used({ key: undefined })).toBeUndefined()
    expect(await uses()).toHaveLength(1)
  })

  it.each<[CrashPoint, object | undefined]>([
    ['intent recorded', undefined],
    ['step sent', { kind: 'used' }],
  ])(
    'is found out where its request died after "%s", once its time is over',
    async (point, found) => {
      const { deadline } = await diesAt(point)
      const early = used(
        {},
        serving({}, () => deadline - 1),
      )
      await expect(early).rejects.toMatchObject({ code: 'key_in_use' })
      const late = await used(
        { deadline: deadline + 60_000 },
        serving({}, () => deadline),
      )
      if (found === undefined) expect(late).toBeUndefined()
      else expect(late).toMatchObject(found)
    },
  )

  it('stays open where that cannot be found out, and no fault of ours is hidden', async () => {
    const { deadline } = await diesAt('step sent')
    const failing = (error: Error) => {
      const read = () => Promise.reject(error)
      return used(
        { deadline: deadline + 1_000 },
        serving({ read }, () => deadline),
      )
    }
    const refused = new ClientError('provider_refused', 'No.')
    await expect(failing(refused)).rejects.toMatchObject({ code: 'key_in_use' })
    const fault = new TypeError('a fault of ours')
    await expect(failing(fault)).rejects.toBe(fault)
  })
})

describe('a change that leaves the client as it is', () => {
  let subject: Subject
  let service: Service

  beforeEach(async () => {
    const kind = subjectNamed('local')
    subject = await kind.start()
    service = { ...bench.service, providers: new Map([['it', subject.provider]]) }
  })
  afterEach(() => subject.close())

  const unchanged = (more: object = {}, at: Service = service) =>
    changeClient(at, { ...requestFor(service, subject.ref, { name: 'Example' }), ...more })

  it('is answered so, and again under its key although the client is another by then', async () => {
    expect(await unchanged({ key })).not.toHaveProperty('replayed')
    expect(await uses()).toMatchObject([{ unchanged: false }, { unchanged: true }])
    await subject.put({ ...subject.stored(), client_name: 'Another' })
    expect(await unchanged({ key })).toMatchObject({ outcome: 'unchanged', replayed: true })
    expect(subject.stored()).toMatchObject({ client_name: 'Another' })
  })

  it('is answered so without a key, and recorded nowhere', async () => {
    expect(await unchanged()).toMatchObject({ outcome: 'unchanged', changes: [] })
    expect(await uses()).toEqual([])
  })

  it('begins anew where another attempt has taken the key meanwhile', async () => {
    let first = true
    const reached = async (point: CrashPoint) => {
      if (point !== 'base read' || !first) return
      first = false
      await claimed('another')
    }
    const result = await unchanged({ key }, { ...service, reached })
    expect(result).toMatchObject({ outcome: 'unchanged' })
    expect((await uses()).map((use) => 'unchanged' in use && use.unchanged)).toEqual([
      false,
      false,
      false,
      true,
    ])
  })
})

describe('a repetition', () => {
  let subject: Subject

  beforeEach(async () => {
    const kind = subjectNamed('local')
    subject = await kind.start()
  })
  afterEach(() => subject.close())

  it('returns the outcome of the first time and the client as it is now', async () => {
    const service = { ...bench.service, providers: new Map([['it', subject.provider]]) }
    const request = requestFor(service, subject.ref, { name: 'New' })
    const call = callInTime('b')
    const changes = [{ field: 'name', before: 'a', after: 'b' }]
    const first = intentOf(LOG, 1, { operationId: 'a', changes })
    const native = subject.stored()
    const tag = service.fingerprints.ofState(subject.provider.mapping, native)
    const told = { native, tag, warnings: [], steps: [], standing: undefined, replayed: true }
    expect(await replay(service, request, { kind: 'used', intent: first }, call)).toStrictEqual({
      ...told,
      outcome: 'applied',
      changes,
      operationId: 'a',
    })
    expect(await replay(service, request, { kind: 'used', intent: undefined }, call)).toStrictEqual(
      {
        ...told,
        outcome: 'unchanged',
        changes: [],
      },
    )
  })
})
