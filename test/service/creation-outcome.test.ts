/**
 * What became of a creation or a removal whose answer was lost: every state that it can be found in,
 * on the local provider and a real store.
 */

import { beforeEach, describe, expect, vi } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { asPlanned } from '../../src/core/mapping/making.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Need } from '../../src/core/rights/rights.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Creation } from '../../src/providers/creation.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { createClient } from '../../src/service/life/create.ts'
import type { CreationRequest } from '../../src/service/life/creation.ts'
import { beginLog } from '../../src/service/life/creation-outcome.ts'
import { type RemovalRequest, removeClient } from '../../src/service/life/remove.ts'
import { SETTLEMENTS, type Settlement } from '../../src/service/operation/actions.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import type { Running } from '../../src/service/operation/running.ts'
import { close } from '../../src/service/operation/settle.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import type { Intent } from '../../src/store/log/entry.ts'
import { creationResource, lookResource, resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { ACTOR, creationOf, PATCH, PLACE } from './creations.ts'
import { dyingAt, findOutcome, POINTS_IN_ORDER } from './dying.ts'

const REF = { ...PLACE, id: '+making' }
/** Allowed, and worth a warning. */
const RISKY = { name: 'Portal', callbacks: ['https://203.0.113.7/cb'] }

let subject: Subject
let bench: Bench
let provider: Provider
let creation: Creation
let sleeps: number[]
/** What happens during a pause. */
let meanwhile: () => unknown

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  provider = subject.provider
  if (provider.creation === undefined) throw new TypeError('makes no clients')
  creation = provider.creation
  sleeps = []
  meanwhile = () => {}
})

const service = (): Service => ({
  ...bench.service,
  sleep: async (milliseconds) => {
    sleeps.push(milliseconds)
    await meanwhile()
  },
})
const call = () => callOf(bench.service, { operationId: 'making', deadline: Date.now() + 10_000 })
const next = () => ({
  ...creation.blank('web'),
  client_name: 'Portal',
  redirect_uris: [...PATCH.callbacks],
})
const make = (more: object = {}) => creation.step(PLACE, { ...next(), ...more }).send(call())
const intent = (more: Partial<Intent> = {}) =>
  intentOf(creationResource(PLACE, 'making'), 1, {
    operationId: 'making',
    action: 'create',
    at: Date.now(),
    ...more,
  })
const running = (more: Partial<Running> = {}): Running => ({
  intent: intent(),
  provider,
  ref: REF,
  base: creation.blank('web'),
  next: next(),
  ...more,
})
const outcome = (mayLand: boolean, more?: Partial<Running>) =>
  findOutcome(service(), running(more), call(), mayLand)
const logOf = (native: object | undefined) =>
  resourceOf({ ...PLACE, id: creation.idOf((native ?? {}) as never) })

