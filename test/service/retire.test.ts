/** Ending secrets: what is answered, recorded and sent, at the edges; with real stores and clients of ours. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Call, Step } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { newSecretValue } from '../../src/providers/secrets.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { type RetirementRequest, retireSecret } from '../../src/service/secrets/retire.ts'
import { endDueSecrets } from '../../src/service/secrets/secret-end.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, callInTime, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { openSubject } from '../fixtures/bench.ts'
import { dyingAt, later } from './dying.ts'
import { overtaken, withoutTurns } from './racing.ts'

const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }
const SOMEBODY = { subject: 'somebody', issuer: 'https://issuer.example' }
const DAY = 86_400_000

let subject: Subject
let bench: Bench
let close: () => Promise<void>
/** The ids of the two secrets that the client has. */
let [old, young]: [string, string] = ['', '']

const start = async (name: string) => {
  ;({ subject, bench, close } = await openSubject(name))
}
afterEach(() => close())

const secrets = () => {
  const { secrets: all } = subject.provider
  if (all?.add === undefined || all.remove === undefined) throw new TypeError('no secrets')
  return { ...all, add: all.add, remove: all.remove }
}
const call = () => callInTime()
const read = () => subject.provider.read(subject.ref, call())
const list = async () => secrets().list(subject.ref, await read(), call())
const ids = async () => (await list()).map(({ id }) => id)
const addSecret = async () =>
  secrets()
    .add(subject.ref, await read(), newSecretValue())
    .send(call())
const endOutside = async (id: string) =>
  secrets()
    .remove(subject.ref, await read(), id)
    .send(call())
const log = () => bench.service.store.entries(resourceOf(subject.ref))
const actions = async () =>
  (await log()).map((one) =>
    one.kind === 'intent' ? one.action : 'outcome' in one ? one.outcome : one.kind,
  )
const standing = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
const key = (name = 'one') => keyOf(bench.service.fingerprints, ACTOR, name, [name])
const request = () => {
  const { patch: _, ...rest } = requestFor(bench.service, subject.ref, {})
  return rest
}
const retire = (
  secretId: string,
  { service = bench.service, ...options }: Partial<RetirementRequest> & { service?: Service } = {},
) => retireSecret(service, { ...request(), secretId, ...options } as RetirementRequest)
/** The instance at a time of its own. */
const at = (now: number): Service => ({ ...bench.service, now: () => now })
const tagOf = async () => bench.service.fingerprints.ofState(subject.provider.mapping, await read())
const protect = () =>
  bench.change(subject.ref, {}, { patch: { kind: 'protection', protected: true } })

