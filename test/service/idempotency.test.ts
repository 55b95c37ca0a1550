/** G6: idempotency keys: one effect and one outcome for a request, however often and wherever it is sent. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Key } from '../../src/service/base/request.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { keyOf, MAX_USES } from '../../src/service/operation/idempotency.ts'
import { following } from '../../src/store/log/chain.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Store } from '../../src/store/store.ts'
import { type Bench, LOST_ANSWERS, openBench, requestFor } from '../contract/service.ts'
import { callbacksOf, SUBJECTS, type Subject, withCallbacks } from '../contract/subjects.ts'
import { onSubjectWith } from '../fixtures/bench.ts'
import { dyingAt, endingAtFirstPause, later } from './dying.ts'

const CALLER = { subject: 'tester', issuer: 'https://issuer.example' }
const KEY = Buffer.alloc(32, 9)
const NEW = 'https://new.example.com/cb'

describe.each(SUBJECTS)('$name', (kind) => {
  let subject: Subject
  let bench: Bench

  const it = onSubjectWith({ key: KEY, ...LOST_ANSWERS }, kind, (opened) => {
    ;({ subject, bench } = opened)
  })

  /** One more instance on the same store. */
  const another = () => bench.another()

  const key = (name: string, body: JsonObject): Key =>
    keyOf(bench.service.fingerprints, CALLER, name, body)
  const add = { callbacks: { add: [NEW] } }
  const send = (at: Bench, body: JsonObject = add, options = {}) =>
    at.change(subject.ref, body, { key: key('one', body), ...options })
  /** Not begun anew where it fails. */
  const sendOnce = () => {
    const { service, options } = endingAtFirstPause(bench.service)
    const request = { ...requestFor(service, subject.ref, add), ...options }
    return changeClient(service, { ...request, key: key('one', add) })
  }
  const callbacks = () => callbacksOf(kind, subject.stored())
  const writes = () =>
    subject.emulator?.calls.filter(({ operation }) => operation === subject.operations.write)
  const entries = () => bench.service.store.entries(resourceOf(subject.ref))

  it('has its effect once and returns the same outcome again', async () => {
    const first = await send(bench)
    const again = await send(await another())
    expect(again).toMatchObject({
      outcome: 'applied',
      operationId: first.operationId,
      changes: first.changes,
      tag: first.tag,
      replayed: true,
    })
    expect(first.replayed).toBeUndefined()
    expect(await entries()).toHaveLength(2)
    expect(writes()?.length ?? 1).toBe(1)
  })

  it('does nothing again although someone has undone it since, and returns the state as it is', async () => {
    await send(bench)
    await bench.change(subject.ref, { callbacks: { remove: [NEW] } })
    const again = await send(bench, add, { ifMatch: ['of-the-first-time'] })
    expect(again).toMatchObject({ outcome: 'applied', replayed: true })
    expect(callbacks()).not.toContain(NEW)
    expect(callbacksOf(kind, again.native)).not.toContain(NEW)
  })

  it('refuses another request with the same key, for the same or another client', async () => {
    await send(bench)
    const other = { name: 'Other' }
    const reused = expect.objectContaining({ code: 'key_reused', field: 'Idempotency-Key' })
    await expect(bench.change(subject.ref, other, { key: key('one', other) })).rejects.toEqual(
      reused,
    )
    const elsewhere = { ...subject.ref, id: 'another' }
    const attempt = bench.change(elsewhere, add, { key: key('one', { ...add, id: 'another' }) })
    await expect(attempt).rejects.toEqual(reused)
    expect(subject.stored()[kind.description]).not.toBe('Other')
  })

  it('keeps keys of different names apart', async () => {
    await send(bench)
    const second = await bench.change(subject.ref, add, { key: key('two', add) })
    expect(second).toMatchObject({ outcome: 'unchanged' })
    expect(second.replayed).toBeUndefined()
  })

  it('remembers that nothing had to change, and does not change it later', async () => {
    const body = { callbacks: { remove: [NEW] } }
    expect(await send(bench, body)).toMatchObject({ outcome: 'unchanged' })
    await bench.change(subject.ref, add)
    expect(await send(await another(), body)).toMatchObject({
      outcome: 'unchanged',
      replayed: true,
    })
    expect(callbacks()).toContain(NEW)
  })

  it('is not used up by a refusal or a dry run', async () => {
    await send(bench, add, { dryRun: true })
    await expect(send(bench, add, { ifMatch: ['gone'] })).rejects.toMatchObject({
      code: 'precondition_failed',
    })
    expect(await send(bench)).toMatchObject({ outcome: 'applied' })
  })

  it('says that it is still running to a second request in the same process', async () => {
    const attempts = await Promise.allSettled([send(bench), send(bench), send(bench)])
    const codes = attempts.map((one) =>
      one.status === 'fulfilled' ? one.value.outcome : (one.reason as { code: string }).code,
    )
    expect(codes.sort()).toEqual(['applied', 'key_in_use', 'key_in_use'])
    expect(await send(bench)).toMatchObject({ outcome: 'applied', replayed: true })
  })

  it('has its effect once when two instances get it at the same time', async () => {
    const instances = [bench, await another(), await another()]
    const attempts = await Promise.allSettled(instances.map((one) => send(one)))
    for (const one of attempts) {
      if (one.status === 'fulfilled') expect(one.value.outcome).toBe('applied')
      else expect(one.reason).toMatchObject({ code: 'key_in_use', details: { retryAfter: 1 } })
    }
    expect((await entries()).filter((entry) => entry.kind === 'intent')).toHaveLength(1)
    expect(await send(bench)).toMatchObject({ outcome: 'applied', replayed: true })
  })

  it.each<CrashPoint>([
    'head loaded',
    'base read',
    'change planned',
    'intent recorded',
    'step sent',
    'state known',
    'outcome recorded',
  ])('has its effect once when the process dies after "%s" and it is sent again', async (point) => {
    const request = { ...requestFor(bench.service, subject.ref, add), key: key('one', add) }
    await dyingAt((await another()).service, point, (dying) => changeClient(dying, request))
    const past = later(bench.service)
    const again = changeClient(past, { ...request, deadline: request.deadline + 60_000 })
    expect(await again).toMatchObject({ outcome: 'applied' })
    expect(callbacks().filter((url) => url === NEW)).toHaveLength(1)
    const outcomes = (await entries()).flatMap((one) =>
      one.kind === 'outcome' ? [one.outcome] : [],
    )
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1)
    expect(writes()?.length ?? 1).toBe(1)
    expect(await bench.service.store.openIntents()).toEqual([])
  })

  if (!kind.inProcess) {
    it('is free again when the change was not applied', async () => {
      subject.emulator?.inject({ kind: 'error_before_apply', operation: subject.operations.write })
      await expect(sendOnce()).rejects.toMatchObject({
        code: 'provider_unavailable',
        details: { outcome: 'not_applied', operationId: expect.any(String) },
      })
      expect(await send(bench)).toMatchObject({ outcome: 'applied' })
      expect(await send(bench)).toMatchObject({ outcome: 'applied', replayed: true })
    })

    it('ends when someone else has done meanwhile what was not applied', async () => {
      subject.emulator?.inject({ kind: 'error_before_apply', operation: subject.operations.write })
      await expect(sendOnce()).rejects.toThrow()
      await subject.put(withCallbacks(kind, subject.stored(), [...callbacks(), NEW]))
      expect(await send(bench)).toMatchObject({ outcome: 'unchanged' })
      expect(await send(bench)).toMatchObject({ outcome: 'unchanged', replayed: true })
    })
  }
})

