/**
 * G5: learning the outcome of a change by reading back, undoing it, and closing its intent: every state that the
 * client can be found in, on the local provider and a real store.
 */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { openState } from '../../src/service/base/record-storage.ts'
import { sealedPlace } from '../../src/service/base/sealed.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import type { Running } from '../../src/service/operation/running.ts'
import { close, settle } from '../../src/service/operation/settle.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { hashOf } from '../../src/store/log/chain.ts'
import type { Closing, Intent } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Bench } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { closingOf, intentOf } from '../fixtures/entries.ts'
import { findOutcome } from './dying.ts'

let subject: Subject
let bench: Bench
let provider: Provider
let base: JsonObject
let next: JsonObject
let sleeps: number[]
/** What happens during a pause. */
let meanwhile: () => unknown

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  provider = subject.provider
  base = subject.stored()
  next = { ...base, description: 'New', client_name: 'New' }
  sleeps = []
  meanwhile = () => {}
})

const resource = () => resourceOf(subject.ref)
/** A service at time 1000 whose pauses take no time. */
const service = (): Service => ({
  ...bench.service,
  now: () => 1_000,
  sleep: async (milliseconds) => {
    sleeps.push(milliseconds)
    await meanwhile()
  },
})
const openIntent = async (more: Partial<Intent> = {}): Promise<Intent> => {
  const intent = intentOf(resource(), 1, more)
  await bench.service.store.append(intent)
  return intent
}
const running = (intent: Intent, over: Provider = provider): Running => ({
  intent,
  provider: over,
  ref: subject.ref,
  base,
  next,
})
const outcome = async (mayLand: boolean, over?: Provider, deadline = 9_000) => {
  const call = callOf(service(), { operationId: 'operation-1', deadline })
  return findOutcome(service(), running(await openIntent(), over), call, mayLand)
}
const partly = () => ({ ...base, description: 'New' })
const foreign = () => ({ ...base, client_name: 'Foreign' })
const entries = () => bench.service.store.entries(resource())

describe('reading back', () => {
  it('reports at once that all is in force', async () => {
    await subject.put(next)
    expect(await outcome(true)).toEqual({ outcome: 'applied', native: next })
    expect(sleeps).toEqual([])
  })

  it('reports that someone else wrote it, after the time that a request may take', async () => {
    const half = { ...foreign(), description: 'New' }
    for (const found of [foreign(), half]) {
      await subject.put(found)
      expect(await outcome(false)).toEqual({ outcome: 'conflict', native: found })
      expect(sleeps).toEqual([])
      expect(await outcome(true)).toEqual({ outcome: 'conflict', native: found })
      expect(sleeps.splice(0)).toEqual([bench.service.upstreamTimeoutMs])
      expect(subject.stored()).toEqual(found)
    }
  })

  it('reports that nothing is in force, after the time that a request may take', async () => {
    expect(await outcome(false)).toEqual({ outcome: 'not_applied', native: base })
    expect(sleeps).toEqual([])
    expect(await outcome(true)).toEqual({ outcome: 'not_applied', native: base })
    expect(await outcome(true, provider, 1_100)).toMatchObject({ outcome: 'not_applied' })
    expect(sleeps).toEqual([bench.service.upstreamTimeoutMs, 100])
  })

  it.each([
    ['before', () => base],
    ['partly', () => partly()],
    ['foreign', () => foreign()],
  ])('takes what lands meanwhile into account (%s)', async (_, found) => {
    await subject.put(found())
    meanwhile = () => subject.put(next)
    expect(await outcome(true)).toMatchObject({ outcome: 'applied' })
    expect(sleeps).toHaveLength(1)
  })

  it.each([
    ['local', local],
    ['auth0', auth0],
    ['cognito', cognito],
  ])('reports a conflict for a client that is gone (%s)', async (_, mapping) => {
    const read = () => Promise.reject(failure('not_found'))
    const gone: Provider = { ...provider, mapping, read }
    expect(await outcome(true, gone)).toEqual({ outcome: 'conflict', native: undefined })
    expect(sleeps).toEqual([])
  })

  it('reports a conflict for a client that goes meanwhile', async () => {
    let reads = 0
    const going: Provider = {
      ...provider,
      read: async (...asked) => {
        reads += 1
        if (reads > 1) throw failure('not_found')
        return provider.read(...asked)
      },
    }
    expect(await outcome(true, going)).toEqual({ outcome: 'conflict', native: undefined })
  })

  it('fails when the provider cannot be asked', async () => {
    const down: Provider = {
      ...provider,
      read: () => Promise.reject(failure('provider_unavailable')),
    }
    await expect(outcome(true, down)).rejects.toMatchObject({ code: 'provider_unavailable' })
  })
})

