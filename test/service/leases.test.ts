/** Leases on list values: taken, renewed, ended by their owner or by time, and what belongs to others stays. */

import { beforeEach, describe, expect } from 'vitest'
import { showField } from '../../src/core/mapping/mapping.ts'
import { heldPaths } from '../../src/core/mapping/suspension.ts'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { ChangeRequest, ChangeResult, Lease } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { MAX_LEASES } from '../../src/service/lease/lease-share.ts'
import { readClient } from '../../src/service/reading/read.ts'
import { carryOutDue, type Pauses } from '../../src/service/upkeep/due.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { following } from '../../src/store/log/chain.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, callInTime, requestFor } from '../contract/service.ts'
import { callbacksOf, SUBJECTS, type Subject, withCallbacks } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

const PREVIEW = 'https://pr-7.preview.example/cb'
const OTHER = 'https://pr-8.preview.example/cb'
const HOUR = 3_600

describe.each(SUBJECTS)('$name', (kind) => {
  let subject: Subject
  let bench: Bench
  let before: readonly string[]
  /** Another server on the same store, so many seconds later. */
  const later = (seconds: number): Service => ({
    ...bench.service,
    turns: createTurns(Date.now),
    now: () => Date.now() + seconds * 1_000,
  })

  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })
  beforeEach(() => {
    before = stored()
  })

  const stored = () => callbacksOf(kind, subject.stored())
  const write = (callbacks: readonly string[]) =>
    subject.put(withCallbacks(kind, subject.stored(), callbacks))
  const leases = async () =>
    (await bench.service.store.last(resourceOf(subject.ref)))?.standing?.leases ?? []
  const change = (patch: ChangeRequest['patch'], service = bench.service): Promise<ChangeResult> =>
    changeClient(service, {
      ...requestFor(service, subject.ref, {}),
      patch,
      deadline: service.now() + 10_000,
    })
  const take = (value: string, owner = 'pr-7', seconds = HOUR, service = bench.service) =>
    change({ kind: 'lease', field: 'callbacks', value, owner, seconds }, service)
  const give = (ends: (lease: Lease) => boolean) => change({ kind: 'end_lease', ends })
  const patch = (client: object) => bench.change(subject.ref, client)
  const due = (seconds: number, pauses: Pauses = new Map()) => carryOutDue(later(seconds), pauses)
  const sorted = (list: readonly string[]) => [...list].sort()

  it('adds the value, renews without a call that writes, and takes it away when its owner says so', async () => {
    const taken = await take(PREVIEW)
    expect(taken).toMatchObject({ outcome: 'applied', changes: [{ added: [PREVIEW] }] })
    expect(sorted(stored())).toEqual(sorted([...before, PREVIEW]))
    const renewed = await take(PREVIEW, 'pr-7', 2 * HOUR)
    expect(renewed).toMatchObject({ outcome: 'applied', steps: [], changes: [] })
    const [lease, ...more] = await leases()
    expect(more).toEqual([])
    expect(lease?.expiresAt).toBeGreaterThan(Date.now() + HOUR * 1_500)
    expect(await give(({ owner }) => owner === 'pr-8')).toMatchObject({ outcome: 'unchanged' })
    expect(await give(({ owner }) => owner === 'pr-7')).toMatchObject({ outcome: 'applied' })
    expect(sorted(stored())).toEqual(sorted(before))
    expect(await leases()).toEqual([])
  })

  it('takes values away when their time is over, all of one client at once, and not before', async () => {
    await take(PREVIEW)
    await take(OTHER, 'pr-8', 2 * HOUR)
    expect(await due(HOUR - 60)).toEqual({ done: 0, failed: [], notices: [] })
    expect(await due(HOUR + 60)).toEqual({ done: 1, failed: [], notices: [] })
    expect(sorted(stored())).toEqual(sorted([...before, OTHER]))
    await take(PREVIEW)
    expect(await due(2 * HOUR + 60)).toEqual({ done: 1, failed: [], notices: [] })
    expect(sorted(stored())).toEqual(sorted(before))
    const last = await bench.service.store.entries(resourceOf(subject.ref), {
      newestFirst: true,
      limit: 2,
    })
    expect(last[1]).toMatchObject({ kind: 'intent', action: 'end_lease', changes: [{}] })
  })

  it('takes several values in one change, and none where one is refused', async () => {
    const more = [{ field: 'callbacks' as const, value: OTHER }]
    const taking = {
      kind: 'lease' as const,
      field: 'callbacks' as const,
      value: PREVIEW,
      owner: 'pr-7',
      seconds: HOUR,
    }
    const bad = { field: 'callbacks' as const, value: 'not a URL' }
    await expect(change({ ...taking, more: [bad] })).rejects.toThrow()
    expect(await leases()).toEqual([])
    const [own = ''] = before
    const kept = { field: 'callbacks' as const, value: own }
    const taken = await change({ ...taking, more: [...more, kept] })
    expect(taken.changes).toMatchObject([{ added: [PREVIEW, OTHER] }])
    expect(taken.warnings.map(({ code }) => code)).toContain('value_stays')
    expect(await leases()).toMatchObject([{ value: PREVIEW }, { value: OTHER }, { kept: true }])
    expect(await due(HOUR + 60)).toEqual({ done: 1, failed: [], notices: [] })
    expect(sorted(stored())).toEqual(sorted(before))
  })

  it('never takes away what was there before', async () => {
    const [own = ''] = before
    const taken = await take(own)
    expect(taken).toMatchObject({ outcome: 'applied', steps: [] })
    expect(taken.warnings.map(({ code }) => code)).toContain('value_stays')
    expect(await leases()).toMatchObject([{ value: own, kept: true }])
    await take(own, 'pr-8')
    await give(({ owner }) => owner === 'pr-8')
    expect(await due(HOUR + 60)).toEqual({ done: 1, failed: [], notices: [] })
    expect(sorted(stored())).toEqual(sorted(before))
    expect(await leases()).toEqual([])
  })

  it('keeps a value as long as anyone has a lease on it', async () => {
    await take(PREVIEW, 'pr-7')
    await take(PREVIEW, 'pr-8', 2 * HOUR)
    await give(({ owner }) => owner === 'pr-7')
    expect(stored()).toContain(PREVIEW)
    await due(2 * HOUR + 60)
    expect(sorted(stored())).toEqual(sorted(before))
  })

  it('lets a lease end with its value, where someone else took that away, and puts it back when renewed', async () => {
    await take(PREVIEW)
    await patch({ callbacks: { remove: [PREVIEW] } })
    expect(await leases()).toEqual([])
    await take(PREVIEW)
    await write(before)
    await patch({ name: 'New' })
    expect(await leases()).toEqual([])
    await take(PREVIEW)
    await write(before)
    await take(PREVIEW)
    expect(await leases()).not.toMatchObject([{ kept: true }])
    await due(HOUR + 60)
    expect(sorted(stored())).toEqual(sorted(before))
  })

  it('has a number of leases at most, and renews them all the same', async () => {
    if (kind.name !== 'local') return
    const all = { ...bench.service, leaseShares: { ofList: 1, ofCaller: 1, ofOwner: 1 } }
    const takeAny = (value: string) => take(value, 'pr-7', HOUR, all)
    for (let index = 0; index < MAX_LEASES; index += 1) await takeAny(`${PREVIEW}/${index}`)
    await expect(takeAny(PREVIEW)).rejects.toMatchObject({
      code: 'list_full',
      message: expect.stringContaining(`The client has ${MAX_LEASES} leases`),
    })
    expect(await takeAny(`${PREVIEW}/0`)).toMatchObject({ outcome: 'applied' })
  })

  it('leases of one caller, or of one owner, take a part only, and the rest is for others', async () => {
    const service = {
      ...bench.service,
      leaseShares: { ofList: 0.9, ofCaller: 0.04, ofOwner: 0.02 },
    }
    const takeAs = (caller: string, owner: string, value: string) =>
      changeClient(service, {
        ...requestFor(service, subject.ref, {}),
        actor: { subject: caller, issuer: 'https://issuer.example' },
        patch: { kind: 'lease', field: 'callbacks', value, owner, seconds: HOUR },
      })
    await takeAs('ci', 'pr-1', `${PREVIEW}/1`)
    await takeAs('ci', 'pr-1', `${PREVIEW}/2`)
    await expect(takeAs('ci', 'pr-1', `${PREVIEW}/3`)).rejects.toMatchObject({
      code: 'list_full',
      details: { retryAfter: expect.any(Number) },
      message: expect.stringContaining('The owner "pr-1" has 2 leases'),
    })
    await takeAs('ci', 'pr-2', `${PREVIEW}/3`)
    await takeAs('ci', 'pr-2', `${PREVIEW}/4`)
    await expect(takeAs('ci', 'pr-3', `${PREVIEW}/5`)).rejects.toMatchObject({
      code: 'list_full',
      message: expect.stringContaining('This caller has 4 leases'),
    })
    expect(await takeAs('ci', 'pr-1', `${PREVIEW}/1`)).toMatchObject({ outcome: 'applied' })
    // Names of owners are the callers' own words: what another one calls so is another's.
    expect(await takeAs('other', 'pr-1', `${PREVIEW}/6`)).toMatchObject({ outcome: 'applied' })
  })

  it('leases leave places in a list, which changes by hand fill', async () => {
    const service = { ...bench.service, leaseShares: { ofList: 0.05, ofCaller: 1, ofOwner: 1 } }
    const most =
      { ...{ hydra: 1_000, keycloak: 1_000, local: 1_000, okta: 1_000 }, entra: 256 }[kind.name] ??
      100
    const held = Math.floor(most * 0.05)
    await write([
      ...before,
      ...Array.from({ length: held - before.length - 1 }, (_, at) => `${OTHER}/${at}`),
    ])
    await take(PREVIEW, 'pr-7', HOUR, service)
    await expect(take(OTHER, 'pr-7', HOUR, service)).rejects.toMatchObject({
      code: 'list_full',
      field: 'client.callbacks',
      message: expect.stringContaining(`leases may fill at most ${held} of its ${most} places`),
    })
    const own = Array.from({ length: most - held }, (_, at) => `https://app.example.com/own/${at}`)
    expect(await patch({ callbacks: { add: own } })).toMatchObject({ outcome: 'applied' })
    expect(await take(PREVIEW, 'pr-7', HOUR, service)).toMatchObject({ outcome: 'applied' })
  })

  it('ends on a client that is suspended and protected, which resuming does not undo', async () => {
    await take(PREVIEW)
    const suspend = (suspended: boolean) =>
      change({ kind: 'suspension', suspended, allowPartial: false })
    await suspend(true)
    const holds = heldPaths(subject.provider.mapping).includes('callbacks')
    if (holds) await expect(take(OTHER)).rejects.toMatchObject({ code: 'client_suspended' })
    else await take(OTHER)
    await change({ kind: 'protection', protected: true })
    expect(await due(HOUR + 60)).toEqual({ done: 1, failed: [], notices: [] })
    expect(sorted(stored())).toEqual(holds ? [] : sorted(before))
    await suspend(false)
    expect(sorted(stored())).toEqual(sorted(before))
  })

  it('ends without a call that writes where someone else took the value away', async () => {
    await take(PREVIEW)
    await write([...before, OTHER])
    await due(HOUR + 60)
    expect(sorted(stored())).toEqual(sorted([...before, OTHER]))
    expect(await leases()).toEqual([])
  })

  it('a list sent whole keeps the lease, and a value added by name stays for good', async () => {
    await take(PREVIEW)
    await take(OTHER)
    await patch({ callbacks: [...stored(), 'https://new.example/cb'] })
    expect(await leases()).toHaveLength(2)
    expect(await patch({ callbacks: { add: [OTHER] } })).toMatchObject({ outcome: 'applied' })
    await due(HOUR + 60)
    expect(sorted(stored())).toEqual(sorted([...before, OTHER, 'https://new.example/cb']))
  })

  it('a value that a JSON Patch adds stays for good, and one that it only moves does not', async () => {
    await take(PREVIEW)
    await take(OTHER)
    await change(parseJsonPatch([{ op: 'add', path: '/callbacks/-', value: OTHER }]))
    // A place in the list as callers see it.
    const { native } = await readClient(bench.service, requestFor(bench.service, subject.ref, {}))
    const callbacks = showField(subject.provider.mapping, 'callbacks', native) ?? []
    const path = `/callbacks/${callbacks.indexOf(PREVIEW)}`
    await change(parseJsonPatch([{ op: 'replace', path, value: PREVIEW }]))
    await due(HOUR + 60)
    expect(sorted(stored())).toEqual(sorted([...before, OTHER]))
  })

  it.each([
    ['a list sent whole', (list: readonly string[]) => parseMergePatch({ callbacks: [...list] })],
    [
      'a JSON Patch',
      (list: readonly string[]) =>
        parseJsonPatch([{ op: 'add', path: '/callbacks', value: [...list] }]),
    ],
  ])(
    'a value that was taken away at the provider and is put back by %s stays',
    async (_, asPatch) => {
      await take(PREVIEW)
      await write(before)
      expect(await change(asPatch([...before, PREVIEW]))).toMatchObject({ outcome: 'applied' })
      expect(await leases()).toMatchObject([{ value: PREVIEW, kept: true }])
      await due(HOUR + 60)
      expect(await leases()).toEqual([])
      expect(sorted(stored())).toEqual(sorted([...before, PREVIEW]))
    },
  )

  it('a value whose putting back ended in a conflict stays', async () => {
    await take(PREVIEW)
    await write(before)
    await patch({ callbacks: [...before, PREVIEW], name: 'New' })
    const intent = await bench.service.store.entries(resourceOf(subject.ref), {
      newestFirst: true,
      limit: 2,
    })
    const [, opened] = intent
    if (opened?.kind !== 'intent') throw new TypeError('a change ends with its intent and outcome')
    const body = { resource: opened.resource, outcome: 'conflict' as const }
    expect(following(opened, body).standing?.leases).toMatchObject([{ kept: true }])
  })

  it('undoing a change does not bring back a leased value that it took away', async () => {
    await take(PREVIEW)
    const permanent = 'https://app.example.com/permanent'
    const { operationId = '' } = await patch({ callbacks: [...before, permanent] })
    expect(await leases()).toEqual([])
    await change({ kind: 'undo', operationId, allowPartial: false })
    expect(sorted(stored())).toEqual(sorted(before))
    await due(2 * HOUR)
    expect(sorted(stored())).toEqual(sorted(before))
  })

  it('a rollback neither takes a leased value away nor brings one back', async () => {
    await patch({ name: 'One' })
    const { seq = 0 } = (await bench.service.store.last(resourceOf(subject.ref))) ?? {}
    await take(PREVIEW)
    await take(OTHER)
    await patch({ callbacks: { remove: [OTHER], add: ['https://new.example/cb'] } })
    await change({ kind: 'rollback', to: seq, allowPartial: false })
    expect(sorted(stored())).toEqual(sorted([...before, PREVIEW]))
    await due(HOUR + 60)
    expect(sorted(stored())).toEqual(sorted(before))
  })

  it.each<CrashPoint>(['intent recorded', 'step sent', 'state known'])(
    'a value is leased or not there, after a crash at "%s"',
    async (point) => {
      const dead = new Error('crash')
      const reached = (at: CrashPoint) => (at === point ? Promise.reject(dead) : Promise.resolve())
      await take(PREVIEW, 'pr-7', HOUR, { ...bench.service, reached }).catch(() => undefined)
      await sweep(later(60))
      expect((await leases()).map(({ value }) => value)).toEqual(
        stored().filter((value) => value === PREVIEW),
      )
      await carryOutDue({ ...later(HOUR + 60), reached }, new Map())
      await sweep(later(HOUR + 600))
      await due(HOUR + 700)
      expect(sorted(stored())).toEqual(sorted(before))
      expect(await leases()).toEqual([])
    },
  )

  it('is ended once, however many servers look', async () => {
    await take(PREVIEW)
    const parts = await Promise.all([due(HOUR + 60), due(HOUR + 60), due(HOUR + 60)])
    expect(parts.flatMap(({ failed }) => failed)).toEqual([])
    const ended = (await bench.service.store.entries(resourceOf(subject.ref))).filter(
      (entry) => entry.kind === 'intent' && entry.action === 'end_lease',
    )
    expect(ended).toHaveLength(1)
    expect(sorted(stored())).toEqual(sorted(before))
  })

  it('reports a value that cannot be taken away, tries again ever later, and ends the others', async () => {
    if (kind.name !== 'cognito') return
    await take(PREVIEW)
    await take(OTHER)
    await patch({ defaultCallback: PREVIEW })
    const pauses: Pauses = new Map()
    const failed = [{ resource: resourceOf(subject.ref), code: 'rule_violated' }]
    expect(await due(HOUR + 60, pauses)).toEqual({ done: 0, failed, notices: [] })
    expect(sorted(stored())).toEqual(sorted([...before, PREVIEW]))
    expect(await due(HOUR + 61, pauses)).toEqual({ done: 0, failed: [], notices: [] })
    expect(await due(HOUR + 75, pauses)).toEqual({ done: 0, failed, notices: [] })
    expect(await due(HOUR + 90, pauses)).toEqual({ done: 0, failed: [], notices: [] })
    const told = await take(PREVIEW, 'pr-7', 1)
    expect(told.warnings).toMatchObject([{ code: 'cannot_end', field: 'client.callbacks' }])
    await patch({ defaultCallback: null })
    expect(await due(HOUR + 120, pauses)).toEqual({ done: 1, failed: [], notices: [] })
    expect(sorted(stored())).toEqual(sorted(before))
  })

  it('forgets leases of a client that has been gone for a day', async () => {
    await take(PREVIEW)
    const gone = { ...subject.provider, read: () => subject.provider.read(nowhere, call()) }
    const nowhere = { ...subject.ref, id: 'not-there' }
    const call = () => callInTime('o')
    const without = (seconds: number): Service => ({
      ...later(seconds),
      providers: new Map([['it', gone]]),
    })
    const failed = [{ resource: resourceOf(subject.ref), code: 'not_found' }]
    expect(await carryOutDue(without(HOUR + 60), new Map())).toEqual({
      done: 0,
      failed,
      notices: [],
    })
    expect(await leases()).toHaveLength(1)
    expect(await carryOutDue(without(26 * HOUR), new Map())).toEqual({
      done: 1,
      failed: [],
      notices: [],
    })
    expect(await leases()).toEqual([])
    expect(await bench.service.store.openIntents()).toEqual([])
  })
})