describe('the log of a key', () => {
  it('holds neither the key nor the request', async () => {
    const [kind] = SUBJECTS
    const subject = await (kind as (typeof SUBJECTS)[number]).start()
    const bench = await openBench(new Map([['it', subject.provider]]), { key: KEY })
    const body = { secret: 'a-secret-that-nobody-may-read-from-it' }
    const key = keyOf(bench.service.fingerprints, CALLER, 'a-key-that-is-secret', body)
    await bench.change(subject.ref, { name: 'New' }, { key })
    const records: string[] = []
    for await (const { text } of bench.service.store.records()) records.push(text)
    expect(records.length).toBeGreaterThanOrEqual(3)
    expect(records.join()).not.toMatch(/a-key-that-is-secret|a-secret-that-nobody/)
    await bench.close()
    await subject.close()
  })

  it('ends: what is refused again and again asks no more of the store each time', async () => {
    const [kind] = SUBJECTS
    const subject = await (kind as (typeof SUBJECTS)[number]).start()
    const bench = await openBench(new Map([['it', subject.provider]]), { key: KEY })
    const body = { name: 'New' }
    const key = keyOf(bench.service.fingerprints, CALLER, 'one', body)
    const tried = async (used: number) => {
      let last = (await bench.service.store.last(key.log)) ?? undefined
      while ((last?.seq ?? 0) < used) {
        const { fingerprint, log: resource } = key
        const operationId = `attempt ${last?.seq ?? 0}`
        const use = { kind: 'key_use' as const, resource, at: 1, fingerprint, operationId }
        last = following(last, { ...use, unchanged: false })
        await bench.service.store.append(last)
      }
    }
    await tried(MAX_USES - 1)
    // The deadline holds between two looks too.
    let clock = Date.now()
    let looks = 0
    const operation: Store['operation'] = async (id) => {
      looks += 1
      clock += 1_000
      return bench.service.store.operation(id)
    }
    const store = { ...bench.service.store, operation }
    const slow = { ...bench.service, store, now: () => clock }
    const request = { ...requestFor(slow, subject.ref, body), key, deadline: clock + 5_000 }
    await expect(changeClient(slow, request)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(looks).toBe(5)

    const refused = bench.change(subject.ref, body, { key, ifMatch: ['gone'] })
    await expect(refused).rejects.toMatchObject({ code: 'precondition_failed' })
    const worn = expect.objectContaining({
      code: 'key_reused',
      field: 'Idempotency-Key',
      message: expect.stringMatching(/tried 500 times without an effect\. .* with a new key\.$/),
    })
    await expect(bench.change(subject.ref, body, { key })).rejects.toEqual(worn)
    expect((await bench.service.store.last(key.log))?.seq).toBe(MAX_USES)
    expect((await bench.change(subject.ref, body)).outcome).toBe('applied')
    await bench.close()
    await subject.close()
  })
})