describe('undoing what came half-way', () => {
  it('puts back what the change wrote and leaves what others did', async () => {
    await subject.put({ ...partly(), contacts: ['foreign@example.com'] })
    const settled = await outcome(false)
    expect(settled.outcome).toBe('not_applied')
    expect(subject.stored()).toMatchObject({
      client_name: base.client_name,
      description: base.description,
      contacts: ['foreign@example.com'],
    })
    expect(settled.native).toEqual(subject.stored())
  })

  it('touches nothing once someone has closed the intent', async () => {
    await subject.put(partly())
    const intent = await openIntent()
    await bench.service.store.append(closingOf(resource(), 2))
    const call = callOf(service(), { operationId: 'o', deadline: 9_000 })
    const settled = await findOutcome(service(), running(intent), call, false)
    expect(settled).toEqual({ outcome: 'conflict', native: partly() })
    expect(subject.stored()).toEqual(partly())
  })

  it.each<Partial<Intent>>([{ seq: 2 }, { operationId: 'another' }])(
    'touches nothing when another change is open: %j',
    async (other) => {
      await subject.put(partly())
      await openIntent()
      const intent = { ...intentOf(resource(), 1), ...other }
      const call = callOf(service(), { operationId: 'o', deadline: 9_000 })
      const settled = await findOutcome(service(), running(intent), call, false)
      expect(settled).toEqual({ outcome: 'conflict', native: partly() })
    },
  )

  /** A provider whose steps fail. */
  const failing = (code: ErrorCode): Provider => ({
    ...provider,
    steps: (...asked) =>
      provider
        .steps(...asked)
        .map((step) => ({ ...step, send: () => Promise.reject(failure(code)) })),
  })

  it.each(['provider_refused', 'unsupported_field'] as const)(
    'is a conflict where it is answered with %s',
    async (code) => {
      await subject.put(partly())
      expect(await outcome(false, failing(code))).toEqual({ outcome: 'conflict', native: partly() })
    },
  )

  it.each(['provider_unavailable', 'outcome_unknown', 'store_unavailable'] as const)(
    'is left for later where it fails with %s',
    async (code) => {
      await subject.put(partly())
      await expect(outcome(false, failing(code))).rejects.toMatchObject({ code })
    },
  )

  it('is a conflict when someone else writes the same meanwhile', async () => {
    await subject.put(partly())
    const points: CrashPoint[] = []
    const disturbed = {
      ...service(),
      reached: async (point: CrashPoint) => {
        points.push(point)
        if (point === 'undo step sent') await subject.put(foreign())
      },
    }
    const call = callOf(disturbed, { operationId: 'o', deadline: 9_000 })
    const settled = await findOutcome(disturbed, running(await openIntent()), call, false)
    expect(settled).toEqual({ outcome: 'conflict', native: foreign() })
    expect(points).toEqual(['undo begun', 'undo step sent'])
  })
})

