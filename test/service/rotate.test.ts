/** Rotating and retiring secrets by the same promise as changing a client, on every provider. */

import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import type { CognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { FaultKind } from '../../src/emulators/faults.ts'
import type { OktaEmulator } from '../../src/emulators/okta/index.ts'
import { liveSecrets } from '../../src/providers/local/live-secrets.ts'
import { newSecretValue } from '../../src/providers/secrets.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { type RetirementRequest, retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import type { RotationRequest } from '../../src/service/secrets/rotation.ts'
import { REPLAY_MS } from '../../src/service/secrets/rotation-replay.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { LIVES } from '../contract/lives.ts'
import { type Bench, callInTime, requestFor } from '../contract/service.ts'
import { SUBJECTS, type Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { dyingAt, settled } from './dying.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const LOST: readonly FaultKind[] = ['reset_after_apply', 'cut_answer', 'garbage_answer']

/** Where the provider makes the values, in a suite of its own (test/providers). */
const CHOSEN = SUBJECTS.filter(({ name }) => !LIVES[name]?.makesSecrets)

describe.each(CHOSEN)('$name', (kind) => {
  const overlaps = !(LIVES[kind.name]?.oneSecret || LIVES[kind.name]?.noSecond)
  const { addSecret, removeSecret } = LIVES[kind.name]?.writes ?? {}
  let subject: Subject
  let bench: Bench

  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })

  /** One more instance on the same store. */
  const another = async () => (await bench.another()).service

  const key = (name: string) => keyOf(bench.service.fingerprints, ACTOR, name, [name])
  const request = () => {
    const { patch: _, ...rest } = requestFor(bench.service, subject.ref, {})
    return rest
  }
  const rotate = (options: Partial<RotationRequest> = {}, service = bench.service) =>
    rotateSecret(service, { ...request(), cutOver: !overlaps, ...options })
  const retire = (
    secretId: string,
    options: Partial<RetirementRequest> = {},
    service = bench.service,
  ) => retireSecret(service, { ...request(), secretId, ...options } as RetirementRequest)
  const call = () => callInTime(randomUUID())
  const list = async () => {
    const native = await subject.provider.read(subject.ref, call())
    return (await subject.provider.secrets?.list(subject.ref, native, call())) ?? []
  }
  /** Values that are accepted, no matter who asks. */
  const accepted = (): readonly string[] => {
    const { emulator } = subject
    if (kind.name === 'okta') {
      const all = (emulator as OktaEmulator).secrets(subject.ref.id)
      return all.filter(({ status }) => status === 'ACTIVE').map((one) => one.client_secret)
    }
    if (emulator !== undefined && 'secrets' in emulator) {
      return (emulator as CognitoEmulator).secrets(POOL_ID, subject.ref.id)
    }
    if (overlaps) return liveSecrets(subject.stored()).map(({ value }) => value)
    const { client_secret: held, secret = held } = subject.stored()
    return [String(secret)]
  }
  const outcomes = async () =>
    (await readHistory(bench.service, subject.ref, { limit: 20 })).items.map(
      ({ action, outcome }) => [action, outcome],
    )
  const openIntents = () => bench.service.store.openIntents()

  it('returns a secret that is accepted, with the one before it where both can be', async () => {
    const before = accepted()
    const { outcome, secret: made, previous, warnings } = await rotate()
    expect(outcome).toBe('applied')
    expect(warnings).toEqual([])
    const value = made?.value?.reveal() ?? ''
    expect(accepted()).toEqual(overlaps ? [...before, value] : [value])
    expect(previous).toHaveLength(overlaps ? 1 : 0)
    expect(made?.id).toBe((await list()).at(-1)?.id)
    expect(await outcomes()).toEqual([['rotate', 'applied']])
  })

  it('makes one secret of two rotations at once, or two one after the other', async () => {
    const service = await another()
    const results = await Promise.allSettled([rotate(), rotate({}, service)])
    const made = results.filter(({ status }) => status === 'fulfilled')
    expect(made).toHaveLength(overlaps ? 1 : 2)
    expect(accepted()).toHaveLength(overlaps ? 2 : 1)
    for (const one of results) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'rule_violated' })
    }
    expect(await openIntents()).toEqual([])
  })

  it.each<CrashPoint>([
    'change planned',
    'intent recorded',
    'step sent',
    'state known',
    'outcome recorded',
  ])('with a key is done once and answered when the process dies after "%s"', async (point) => {
    const service = await another()
    await dyingAt(service, point, (dying) => rotate({ key: key('one') }, dying))
    await settled(bench.service)
    const { outcome, secret: made } = await rotate({ key: key('one') })
    expect(outcome).toBe('applied')
    const value = made?.value?.reveal() ?? ''
    expect(accepted()).toHaveLength(overlaps ? 2 : 1)
    expect(accepted().at(-1)).toBe(value)
    expect(await openIntents()).toEqual([])
  })

  it('is returned again for an hour, as long as it is live', async () => {
    const first = await rotate({ key: key('one') })
    const again = await rotate({ key: key('one') }, await another())
    expect(again).toMatchObject({ replayed: true, operationId: first.operationId })
    expect(again.secret?.value?.reveal()).toBe(first.secret?.value?.reveal())
    expect(again.previous).toEqual(first.previous)
    const at = (milliseconds: number): Service => ({
      ...bench.service,
      now: () => Date.now() + milliseconds,
    })
    const soon = { key: key('one'), deadline: Date.now() + 2 * REPLAY_MS }
    const within = await rotate(soon, at(REPLAY_MS - 60_000))
    expect(within.secret?.value?.reveal()).toBe(first.secret?.value?.reveal())
    const late = await rotate(soon, at(REPLAY_MS + 1_000))
    expect(late.outcome).toBe('applied')
    expect(late.secret?.value).toBeUndefined()
    if (overlaps) await retire(String(first.secret?.id))
    else await bench.change(subject.ref, { secret: newSecretValue() })
    const ended = await rotate({ key: key('one') })
    expect(ended).toMatchObject({ outcome: 'applied', replayed: true })
    expect(ended.secret?.value).toBeUndefined()
  })

  it('is no change that a rollback undoes', async () => {
    await bench.change(subject.ref, { name: 'Changed' })
    await rotate()
    const before = accepted()
    const to = { kind: 'rollback' as const, to: 0, allowPartial: false }
    const result = await bench.change(subject.ref, {}, { patch: to })
    expect(result.changes.map(({ field }) => field)).toEqual(['name'])
    expect(accepted()).toEqual(before)
  })

  it('sends nothing in a dry run, nor when the client has changed since', async () => {
    const before = accepted()
    const planned = await rotate({ dryRun: true })
    expect(planned.outcome).toBe('planned')
    expect(planned.secret).toBeUndefined()
    expect(planned.steps).toHaveLength(1)
    await bench.change(subject.ref, { name: 'Changed' })
    const late = rotate({ ifMatch: [planned.tag] })
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed' })
    expect(accepted()).toEqual(before)
    expect(await outcomes()).toEqual([[undefined, 'applied']])
  })

  it('is refused the wrong way of two, and at a provider that has none', async () => {
    const wrong = rotate({ cutOver: overlaps })
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_field', field: 'cutOver' })
    const { secrets: _, ...provider } = subject.provider
    const code = 'unsupported_operation'
    await expect(rotate({ provider })).rejects.toMatchObject({ code })
    await expect(retire('any', { provider })).rejects.toMatchObject({ code })
    expect(await outcomes()).toEqual([])
  })

  it('is settled as a conflict when its record was sealed with a key that is gone', async () => {
    const service = await another()
    await dyingAt(service, 'step sent', (dying) => rotate({}, dying))
    const other = await bench.another({ key: Buffer.alloc(32, 6) })
    await settled(other.service)
    expect(await outcomes()).toEqual([['rotate', 'conflict']])
  })

  if (!kind.inProcess) {
    const write = () => addSecret ?? subject.operations.write

    it.each(LOST)('is found out when its answer is lost by %s', async (fault) => {
      subject.emulator?.inject({ kind: fault, operation: write() })
      const { secret: made } = await rotate()
      expect(accepted().at(-1)).toBe(made?.value?.reveal())
      expect(accepted()).toHaveLength(overlaps ? 2 : 1)
    })

    it('is made in a second attempt when the first one did not arrive', async () => {
      subject.emulator?.inject({ kind: 'error_before_apply', operation: write() })
      const { secret: made } = await rotate()
      expect(accepted().at(-1)).toBe(made?.value?.reveal())
      expect(accepted()).toHaveLength(overlaps ? 2 : 1)
      expect(await outcomes()).toEqual([
        ['rotate', 'applied'],
        ['rotate', 'not_applied'],
      ])
    })
  }

  if (!overlaps) return

  it('does not take for its own what someone else has made since', async () => {
    const service = await another()
    await dyingAt(service, 'intent recorded', (dying) => rotate({}, dying))
    const base = await subject.provider.read(subject.ref, call())
    const step = subject.provider.secrets?.add?.(subject.ref, base, newSecretValue())
    await step?.send(call())
    const now = () => Date.now() + 600_000
    // Cognito shows times and no ends of values: what is newer than the request could be is not ours.
    const { store } = bench.service
    const [intent] = await store.openIntents()
    const skewed = kind.name === 'cognito' ? laterSecrets(subject) : subject.provider
    await sweep({ ...bench.service, providers: new Map([['it', skewed]]), now })
    expect(intent?.action).toBe('rotate')
    expect(await outcomes()).toEqual([['rotate', 'not_applied']])
  })

  describe('a retirement', () => {
    it('ends the one that it names and no other, once for a key', async () => {
      const [old] = await list()
      const { secret: made } = await rotate()
      const result = await retire(String(old?.id), { key: key('end') })
      expect(result).toMatchObject({ outcome: 'applied', warnings: [] })
      expect(result.live).toMatchObject([{ id: made?.id }])
      expect(accepted()).toEqual([made?.value?.reveal()])
      const again = await retire(String(old?.id), { key: key('end') })
      expect(again).toMatchObject({ replayed: true, operationId: result.operationId })
      expect(await outcomes()).toEqual([
        ['retire', 'applied'],
        ['rotate', 'applied'],
      ])
      // What the record shows of the secrets now is what was recorded: no one else has changed it.
      await bench.change(subject.ref, { name: 'Changed' })
      expect((await outcomes())[0]).toEqual([undefined, 'applied'])
    })

    it('is refused for the last one and for one that is not live, in a dry run too', async () => {
      const [only] = await list()
      for (const dryRun of [true, false]) {
        const last = retire(String(only?.id), { dryRun })
        await expect(last).rejects.toMatchObject({ code: 'rule_violated', field: 'secretId' })
        const none = retire('none', { dryRun })
        await expect(none).rejects.toMatchObject({ code: 'not_found', field: 'secretId' })
      }
      expect(await outcomes()).toEqual([])
    })

    it.each<CrashPoint>(['intent recorded', 'step sent', 'outcome recorded'])(
      'is settled when the process dies after "%s"',
      async (point) => {
        const [old] = await list()
        const { secret: made } = await rotate()
        const service = await another()
        await dyingAt(service, point, (dying) => retire(String(old?.id), {}, dying))
        await settled(bench.service)
        const gone = point !== 'intent recorded'
        expect(accepted()).toHaveLength(gone ? 1 : 2)
        expect(accepted().at(-1)).toBe(made?.value?.reveal())
        expect((await outcomes())[0]).toEqual(['retire', gone ? 'applied' : 'not_applied'])
      },
    )

    if (removeSecret !== undefined) {
      it.each([...LOST, 'error_before_apply' as const])('is found out after %s', async (fault) => {
        const [old] = await list()
        const { secret: made } = await rotate()
        subject.emulator?.inject({ kind: fault, operation: removeSecret })
        expect(await retire(String(old?.id))).toMatchObject({ outcome: 'applied' })
        expect(accepted()).toEqual([made?.value?.reveal()])
      })
    }
  })
})

/** The provider with a list whose newest secret was made a day later. */
function laterSecrets({ provider }: Subject): Subject['provider'] {
  const { secrets } = provider
  if (secrets === undefined) throw new TypeError('no secrets')
  const later = new Date(Date.now() + 86_400_000).toISOString()
  return {
    ...provider,
    secrets: {
      ...secrets,
      list: async (...values) => {
        const live = await secrets.list(...values)
        return live.map((one, index) =>
          index === live.length - 1 ? { ...one, createdAt: later } : one,
        )
      },
    },
  }
}