describe('a client with two secrets', () => {
  beforeEach(async () => {
    await start('local')
    await addSecret()
    ;[old = '', young = ''] = await ids()
  })

  it('has one left, and the answer is its record then', async () => {
    const { standing: known } = await protect()
    const [, other] = await list()
    const result = await retire(old)
    expect(result).toEqual({
      outcome: 'applied',
      native: await read(),
      tag: await tagOf(),
      standing: known,
      live: [other],
      changes: [],
      warnings: [],
      steps: [expect.objectContaining({ request: expect.objectContaining({ method: 'DELETE' }) })],
      operationId: expect.any(String),
    })
    expect((await log()).slice(-2)).toMatchObject([
      {
        action: 'retire',
        secretId: old,
        changes: [],
        operationId: result.operationId,
        actor: ACTOR,
      },
      { outcome: 'applied', surprises: [], standing: known },
    ])
  })

  it('is answered with its key again as it is now', async () => {
    await protect()
    const { operationId } = await retire(old, { key: key(), afterSeconds: 60 })
    const again = await retire(old, { key: key(), afterSeconds: 60 })
    const retirements = [{ secretId: old, at: expect.any(Number), actor: ACTOR }]
    const [first, second] = await list()
    expect(again).toEqual({
      outcome: 'applied',
      replayed: true,
      native: await read(),
      tag: await tagOf(),
      standing: { protected: true, retirements },
      live: [{ ...first, retiresAt: again.standing?.retirements?.[0]?.at }, second],
      changes: [],
      warnings: [],
      steps: [],
      operationId,
    })
  })

  it('is answered without an operation where the request of the key had nothing to do', async () => {
    await bench.change(subject.ref, { name: 'Example' }, { key: key() })
    const again = await retire(old, { key: key() })
    expect(again).toMatchObject({ outcome: 'applied', replayed: true })
    expect(again).not.toHaveProperty('operationId')
    expect(await ids()).toEqual([old, young])
  })

  it('is planned: what would be sent and be left, and nothing is sent or recorded', async () => {
    const before = await log()
    const planned = await retire(old, { dryRun: true })
    const [, other] = await list()
    expect(planned).toEqual({
      outcome: 'planned',
      native: await read(),
      tag: await tagOf(),
      standing: {},
      live: [other],
      changes: [],
      warnings: [],
      steps: [expect.objectContaining({ request: expect.objectContaining({ method: 'DELETE' }) })],
    })
    const later = await retire(old, { dryRun: true, afterSeconds: 60, service: at(1_000_000) })
    expect(later).toMatchObject({ outcome: 'planned', steps: [] })
    expect(later.live.map(({ retiresAt }) => retiresAt)).toEqual([1_060_000, undefined])
    expect(await log()).toEqual(before)
    expect(await ids()).toEqual([old, young])
  })

  it('loses the one that is named later, and that one only, in the name of who asked', async () => {
    const now = Date.now()
    const result = await retire(old, { afterSeconds: 90, service: at(now) })
    expect(result).toMatchObject({ outcome: 'applied', steps: [] })
    expect(result.live.map(({ retiresAt }) => retiresAt)).toEqual([now + 90_000, undefined])
    const retirements = [{ secretId: old, at: now + 90_000, actor: ACTOR }]
    expect(await standing()).toEqual({ retirements })
    expect(await actions()).toEqual(['retire_later', 'applied'])
    expect(await ids()).toEqual([old, young])
    // The end of the other one is a matter of its own.
    await retire(young, { afterSeconds: 30, actor: SOMEBODY, service: at(now) })
    const both = [...retirements, { secretId: young, at: now + 30_000, actor: SOMEBODY }]
    expect(await standing()).toEqual({ retirements: both })
    await retire(old)
    expect(await standing()).toEqual({ retirements: both.slice(1) })
  })

  it('is refused the end of a secret that it does not have, or of its last one', async () => {
    await expect(retire('none')).rejects.toMatchObject({
      code: 'not_found',
      field: 'secretId',
      message:
        'The client has no such live secret. GET /clients/{clientId}/secrets lists its secrets.',
    })
    await endOutside(old)
    const before = await log()
    for (const options of [{}, { afterSeconds: 60 }, { dryRun: true }]) {
      await expect(retire(young, options)).rejects.toMatchObject({
        code: 'rule_violated',
        field: 'secretId',
        message: 'The last secret of a client cannot be retired. Rotate it first.',
      })
    }
    expect(await log()).toEqual(before)
    expect(await ids()).toEqual([young])
  })

  it('is kept whole where the server signs in with it, unless the request knows or its time has come', async () => {
    const provider: Provider = { ...subject.provider, reliance: () => 'own' }
    await expect(retire(old, { provider })).rejects.toMatchObject({
      code: 'own_client',
      message: expect.stringContaining('cannot be left without one of its secrets unless'),
    })
    expect(await log()).toEqual([])
    await retire(old, { provider, ownClient: true, afterSeconds: 60 })
    const due = at(Date.now() + 61_000)
    const ended = await retire(old, {
      provider,
      whenDue: true,
      service: due,
      deadline: Date.now() + 90_000,
    })
    expect(ended.outcome).toBe('applied')
    expect(await ids()).toEqual([young])
  })

  it('is let be where nothing is due, and nothing is recorded', async () => {
    const none = await retire(old, { whenDue: true })
    expect(none).toEqual({
      outcome: 'unchanged',
      native: await read(),
      tag: await tagOf(),
      standing: {},
      live: await list(),
      changes: [],
      warnings: [],
      steps: [],
    })
    expect(await log()).toEqual([])
    await protect()
    expect(await retire(old, { whenDue: true })).toMatchObject({ outcome: 'unchanged' })
    await retire(old, { afterSeconds: 60 })
    const known = await standing()
    const before = await log()
    const end = known?.retirements?.[0]?.at ?? 0
    // Of another one nothing is due, and of this one not yet.
    const deadline = end + 10_000
    const options = { whenDue: true, deadline, service: at(end - 1) } as const
    const [first, second] = await list()
    expect(await retire(young, options)).toMatchObject({ outcome: 'unchanged', standing: known })
    expect(await retire(old, options)).toMatchObject({
      outcome: 'unchanged',
      standing: known,
      live: [{ ...first, retiresAt: end }, second],
    })
    expect(await log()).toEqual(before)
    const due = await retire(old, { ...options, service: at(end) })
    expect(due).toMatchObject({ outcome: 'applied', standing: { protected: true } })
    expect(await ids()).toEqual([young])
  })

  it('keeps the one that would be its last when its time has come, and reports that', async () => {
    await retire(old, { afterSeconds: 60 })
    await endOutside(young)
    const now = Date.now() + 61_000
    const options = { whenDue: true, deadline: now + 10_000, service: at(now) } as const
    const result = await retire(old, options)
    expect(result).toMatchObject({ outcome: 'applied', steps: [], standing: {} })
    expect(result.live.map(({ id, retiresAt }) => [id, retiresAt])).toEqual([[old, undefined]])
    expect((await actions()).slice(-2)).toEqual(['retain', 'applied'])
    expect(await ids()).toEqual([old])
  })

  it('forgets the end of one that is gone when its time has come, and sends nothing', async () => {
    await retire(old, { afterSeconds: 60 })
    await endOutside(old)
    const now = Date.now() + 61_000
    const options = { whenDue: true, deadline: now + 10_000, service: at(now) } as const
    expect(await retire(old, options)).toMatchObject({ outcome: 'applied', steps: [] })
    expect((await actions()).slice(-2)).toEqual(['retire', 'applied'])
    expect(await ids()).toEqual([young])
    expect(await standing()).toBe(undefined)
  })

  it('goes before calls that only ask, once its intent is durable', async () => {
    const calls: Call[] = []
    const { remove, ...rest } = secrets()
    const watched: Provider = {
      ...subject.provider,
      secrets: {
        ...rest,
        remove: (...values) => {
          const step = remove(...values)
          return {
            ...step,
            send: (one) => {
              calls.push(one)
              return step.send(one)
            },
          }
        },
      },
    }
    const { operationId } = await retire(old, { provider: watched })
    expect(calls).toMatchObject([{ operationId, urgent: true }])
  })

  it('is disabled before it ends where its provider deletes no live one', async () => {
    const sent: string[] = []
    const { remove, ...rest } = secrets()
    const step = (name: string, id: string): Step => ({
      request: { method: 'POST', target: `/${name}/${id}`, body: {} },
      send: async () => {
        sent.push(name)
        return undefined
      },
    })
    const provider: Provider = {
      ...subject.provider,
      secrets: {
        ...rest,
        disable: (_, __, id) => step('disable', id),
        remove: (ref, base, id) => {
          const ending = remove(ref, base, id)
          const send: Step['send'] = async (one) => {
            await step('remove', id).send(one)
            return ending.send(one)
          }
          return { ...ending, send }
        },
      },
    }
    const { steps } = await retire(old, { provider })
    expect(sent).toEqual(['disable', 'remove'])
    expect(steps.map(({ request: { method, target } }) => [method, target])).toEqual([
      ['POST', `/disable/${old}`],
      ['DELETE', expect.stringContaining(old)],
    ])
    sent.splice(0)
    expect(await retire(young, { provider, afterSeconds: 60 }).catch(() => [])).toEqual([])
    expect(sent).toEqual([])
    expect(await ids()).toEqual([young])
  })

  it.each<CrashPoint>(['change planned', 'intent recorded'])(
    'can be ended again after a crash at "%s"',
    async (point) => {
      const dead = new Error('crash')
      const points: CrashPoint[] = []
      const reached = async (one: CrashPoint) => {
        points.push(one)
        if (one === point) throw dead
      }
      const dying = { ...bench.service, reached }
      await expect(retire(old, { service: dying })).rejects.toBe(dead)
      expect(points).toContain(point)
      expect(await ids()).toEqual([old, young])
      expect(await log()).toHaveLength(point === 'change planned' ? 0 : 1)
    },
  )

  it('begins again where another instance was first', async () => {
    const elsewhere = withoutTurns(bench.service)
    const other = () => retire(young, { service: elsewhere, afterSeconds: 60 })
    const service = overtaken(bench.service, 'intent', other)
    expect(await retire(old, { service })).toMatchObject({ outcome: 'applied' })
    expect(await actions()).toEqual(['retire_later', 'applied', 'retire', 'applied'])
    const taken = overtaken(bench.service, 'intent', () =>
      bench.change(subject.ref, { name: 'Other' }),
    )
    await addSecret()
    await retire(young, { service: { ...taken, turns: elsewhere.turns } })
    expect((await actions()).slice(-2)).toEqual(['retire', 'applied'])
    expect(await ids()).not.toContain(young)
  })

  it("begins again where another instance has reported someone else's change or taken the key", async () => {
    const elsewhere = withoutTurns(bench.service)
    const rename = () => subject.put({ ...subject.stored(), client_name: 'Theirs' })
    await protect()
    await rename()
    const other = () => retire(young, { service: elsewhere, afterSeconds: 60 })
    const outside = overtaken(bench.service, 'outside_change', other)
    await retire(old, { service: outside, afterSeconds: 60 })
    expect((await actions()).slice(2)).toEqual([
      'outside_change',
      ...['retire_later', 'applied', 'retire_later', 'applied'],
    ])
    const same = () => retire(old, { service: elsewhere, key: key() })
    const keyed = overtaken(bench.service, 'key_use', same)
    expect(await retire(old, { service: keyed, key: key() })).toMatchObject({ replayed: true })
    expect((await actions()).slice(-2)).toEqual(['retire', 'applied'])
  })

  it('loses none before its own time, whatever ends sooner', async () => {
    await retire(old, { afterSeconds: 60 })
    await retire(young, { afterSeconds: 7_200 })
    const now = Date.now() + 61_000
    const options = { whenDue: true, deadline: now + 10_000, service: at(now) } as const
    expect(await retire(young, options)).toMatchObject({ outcome: 'unchanged' })
    expect(await ids()).toEqual([old, young])
  })

  it('is not ended while the same request runs', async () => {
    const results = await Promise.allSettled([
      retire(old, { key: key() }),
      retire(old, { key: key() }),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('is settled before another of its secrets ends', async () => {
    await dyingAt(withoutTurns(bench.service), 'step sent', (dying) =>
      retire(old, { service: dying }),
    )
    const options = { service: later(bench.service), deadline: Date.now() + 70_000 }
    await expect(retire(young, options)).rejects.toMatchObject({ code: 'rule_violated' })
    expect(await actions()).toEqual(['retire', 'applied'])
  })

  describe('whose ends are due', () => {
    const due = async (now: number, service: Partial<Service> = {}) => ({
      service: { ...at(now), ...service },
      due: {
        ref: subject.ref,
        provider: subject.provider,
        standing: (await standing()) ?? {},
        deadline: now + 10_000,
      },
    })

    it('loses each at its very time, in a turn of its own', async () => {
      await retire(old, { afterSeconds: 60, actor: SOMEBODY })
      const end = (await standing())?.retirements?.[0]?.at ?? 0
      const early = await due(end - 1)
      await endDueSecrets(early.service, early.due)
      expect(await ids()).toEqual([old, young])
      const callers: string[] = []
      const { turns } = bench.service
      const now = await due(end, {
        turns: {
          take: (turn, work) => {
            callers.push(turn.caller)
            return turns.take(turn, work)
          },
        },
      })
      await endDueSecrets(now.service, now.due)
      expect(await ids()).toEqual([young])
      expect(callers).toEqual(['due'])
      expect((await log()).at(-2)).toMatchObject({ action: 'retire', actor: SOMEBODY })
    })

    it('has nothing to lose where leases alone are known of it', async () => {
      const none = await due(Date.now())
      await endDueSecrets(none.service, { ...none.due, standing: {} })
      await endDueSecrets(none.service, { ...none.due, standing: { leases: [] } })
      expect(await log()).toEqual([])
    })

    it('is not forgotten while the provider fails, however late', async () => {
      await retire(old, { afterSeconds: 60 })
      const away = new ClientError('provider_misconfigured', 'Away.')
      const late = await due(Date.now() + 3 * DAY)
      const provider = { ...subject.provider, read: () => Promise.reject(away) }
      await expect(endDueSecrets(late.service, { ...late.due, provider })).rejects.toBe(away)
      expect((await standing())?.retirements).toHaveLength(1)
    })

    it('keeps its last one', async () => {
      await retire(old, { afterSeconds: 60 })
      await endOutside(young)
      const now = await due(Date.now() + 61_000)
      await endDueSecrets(now.service, now.due)
      expect((await actions()).slice(-2)).toEqual(['retain', 'applied'])
      expect(await ids()).toEqual([old])
    })

    it('is forgotten once it has gone, with ends that are still to come', async () => {
      await retire(old, { afterSeconds: 60 })
      await retire(young, { afterSeconds: 5 * 86_400 })
      await subject.provider.removal?.(subject.ref, {}).send(call())
      const late = await due(Date.now() + DAY + 61_000)
      await endDueSecrets(late.service, late.due)
      expect(await standing()).toBe(undefined)
    })

    it('is forgotten a day after it has gone, by a record that says so', async () => {
      await retire(old, { afterSeconds: 60 })
      const end = (await standing())?.retirements?.[0]?.at ?? 0
      await subject.provider.removal?.(subject.ref, {}).send(call())
      const early = await due(end + DAY - 1)
      const attempt = endDueSecrets(early.service, early.due)
      await expect(attempt).rejects.toMatchObject({ code: 'not_found' })
      expect((await standing())?.retirements).toHaveLength(1)
      const late = await due(end + DAY)
      await endDueSecrets(late.service, late.due)
      expect(await standing()).toBe(undefined)
      expect((await log()).at(-2)).toMatchObject({ action: 'retain', actor: ACTOR })
    })
  })
})

it('a client at a provider that keeps one secret keeps it', async () => {
  await start('auth0')
  await expect(retire('current')).rejects.toMatchObject({
    code: 'unsupported_operation',
    message:
      'This provider keeps only one secret for each client; a rotation with cutOver ends it.',
  })
  expect(subject.emulator?.calls).toEqual([])
  expect(await log()).toEqual([])
})

it('a record that someone else changes meanwhile is answered and reported', async () => {
  await start('cognito')
  await addSecret()
  ;[old = '', young = ''] = await ids()
  subject.emulator?.inject({
    kind: 'foreign_write',
    operation: subject.operations.read,
    skip: 1,
    change: { ClientName: 'Theirs' },
  })
  const { native, tag, warnings } = await retire(old)
  expect(native.ClientName).toBe('Theirs')
  expect(tag).toBe(await tagOf())
  expect(warnings.map(({ code, field }) => [code, field])).toEqual([
    ['not_as_planned', 'client.name'],
  ])
})