describe('closing an intent', () => {
  const print = () => bench.service.fingerprints.ofSecret(String(base.client_secret))

  it('records the state, each secret as its fingerprint, and what is not as planned', async () => {
    const intent = await openIntent()
    const native = { ...next, contacts: ['foreign@example.com'] }
    const closed = await close(
      service(),
      running(intent),
      { outcome: 'applied', native },
      'request',
    )
    expect(closed).toMatchObject({
      appended: true,
      surprises: [{ field: 'contacts', after: ['foreign@example.com'] }],
    })
    const [, entry] = await entries()
    expect(entry).toEqual({
      kind: 'outcome',
      resource: resource(),
      seq: 2,
      at: 1_000,
      previous: intent.hash,
      hash: hashOf(entry as unknown as JsonObject),
      operationId: intent.operationId,
      actor: intent.actor,
      outcome: 'applied',
      surprises: closed.surprises,
      settledBy: 'request',
      tag: bench.service.fingerprints.ofState(provider.mapping, native),
      state: expect.any(Object),
      erasable: true,
    })
    const { state = {} } = entry as Closing
    // An object is sealed, whatever is in it.
    expect(state).not.toHaveProperty('metadata')
    expect(openState(bench.service, resource(), state)).toEqual({
      ...native,
      client_secret: print(),
    })
  })

  it('reports nothing as not planned where nothing was to be', async () => {
    const settled = { outcome: 'not_applied', native: base } as const
    expect(await close(service(), running(await openIntent()), settled, 'request')).toEqual({
      appended: true,
      surprises: [],
      tag: bench.service.fingerprints.ofState(provider.mapping, base),
    })
  })

  it('records no state of a client that is gone', async () => {
    const settled = { outcome: 'conflict', native: undefined } as const
    await close(service(), running(await openIntent()), settled, 'settlement')
    const [, entry] = await entries()
    expect(entry).toMatchObject({ outcome: 'conflict', surprises: [], settledBy: 'settlement' })
    expect(entry).not.toHaveProperty('tag')
    expect(entry).not.toHaveProperty('state')
    expect(entry).not.toHaveProperty('created')
  })

  it('reports that someone was first', async () => {
    const intent = await openIntent()
    await bench.service.store.append(closingOf(resource(), 2))
    const settled = { outcome: 'applied', native: next } as const
    expect(await close(service(), running(intent), settled, 'request')).toMatchObject({
      appended: false,
    })
  })
})