describe('a creation that was not answered', () => {
  it('is applied where one client is as planned, with all that the provider made up', async () => {
    const made = await make()
    expect(await outcome(true)).toEqual({ outcome: 'applied', native: made })
    expect(sleeps).toEqual([])
  })

  it('is not applied where two looks find none, with the time between that a list may lag', async () => {
    const lagging = { ...provider, creation: { ...creation, listLagMs: 3_000 } }
    const at = Date.now()
    const standing = { ...service(), now: () => at }
    const settled = await findOutcome(standing, running({ provider: lagging }), call(), true)
    expect(settled).toEqual({ outcome: 'not_applied', native: undefined })
    expect(sleeps).toEqual([bench.service.upstreamTimeoutMs + 3_000])
  })

  it('stays open where there is no time for the second look, which a later one makes up for', async () => {
    const lagging = { ...provider, creation: { ...creation, listLagMs: 20_000 } }
    const late = (aheadMs: number) =>
      findOutcome(
        { ...service(), now: () => Date.now() + aheadMs },
        running({ provider: lagging }),
        call(),
        true,
      )
    await expect(late(0)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    await expect(late(8_000)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(await late(20_050 + bench.service.upstreamTimeoutMs)).toMatchObject({
      outcome: 'not_applied',
    })
    expect(sleeps).toEqual([])
  })

  it('is settled by another process with what the first one has seen', async () => {
    const find = vi.fn(creation.find)
    const lagging = { ...provider, creation: { ...creation, find, listLagMs: 30_000 } }
    const lookIn = ({ service: at }: Bench, aheadMs: number) =>
      findOutcome(
        { ...at, now: () => Date.now() + aheadMs },
        running({ provider: lagging, sweeping: true }),
        call(),
        true,
      )
    const other = await bench.another()
    const other2 = await bench.another()
    // Two that look at the same time have one first look.
    const both = await Promise.allSettled([lookIn(bench, 0), lookIn(other, 5_000)])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await bench.service.store.entries(lookResource('making'))).toHaveLength(1)
    await expect(lookIn(other2, 20_000)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    find.mockClear()
    expect(await lookIn(other2, 36_000)).toMatchObject({ outcome: 'not_applied' })
    expect(find).toHaveBeenCalledTimes(1)
  })

  it('is a conflict where another process has seen a client that is not listed any more', async () => {
    const lagging = { ...provider, creation: { ...creation, listLagMs: 30_000 } }
    const lookIn = ({ service: at }: Bench, aheadMs: number) =>
      findOutcome(
        { ...at, now: () => Date.now() + aheadMs },
        running({ provider: lagging, sweeping: true }),
        call(),
        true,
      )
    const native = await make({ client_name: 'Another' })
    await expect(lookIn(bench, 0)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    await provider.removal?.({ ...PLACE, id: creation.idOf(native ?? {}) }, {}).send(call())
    expect(await lookIn(await bench.another(), 36_000)).toMatchObject({
      outcome: 'conflict',
      candidates: [native?.client_id],
    })
  })

  it('stays open where the first look cannot be kept', async () => {
    const { store } = bench.service
    const append = async () => {
      throw new ClientError('store_unavailable', 'No store.')
    }
    const at = { ...service(), store: { ...store, append } }
    await expect(findOutcome(at, running(), call(), true)).rejects.toMatchObject({
      code: 'store_unavailable',
    })
  })

  it('is a conflict at once where more clients could be the one than can be kept', async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => ({
      native: { ...next(), client_name: 'Other', client_id: `c${index}` },
    }))
    const crowded = { ...provider, creation: { ...creation, find: async () => many } }
    const settled = await outcome(true, { provider: crowded })
    expect(settled).toMatchObject({ outcome: 'conflict' })
    expect(settled.candidates).toHaveLength(20)
    expect(sleeps).toEqual([])
  })

  it('is a conflict where a client that was listed at first is not any more', async () => {
    const native = await make({ client_name: 'Another' })
    meanwhile = () =>
      provider.removal?.({ ...PLACE, id: creation.idOf(native ?? {}) }, {}).send(call())
    expect(await outcome(true)).toMatchObject({
      outcome: 'conflict',
      candidates: [native?.client_id],
    })
  })

  it('is applied where it lands meanwhile', async () => {
    meanwhile = () => make()
    expect(await outcome(true)).toMatchObject({ outcome: 'applied' })
  })

  it('is a conflict where two are as planned, which names them', async () => {
    const ids = [await make(), await make()].map((native) => creation.idOf(native ?? {}))
    const settled = await outcome(true)
    expect(settled).toMatchObject({ outcome: 'conflict', native: undefined })
    expect([...(settled.candidates ?? [])].sort()).toEqual(ids.sort())
  })

  it('is a conflict where young clients have other settings, or another name', async () => {
    const made = [
      await make({ token_endpoint_auth_method: 'client_secret_post' }),
      await make({ redirect_uris: ['https://other.example.com/cb'] }),
      await make({ client_name: 'Another' }),
    ]
    const settled = await outcome(false)
    expect(settled).toMatchObject({ outcome: 'conflict', native: undefined })
    const ids = made.map((native) => creation.idOf(native ?? {}))
    expect([...(settled.candidates ?? [])].sort()).toEqual(ids.sort())
  })

  it('is the one that holds what was sent, beside young clients that do not', async () => {
    await make({ client_name: 'Another' })
    const made = await make()
    expect(await outcome(true)).toEqual({ outcome: 'applied', native: made })
  })

  it('names twenty clients at most', async () => {
    for (let count = 0; count < 21; count += 1) await make({ client_name: `Another ${count}` })
    expect((await outcome(true)).candidates).toHaveLength(20)
  })

  it('is none that has a log already, unless it has begun that itself', async () => {
    const [theirs, ours] = [await make(), await make()]
    await bench.service.store.append(outsideChangeOf(logOf(theirs), 1, { at: 1 }))
    expect(await outcome(false)).toEqual({ outcome: 'applied', native: ours })
    const other = running({ intent: intent({ operationId: 'another' }) })
    await beginLog(service(), other, ours)
    expect(await outcome(false)).toMatchObject({ outcome: 'not_applied' })
    expect(await outcome(false, { intent: other.intent })).toMatchObject({ native: ours })
  })

  it('is not the client of another creation, whose answer comes between the two looks', async () => {
    const theirs = await make({ client_name: 'Another' })
    const other = running({ intent: intent({ operationId: 'another' }) })
    meanwhile = () => beginLog(service(), other, theirs)
    expect(await outcome(true)).toEqual({ outcome: 'not_applied', native: undefined })
  })

  it('may be one that someone has found and changed since, and is none that was adopted', async () => {
    const native = await make()
    const change = intentOf(logOf(native), 1, { at: Date.now() })
    await bench.service.store.append(change)
    expect(await outcome(false)).toMatchObject({
      outcome: 'conflict',
      candidates: [native?.client_id],
    })
    const adopted = await make()
    const adoption = intentOf(logOf(adopted), 1, { at: Date.now(), action: 'adopt' })
    await bench.service.store.append(adoption)
    expect(await outcome(false)).toMatchObject({ candidates: [native?.client_id] })
  })

  it('is not older than its intent, by a minute of difference between clocks', async () => {
    const asked: number[] = []
    const find: Creation['find'] = (place, search, at) => {
      asked.push(search.since)
      return creation.find(place, search, at)
    }
    const watching = { ...provider, creation: { ...creation, find } }
    await outcome(false, { provider: watching, intent: intent({ at: 1_000_000 }) })
    expect(asked).toEqual([940_000, 940_000])
  })

  it('is a conflict at a provider that has no way to make one any more, or no list', async () => {
    await make()
    const { creation: _, ...without } = provider
    const unknown = { outcome: 'conflict', native: undefined, candidates: [] }
    expect(await outcome(false, { provider: without })).toEqual(unknown)
    const blind = { ...provider, creation: { ...creation, find: async () => undefined } }
    expect(await outcome(false, { provider: blind })).toEqual(unknown)
    expect(await beginLog(service(), running({ provider: without }), next())).toBeUndefined()
  })
})

describe('a creation whose provider makes it in several calls', () => {
  const completing = (asked: unknown[], whole: object = { client_name: 'Whole' }) => {
    const complete: Creation['complete'] = async (native, { operationId }) => {
      asked.push([native, operationId])
      return { ...native, ...whole }
    }
    return { ...provider, creation: { ...creation, complete } }
  }

  it('is completed where it is found, as long as it is open', async () => {
    const asked: unknown[] = []
    const open = intent()
    const found = () => outcome(true, { provider: completing(asked), intent: open })
    const made = await make()
    expect(await found()).toEqual({ outcome: 'applied', native: made })
    expect(asked).toEqual([])
    await bench.service.store.append(open)
    expect(await found()).toEqual({
      outcome: 'applied',
      native: { ...made, client_name: 'Whole' },
    })
    expect(asked).toEqual([[made, 'making']])
    expect(await outcome(true, { intent: open })).toEqual({ outcome: 'applied', native: made })
  })

  it('is not where it was not made, or it is not known which it is', async () => {
    const asked: unknown[] = []
    const open = intent()
    await bench.service.store.append(open)
    const found = () => outcome(true, { provider: completing(asked), intent: open })
    expect(await found()).toMatchObject({ outcome: 'not_applied' })
    await make()
    await make()
    expect(await found()).toMatchObject({ outcome: 'conflict' })
    expect(asked).toEqual([])
  })
})

describe('closing a creation', () => {
  it('begins the log of a client that is made for a while with its end, and of a copy with its source', async () => {
    const native = (await make()) ?? {}
    const entry = async (more: Partial<Intent>) => {
      await beginLog(service(), running({ intent: intent(more) }), native)
      const [begun] = await bench.service.store.entries(logOf(native))
      return begun
    }
    expect(await entry({ removeAt: 5, copiedFrom: 'source' })).toMatchObject({
      kind: 'created',
      copiedFrom: 'source',
      standing: { removal: { at: 5, actor: ACTOR } },
    })
  })

  it('begins the log of the client and names it, without surprises of the provider’s own', async () => {
    const native = (await make()) ?? {}
    const { appended, surprises } = await close(
      service(),
      running(),
      { outcome: 'applied', native },
      'request',
    )
    expect({ appended, surprises }).toEqual({ appended: true, surprises: [] })
    const log = logOf(native)
    const begun = {
      kind: 'created',
      seq: 1,
      previous: '',
      operationId: 'making',
      requestId: 'request-1',
      actor: ACTOR,
      tag: bench.service.fingerprints.ofState(provider.mapping, native),
      state: bench.service.fingerprints.masked(provider.mapping, native),
    }
    expect(await bench.service.store.entries(log)).toMatchObject([begun])
    const [closing] = await bench.service.store.entries(intent().resource)
    expect(closing).toMatchObject({ kind: 'outcome', created: creation.idOf(native) })
    // Once more, as an instance that was held up would.
    expect(await beginLog(service(), running(), native)).toBe(creation.idOf(native))
    expect(await bench.service.store.entries(log)).toHaveLength(1)
  })

  it('reports what is not as planned', async () => {
    const native = { ...(await make()), client_name: 'Foreign' }
    const closed = await close(service(), running(), { outcome: 'applied', native }, 'request')
    expect(closed.surprises).toMatchObject([{ field: 'name', before: 'Portal', after: 'Foreign' }])
  })

  it.each(['conflict', 'not_applied'] as const)('begins no log as %s', async (result) => {
    const native = await make()
    await close(service(), running(), { outcome: result, native }, 'request')
    expect(await bench.service.store.entries(logOf(native))).toEqual([])
  })

  it('compares what the provider has dropped as missing, and what it made up not at all', () => {
    const planned = { client_name: 'a', response_modes: ['x'], updated_at: 1 }
    const held = { client_name: 'b', client_id: 'made-up', updated_at: 2 }
    const expected = { client_name: 'b', updated_at: 1 }
    expect(asPlanned(provider.mapping, planned, held)).toStrictEqual(expected)
  })
})

describe('making a client', () => {
  const create = (more: Partial<CreationRequest> = {}, at = service()) =>
    createClient(at, { ...creationOf(provider), kind: 'web', ...more })
  const open = () => bench.service.store.openIntents()
  const key = () => keyOf(bench.service.fingerprints, ACTOR, 'one', PATCH)
  const all = async () => {
    const search = { next: next(), since: 0, isKnown: async () => false }
    const found = (await creation.find(PLACE, search, call())) ?? []
    return found.filter(({ native }) => native.client_name === 'Portal')
  }

  it('is planned in a dry run: one step, what changes, and nothing made', async () => {
    const result = await create({ dryRun: true })
    expect(result).toMatchObject({ outcome: 'planned', native: next() })
    expect(result.steps).toHaveLength(1)
    expect(result).not.toHaveProperty('ref')
    expect(await all()).toEqual([])
    expect((await create()).steps).toHaveLength(1)
  })

  it('is answered again for a key, as the provider holds it now', async () => {
    const first = await create({ key: key() })
    const id = String(first.native.client_id)
    await bench.change({ ...PLACE, id }, { name: 'Renamed' })
    const again = await create({ key: key() })
    expect(again).toStrictEqual({
      outcome: 'applied',
      ref: { ...PLACE, id },
      native: again.native,
      tag: bench.service.fingerprints.ofState(provider.mapping, again.native),
      changes: first.changes,
      warnings: [],
      steps: [],
      operationId: first.operationId,
      replayed: true,
    })
    expect(again.native).toMatchObject({ client_id: id, client_name: 'Renamed' })
    expect(await all()).toEqual([])
  })

  it('returns warnings of the plan and of what came of it', async () => {
    const step: Creation['step'] = (place, wanted) => {
      const real = creation.step(place, wanted)
      return { ...real, send: async (at) => ({ ...(await real.send(at)), client_name: 'Foreign' }) }
    }
    const result = await create({
      provider: { ...provider, creation: { ...creation, step } },
    })
    expect(result.warnings).toContainEqual(
      expect.objectContaining({ code: 'not_as_planned', field: 'client.name' }),
    )
    const planned = await create({ patch: parseMergePatch(RISKY), dryRun: true })
    expect(planned.warnings.length).toBeGreaterThan(0)
    expect((await create({ patch: parseMergePatch(RISKY) })).warnings).toEqual(planned.warnings)
  })

  it('begins anew where another instance took the key at the same moment', async () => {
    const { store } = bench.service
    let taken = false
    const append: typeof store.append = async (entry) => {
      if (entry.kind !== 'key_use' || taken) return store.append(entry)
      taken = true
      return false
    }
    const result = await create({ key: key() }, { ...service(), store: { ...store, append } })
    expect(result.outcome).toBe('applied')
    expect(await create({ key: key() })).toMatchObject({ replayed: true })
    expect(await all()).toHaveLength(1)
  })

  /** As an instance that is held up at a point for good. */
  const heldUp = (point: CrashPoint, more: Partial<CreationRequest> = {}) =>
    dyingAt(service(), point, (held) => create(more, held))
  const clock = { aheadMs: 0 }
  const sweepAfter = async (milliseconds: number) => {
    clock.aheadMs += milliseconds
    return sweep({ ...service(), now: () => Date.now() + clock.aheadMs })
  }
  beforeEach(() => {
    clock.aheadMs = 0
  })
  const outcomesOf = async (intents: readonly Intent[]) => {
    const logs = intents.map(({ resource }) => bench.service.store.entries(resource))
    return (await Promise.all(logs)).map(([, closing]) => closing)
  }

  it('is one client of one creation where two of the same settings are open', async () => {
    await heldUp('step sent')
    await heldUp('intent recorded')
    const intents = await open()
    const [made] = await all()
    expect(await sweepAfter(60_000)).toEqual({ settled: 0, left: 2 })
    expect(await sweepAfter(60_000)).toEqual({ settled: 2, left: 0 })
    // Where one is settled before the other is looked for, the other has no rival any more.
    const outcomes = await outcomesOf(intents)
    const id = made?.native.client_id
    const named = outcomes.map((one) => (one?.kind === 'outcome' ? (one.candidates ?? []) : []))
    const applied = outcomes.filter((one) => one?.kind === 'outcome' && one.created === id)
    expect(applied.length).toBeLessThan(2)
    expect(named.filter((ids) => ids.includes(String(id)))).toHaveLength(2 - applied.length)
  })

  it('is looked for by two sweeps, and none of them waits for the list', async () => {
    let searches = 0
    const find: Creation['find'] = (place, search, at) => {
      searches += 1
      return creation.find(place, search, at)
    }
    const lagging = { ...provider, creation: { ...creation, find, listLagMs: 30_000 } }
    bench = { ...bench, service: { ...bench.service, providers: new Map([['it', lagging]]) } }
    await heldUp('intent recorded')
    const intents = await open()
    expect(await sweepAfter(60_000)).toEqual({ settled: 0, left: 1 })
    expect(await sweepAfter(15_000)).toEqual({ settled: 0, left: 1 })
    expect(searches).toBe(1)
    expect(await sweepAfter(20_000)).toEqual({ settled: 1, left: 0 })
    expect(searches).toBe(2)
    expect(sleeps).toEqual([])
    expect(await outcomesOf(intents)).toMatchObject([{ outcome: 'not_applied' }])
  })

  it('is found beside open creations of other settings', async () => {
    await heldUp('step sent')
    await heldUp('intent recorded', { patch: parseMergePatch({ ...PATCH, name: 'Another' }) })
    const intents = await open()
    const [made] = await all()
    await sweepAfter(60_000)
    await sweepAfter(60_000)
    const outcomes = await outcomesOf(intents)
    expect(outcomes.map((one) => one?.kind === 'outcome' && one.created)).toContain(
      made?.native.client_id,
    )
  })

  it('asks whether its fields may be set, before anything is recorded', async () => {
    const asked: (readonly Need[])[] = []
    const authorize = (needs: readonly Need[]) => {
      asked.push(needs)
      throw new TypeError('may not')
    }
    await expect(create({ authorize })).rejects.toThrow('may not')
    expect(asked).toEqual([[]])
    expect(await open()).toEqual([])
  })

  it('gives what was made, its secret once, and what the patch changes', async () => {
    const points: string[] = []
    const reached = async (point: string) => void points.push(point)
    const result = await create({}, { ...service(), reached })
    expect(result.secret?.reveal()).toBe(result.native.client_secret)
    expect(result.ref).toEqual({ ...PLACE, id: result.native.client_id })
    expect(result.changes.map(({ field }) => field).sort()).toEqual(['callbacks', 'name'])
    expect(result.replayed).toBeUndefined()
    expect(points).toEqual(POINTS_IN_ORDER)
    expect(await create({ kind: 'spa' })).not.toHaveProperty('secret')
  })

  it('is refused whole where a rule is broken, or there is no way to make one', async () => {
    const patch = parseMergePatch({ name: 'Portal' })
    await expect(create({ patch })).rejects.toMatchObject({
      code: 'rule_violated',
      field: 'client.callbacks',
      message: expect.stringMatching(/.{10,}/),
    })
    const { creation: _, ...without } = provider
    await expect(create({ provider: without })).rejects.toMatchObject({
      code: 'unsupported_operation',
      message: 'This provider has no way to make a client.',
    })
    expect(await open()).toEqual([])
  })

  it('begins anew under another number where its log is taken', async () => {
    let taken = 0
    const { store } = bench.service
    const append: typeof store.append = async (entry) => {
      if (entry.kind !== 'intent' || taken > 0) return store.append(entry)
      taken += 1
      return false
    }
    const result = await create({}, { ...service(), store: { ...store, append } })
    expect(result.outcome).toBe('applied')
    expect(taken).toBe(1)
  })

  it('makes its calls in the name of the caller, before others once it has begun', async () => {
    const calls: unknown[] = []
    const step: Creation['step'] = (place, wanted) => {
      const real = creation.step(place, wanted)
      return {
        ...real,
        send: (at) => {
          calls.push([at.urgent, at.requestId, at.caller])
          return real.send(at)
        },
      }
    }
    await create({ provider: { ...provider, creation: { ...creation, step } } })
    expect(calls).toEqual([[true, 'request-1', JSON.stringify([ACTOR.issuer, 'tester', null])]])
  })
})

describe('removing a client', () => {
  const remove = (more: Partial<RemovalRequest> = {}, at = service()) => {
    const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
    return removeClient(at, { ...request, ...more })
  }
  const removal = () => ({
    ...running({ intent: intentOf(resourceOf(subject.ref), 1, { action: 'remove' }) }),
    ref: subject.ref,
  })
  const found = (mayLand: boolean) => findOutcome(service(), removal(), call(), mayLand)
  const key = () => keyOf(bench.service.fingerprints, ACTOR, 'one', {})

  it('is not begun where what finds its outcome cannot be loaded, and is tried again by the next', async () => {
    const row: { prepare: Settlement['prepare'] } = SETTLEMENTS.remove
    const { prepare } = row
    row.prepare = () => Promise.reject(new TypeError('no such file'))
    await expect(remove().finally(() => (row.prepare = prepare))).rejects.toThrow('no such file')
    expect(await bench.service.store.last(resourceOf(subject.ref))).toBeUndefined()
    expect(await provider.read(subject.ref, call())).toMatchObject({ client_id: subject.ref.id })
    expect(await remove()).toMatchObject({ outcome: 'applied' })
  })

  it('is answered again for a key, and asks the provider nothing', async () => {
    const first = await remove({ key: key() })
    expect(await remove({ key: key() })).toStrictEqual({
      outcome: 'applied',
      steps: [],
      operationId: first.operationId,
      replayed: true,
    })
    const [intent] = await bench.service.store.entries(resourceOf(subject.ref))
    expect(intent).toMatchObject({ action: 'remove', changes: [] })
  })

  it('begins anew where another instance took the key at the same moment', async () => {
    const { store } = bench.service
    let taken = false
    const append: typeof store.append = async (entry) => {
      if (entry.kind !== 'key_use' || taken) return store.append(entry)
      taken = true
      return false
    }
    await remove({ key: key() }, { ...service(), store: { ...store, append } })
    expect(await remove({ key: key() })).toMatchObject({ replayed: true })
  })

  it('makes its calls in the name of the caller, before others once it has begun', async () => {
    const calls: Call[] = []
    const watching: Provider = {
      ...provider,
      read: (ref, at) => {
        calls.push(at)
        return provider.read(ref, at)
      },
      removal: (ref, base) => {
        const real = provider.removal?.(ref, base)
        if (real === undefined) throw new TypeError('removes no clients')
        return {
          ...real,
          send: (at) => {
            calls.push(at)
            return real.send(at)
          },
        }
      },
    }
    const { operationId } = await remove({ provider: watching, requestId: 'request-1' })
    const caller = JSON.stringify([ACTOR.issuer, 'tester', null])
    const common = { operationId, requestId: 'request-1', caller, deadline: expect.any(Number) }
    expect(calls).toMatchObject([common, { ...common, urgent: true }])
    expect(calls[0]?.urgent).toBeUndefined()
  })
  const gone = async () => {
    await provider.removal?.(subject.ref, subject.stored()).send(call())
  }

  it('passes its places in order, and returns the record before', async () => {
    const points: string[] = []
    const reached = async (point: string) => void points.push(point)
    const before = subject.stored()
    const result = await remove({}, { ...service(), reached })
    expect(result).toMatchObject({
      outcome: 'applied',
      before: {
        native: before,
        tag: bench.service.fingerprints.ofState(provider.mapping, before),
      },
    })
    expect(result.steps).toHaveLength(1)
    expect(points).toEqual(POINTS_IN_ORDER)
    const [, closing] = await bench.service.store.entries(resourceOf(subject.ref))
    expect(closing).not.toHaveProperty('state')
  })

  it('plans one step in a dry run, and records nothing', async () => {
    const result = await remove({ dryRun: true })
    expect(result.outcome).toBe('planned')
    expect(result.steps).toHaveLength(1)
    expect(result).not.toHaveProperty('operationId')
    expect(await bench.service.store.entries(resourceOf(subject.ref))).toEqual([])
  })

  it('is refused where the provider has no way', async () => {
    const { removal: _, ...without } = provider
    await expect(remove({ provider: without })).rejects.toMatchObject({
      code: 'unsupported_operation',
      message: 'This provider has no way to remove a client.',
    })
  })

  it('records what someone else changed before, and begins anew where another was first', async () => {
    await bench.change(subject.ref, { name: 'Ours' })
    await subject.put({ ...subject.stored(), contacts: ['foreign@example.com'] })
    const { store } = bench.service
    const refused: string[] = []
    const append: typeof store.append = async (entry) => {
      if (entry.kind === 'outcome' || refused.includes(entry.kind)) return store.append(entry)
      refused.push(entry.kind)
      return false
    }
    const result = await remove({}, { ...service(), store: { ...store, append } })
    expect(result.outcome).toBe('applied')
    expect(refused).toEqual(['outside_change', 'intent'])
    const kinds = (await store.entries(resourceOf(subject.ref))).map(({ kind }) => kind)
    expect(kinds.slice(2)).toEqual(['outside_change', 'intent', 'outcome'])
  })

  it('is found out by reading back, after the time that a request may take', async () => {
    expect(await found(false)).toEqual({ outcome: 'not_applied', native: subject.stored() })
    expect(sleeps).toEqual([])
    expect(await found(true)).toMatchObject({ outcome: 'not_applied' })
    expect(sleeps).toEqual([bench.service.upstreamTimeoutMs])
    meanwhile = gone
    expect(await found(true)).toEqual({ outcome: 'applied', native: undefined })
    expect(sleeps).toHaveLength(2)
    expect(await found(true)).toEqual({ outcome: 'applied', native: undefined })
    expect(sleeps).toHaveLength(2)
  })

  describe('that its provider takes of a client that is off alone', () => {
    /** A provider for which two settings are changed first. */
    const preparing = (): Provider => ({
      ...provider,
      beforeRemoval: (base) => ({ ...base, disabled: true, description: 'Off' }),
    })
    const base = { ...fullLocalClient }
    const at = async (members: object, by = preparing()) => {
      const open = intentOf(resourceOf(subject.ref), 1, { action: 'remove' })
      await bench.service.store.append(open)
      await subject.put({ ...base, ...members })
      const running = { ...removal(), intent: open, provider: by, base, next: base }
      return findOutcome(service(), running, call(), false)
    }
    const stored = () => {
      const { disabled = false, description, client_name: name } = subject.stored()
      return { disabled, description, name }
    }
    const before = { disabled: false, description: 'An example', name: 'Example' }

    it.each<[string, object]>([
      ['whole', { disabled: true, description: 'Off' }],
      ['in part', { disabled: true }],
    ])('gives back what was changed %s, where the client is still there', async (_, members) => {
      expect(await at(members)).toMatchObject({ outcome: 'not_applied' })
      expect(stored()).toEqual(before)
    })

    it('gives back nothing where nothing was changed, and leaves what others have set', async () => {
      expect(await at({ client_name: 'Theirs' })).toMatchObject({ outcome: 'not_applied' })
      expect(stored()).toEqual({ ...before, name: 'Theirs' })
      expect(await at({ client_name: 'Theirs', disabled: true, description: 'Off' })).toMatchObject(
        {
          outcome: 'not_applied',
        },
      )
      expect(stored()).toEqual({ ...before, name: 'Theirs' })
    })

    it('sends nothing where no setting is changed first', async () => {
      const steps: Provider['steps'] = () => {
        throw new TypeError('nothing is to be sent')
      }
      expect(await at({}, { ...provider, steps })).toMatchObject({ outcome: 'not_applied' })
      expect(await at({}, { ...preparing(), steps })).toMatchObject({ outcome: 'not_applied' })
    })
  })
})