describe('settling and sweeping', () => {
  const sealed = (of: string, seq = 1) => {
    const operationId = `operation-${seq}`
    const place = sealedPlace(of, seq, operationId)
    return {
      operationId,
      sealed: bench.service.seal.close({ base, next }, place),
    }
  }

  it('passes its places in order', async () => {
    const points: CrashPoint[] = []
    const intent = await openIntent(sealed(resource()))
    const noting = { ...service(), reached: async (point: CrashPoint) => void points.push(point) }
    await settle(noting, intent, 9_000)
    expect(points).toEqual(['open intent found', 'outcome found', 'outcome recorded'])
  })

  it('settles an intent from what was sealed, and an intent only once', async () => {
    const intent = await openIntent({ ...sealed(resource()), deadline: 500 })
    await subject.put(partly())
    await settle(service(), intent, 9_000)
    expect(await entries()).toMatchObject([
      { kind: 'intent' },
      { kind: 'outcome', outcome: 'not_applied', settledBy: 'settlement', surprises: [] },
    ])
    // What was sent may still have been on its way.
    expect(sleeps).toEqual([bench.service.upstreamTimeoutMs])
    await subject.put(partly())
    await settle(service(), intent, 9_000)
    expect(subject.stored()).toEqual(partly())
    expect(await entries()).toHaveLength(2)
  })

  it('reports a conflict, and the state found, where the seal cannot be opened', async () => {
    const elsewhere = sealed('another resource')
    await settle(service(), await openIntent(elsewhere), 9_000)
    expect((await entries())[1]).toMatchObject({
      outcome: 'conflict',
      settledBy: 'settlement',
      surprises: [],
      tag: bench.service.fingerprints.ofState(provider.mapping, base),
    })
    expect(subject.stored()).toEqual(base)
  })

  it('leaves an intent alone that is in no log', async () => {
    await settle(service(), intentOf(resource(), 1, sealed(resource())), 9_000)
    expect(await entries()).toEqual([])
  })

  it('is left open where its provider is not configured any more, and says so', async () => {
    const orphan = intentOf(resourceOf({ provider: 'gone', id: 'x' }), 1)
    await bench.service.store.append(orphan)
    await expect(settle(service(), orphan, 9_000)).rejects.toMatchObject({
      code: 'internal',
      message: 'The provider gone is no longer configured.',
    })
  })

  it('keeps in the mirror what was found, as of the time of its outcome', async () => {
    const { mirror } = bench.service.store
    const standing = { protected: true } as const
    const intent = await openIntent({ ...sealed(resource()), standing })
    await subject.put(next)
    await settle(service(), intent, 9_000)
    await bench.service.late.flush()
    expect(await mirror?.find(subject.ref)).toMatchObject({
      tag: bench.service.fingerprints.ofState(provider.mapping, next),
      at: 1_000,
    })
    const gone: Provider = { ...provider, read: () => Promise.reject(failure('not_found')) }
    const lost = intentOf(resource(), 3, { operationId: 'operation-3', sealed: 'x' })
    await bench.service.store.append(lost)
    await settle({ ...service(), providers: new Map([['it', gone]]) }, lost, 9_000)
    await bench.service.late.flush()
    expect(await mirror?.find(subject.ref)).toBeUndefined()
  })

  describe('where the record cannot be read any more', () => {
    const unreadable = () =>
      Promise.reject(new ClientError('provider_unavailable', 'Too much.', { found: { depth: 99 } }))
    const blind = () => new Map([['it', { ...provider, read: unreadable }]])

    it.each([
      ['what it aimed at is known', () => sealed(resource(), 3)],
      ['what it aimed at is not known', () => ({})],
    ])('an intent ends as a conflict for a removal alone, where %s', async (_, more) => {
      const { mirror } = bench.service.store
      await settle(service(), await openIntent(sealed(resource())), 9_000)
      await bench.service.late.flush()
      const known = await mirror?.find(subject.ref)
      expect(known).toBeDefined()
      const intent = intentOf(resource(), 3, more())
      await bench.service.store.append(intent)
      const other = { ...service(), providers: blind() }
      for (const settling of ['waiting', 'sweeping'] as const) {
        await expect(settle(other, intent, 9_000, settling)).rejects.toMatchObject({
          code: 'provider_unavailable',
        })
      }
      await settle(other, intent, 9_000, 'removing')
      expect((await entries()).at(-1)).toMatchObject({ kind: 'outcome', outcome: 'conflict' })
      // What could not be read stays as it was known.
      await bench.service.late.flush()
      expect(await mirror?.find(subject.ref)).toEqual(known)
    })

    it('an intent stays open where reading fails otherwise', async () => {
      const intent = await openIntent(sealed(resource()))
      const read = () => Promise.reject(failure('provider_unavailable'))
      const down = { ...service(), providers: new Map([['it', { ...provider, read }]]) }
      await expect(settle(down, intent, 9_000, 'removing')).rejects.toMatchObject({
        code: 'provider_unavailable',
      })
      expect(await entries()).toHaveLength(1)
    })
  })

  it('sweeps what is overdue, counts it, and goes on after one that fails', async () => {
    const orphan = resourceOf({ provider: 'gone', id: 'x' })
    const early = resourceOf({ provider: 'it', id: 'early' })
    await bench.service.store.append(intentOf(orphan, 1, { deadline: 1_000 }))
    await bench.service.store.append(intentOf(early, 1, { deadline: 1_001 }))
    await openIntent({ ...sealed(resource()), deadline: 1_000 })
    expect(await sweep(service())).toEqual({ settled: 1, left: 1 })
    expect(await entries()).toMatchObject([{ kind: 'intent' }, { outcome: 'not_applied' }])
    const open = await bench.service.store.openIntents()
    expect(open.map((intent) => intent.resource).sort()).toEqual([early, orphan].sort())
  })
})

const failure = (code: ErrorCode) => new ClientError(code, 'It failed.')
