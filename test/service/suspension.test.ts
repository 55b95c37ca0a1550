/** Suspending a client and resuming it, on every provider: all of it or nothing, and all of it back. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { heldPaths, isOff, shownBy } from '../../src/core/mapping/suspension.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { LIVES } from '../contract/lives.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import {
  callbacksOf,
  differences,
  SUBJECTS,
  type Subject,
  withCallbacks,
} from '../contract/subjects.ts'

/** A setting that a suspension holds, as someone else gives it back, and as a caller would. */
const HELD: Readonly<Record<string, { native: JsonObject; client: JsonObject; path: string }>> = {
  auth0: {
    native: { grant_types: ['implicit'] },
    client: { grantTypes: ['authorization_code'] },
    path: 'client.grantTypes',
  },
  cognito: {
    native: { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'] },
    client: { grantTypes: ['implicit'] },
    path: 'client.grantTypes',
  },
  hydra: {
    native: { grant_types: ['implicit'] },
    client: { grantTypes: ['authorization_code'] },
    path: 'client.grantTypes',
  },
}
const EMULATED = SUBJECTS.filter(({ name }) => HELD[name] !== undefined)

let subject: Subject
let bench: Bench

let kind: (typeof SUBJECTS)[number]

const openOn = async (one: typeof kind) => {
  kind = one
  subject = await kind.start()
  bench = await openBench(new Map([['it', subject.provider]]))
}
afterEach(async () => {
  await bench.close()
  await subject.close()
})

const ask = (suspended: boolean, options: object = {}, allowPartial = false) =>
  bench.change(
    subject.ref,
    {},
    { patch: { kind: 'suspension', suspended, allowPartial }, ...options },
  )
const suspend = (options: object = {}) => ask(true, options)
const resume = (options: object = {}, allowPartial = false) => ask(false, options, allowPartial)
const standing = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
/** Members that differ from a record as it was stored, absent ones taken for their defaults. */
const changesSince = (record: JsonObject) =>
  differences(kind, mapping().normal(record), mapping().normal(subject.stored()))
const mapping = () => subject.provider.mapping
/** A change of the callbacks, or of what a suspension does not hold: the stored member, and the field. */
const ourChange = (): readonly [JsonObject, JsonObject] => {
  const urls = ['https://ours.example.com/cb']
  if (!heldPaths(mapping()).includes('callbacks')) {
    return [withCallbacks(kind, {}, urls), { callbacks: urls }]
  }
  return [
    { logo_uri: 'https://ours.example.com/logo.png' },
    { logoUri: 'https://ours.example.com/logo.png' },
  ]
}
const shown = (native: JsonObject, marked: boolean) =>
  showClient(shownBy(mapping(), native, marked), native)

describe.each(SUBJECTS)('$name', (one) => {
  beforeEach(() => openOn(one))

  it('is off and shown so, once, and is resumed as it was', async () => {
    const before = subject.stored()
    const planned = await suspend({ dryRun: true })
    expect(planned.outcome).toBe('planned')
    expect(subject.stored()).toEqual(before)
    const first = await suspend()
    expect(first.outcome).toBe('applied')
    // What Okta does beside is in the plan already.
    expect(first.warnings.filter(({ code }) => code !== 'assignments_follow')).toEqual([])
    expect(isOff(mapping(), first.native)).toBe(true)
    expect(shown(first.native, first.standing?.suspended !== undefined).disabled).toBe(true)
    expect(planned.native).toMatchObject(shownAs(planned.native, first.native))
    const off = subject.stored()
    expect(await suspend()).toMatchObject({ outcome: 'unchanged', standing: first.standing ?? {} })
    expect(subject.stored()).toEqual(off)
    const back = await resume()
    expect(back).toMatchObject({ outcome: 'applied', warnings: [] })
    expect(changesSince(before)).toEqual([])
    expect(await standing()).toBe(undefined)
    expect(await resume()).toMatchObject({ outcome: 'unchanged' })
  })

  it('keeps what anyone changes meanwhile, and is not undone by a rollback', async () => {
    const [native, ours] = ourChange()
    await bench.change(subject.ref, { name: 'Before' })
    const before = subject.stored()
    await suspend()
    await bench.change(subject.ref, ours)
    const { [kind.description]: _, ...rest } = subject.stored()
    await subject.put({ ...rest, [kind.description]: 'Theirs' })
    await bench.change(subject.ref, {}, { patch: { kind: 'rollback', to: 2, allowPartial: false } })
    expect(isOff(mapping(), (await suspend()).native)).toBe(true)
    await bench.change(subject.ref, ours)
    expect(await resume()).toMatchObject({ outcome: 'applied', warnings: [] })
    const theirs = { ...before, [kind.description]: 'Theirs' }
    const expected = heldPaths(mapping()).includes('callbacks')
      ? { ...theirs, ...native }
      : withCallbacks(kind, theirs, callbacksOf(kind, native))
    expect(changesSince(expected)).toEqual([])
  })

  it('is refused for a protected client, which can still be resumed', async () => {
    const protect = (on: boolean) =>
      bench.change(subject.ref, {}, { patch: { kind: 'protection', protected: on } })
    await protect(true)
    const before = subject.stored()
    const refused = { code: 'client_protected' }
    await expect(suspend()).rejects.toMatchObject(refused)
    await expect(suspend({ dryRun: true })).rejects.toMatchObject(refused)
    if (mapping().fields.disabled.support === 'native') {
      const patched = bench.change(subject.ref, { disabled: true })
      await expect(patched).rejects.toMatchObject(refused)
    }
    expect(subject.stored()).toEqual(before)
    await protect(false)
    await suspend()
    await protect(true)
    expect(await resume()).toMatchObject({ standing: { protected: true } })
    expect(changesSince(before)).toEqual([])
  })

  it('can be removed while it is suspended', async () => {
    await suspend()
    const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
    expect(await removeClient(bench.service, request)).toMatchObject({ outcome: 'applied' })
    expect(await standing()).toBe(undefined)
  })

  it('happens once for two that ask at once, and a change beside it is kept', async () => {
    const before = subject.stored()
    const results = await Promise.all([
      suspend(),
      bench.change(subject.ref, { name: 'Meanwhile' }),
      suspend(),
    ])
    expect(results.map(({ outcome }) => outcome).sort()).toEqual([
      'applied',
      'applied',
      'unchanged',
    ])
    await resume()
    const name = LIVES[kind.name]?.name ?? ''
    expect(changesSince({ ...before, [name]: 'Meanwhile' })).toEqual([])
  })

  it.each<CrashPoint>(['intent recorded', 'step sent', 'state known'])(
    'is all or nothing after a crash at "%s", either way',
    async (point) => {
      const before = subject.stored()
      const dead = new Error('crash')
      const { service } = bench
      const dying = {
        reached: (at: CrashPoint) => (at === point ? Promise.reject(dead) : Promise.resolve()),
      }
      const late = { ...service, now: () => Date.now() + 60_000 }
      const crash = async (suspended: boolean) => {
        const request = requestFor(service, subject.ref, {})
        const patch = { kind: 'suspension' as const, suspended, allowPartial: false }
        await changeClient({ ...service, ...dying }, { ...request, patch }).catch(() => undefined)
        await sweep(late)
        expect(await service.store.openIntents()).toEqual([])
        const marked = (await standing())?.suspended !== undefined
        const native = await subject.provider.read(subject.ref, CALL())
        return { marked, off: isOff(mapping(), native) }
      }
      const native = mapping().fields.disabled.support === 'native'
      const { marked, off } = await crash(true)
      expect(native || marked === off).toBe(true)
      if (!off) expect(changesSince(before)).toEqual([])
      await suspend()
      const ended = await crash(false)
      expect(native || ended.marked === ended.off).toBe(true)
      await resume()
      expect(changesSince(before)).toEqual([])
    },
  )
})

const CALL = () => callInTime('read')

/** The planned record is the one that came out, time stamps aside. */
const shownAs = (planned: JsonObject, out: JsonObject) =>
  Object.fromEntries(
    Object.entries(out).filter(
      ([name]) => name in planned && !mapping().volatileKeys.includes(name),
    ),
  )

describe.each(EMULATED)('$name, which has no setting for it', (one) => {
  const held = HELD[one.name] as (typeof HELD)[string]
  beforeEach(() => openOn(one))
  const giveBackOutside = () => subject.put({ ...subject.stored(), ...held.native })

  it('is switched off and on by no change of an attribute', async () => {
    const off = bench.change(subject.ref, { disabled: true })
    await expect(off).rejects.toMatchObject({ code: 'read_only_field', field: 'client.disabled' })
    await expect(off).rejects.toThrow(/POST .clients.{clientId}.suspend/)
    await suspend()
    const on = bench.change(subject.ref, { disabled: false })
    await expect(on).rejects.toMatchObject({ code: 'read_only_field', field: 'client.disabled' })
    await expect(on).rejects.toThrow(/resume/)
  })

  it('refuses a change of what is held, and says the way', async () => {
    await suspend()
    const off = subject.stored()
    const change = bench.change(subject.ref, held.client)
    await expect(change).rejects.toMatchObject({ code: 'client_suspended', field: held.path })
    await expect(change).rejects.toThrow(/resume/)
    expect(subject.stored()).toEqual(off)
  })

  it('refuses a rollback that would give something back', async () => {
    await bench.change(subject.ref, held.client)
    await suspend()
    const off = subject.stored()
    const back = bench.change(
      subject.ref,
      {},
      { patch: { kind: 'rollback', to: 0, allowPartial: true } },
    )
    await expect(back).rejects.toMatchObject({ code: 'client_suspended' })
    expect(subject.stored()).toEqual(off)
  })

  it('takes the client back as it was answered', async () => {
    const { native } = await suspend()
    const { secret: _, ...client } = shown(native, true)
    expect(client.disabled).toBe(true)
    expect(await bench.change(subject.ref, { ...client })).toMatchObject({ outcome: 'unchanged' })
  })

  it('leaves what someone else has set meanwhile, and says so', async () => {
    const before = subject.stored()
    await suspend()
    await giveBackOutside()
    const [key = ''] = Object.keys(held.native)
    const native = await subject.provider.read(subject.ref, CALL())
    expect(shown(native, true).disabled).toBe(false)
    const back = await resume()
    expect(back.warnings.map(({ code }) => code)).toContain('changed_while_suspended')
    const values = new Set([...(before[key] as string[]), ...(held.native[key] as string[])])
    expect(new Set(subject.stored()[key] as string[])).toEqual(values)
    const others = changesSince(before)
    expect(others.filter((name) => name !== key)).toEqual([])
    expect(await standing()).toBe(undefined)
  })

  it('takes away again what someone else gave back, and gives all of it back', async () => {
    const before = subject.stored()
    await suspend()
    await giveBackOutside()
    const again = await suspend()
    expect(again).toMatchObject({ outcome: 'applied' })
    expect(isOff(mapping(), again.native)).toBe(true)
    expect(again.standing?.suspended?.operations).toHaveLength(2)
    await resume()
    const [key = ''] = Object.keys(held.native)
    const values = new Set([...(before[key] as string[]), ...(held.native[key] as string[])])
    expect(new Set(subject.stored()[key] as string[])).toEqual(values)
  })

  it('clears its mark alone where someone else has restored all', async () => {
    const before = subject.stored()
    await suspend()
    await subject.put(before)
    subject.emulator?.clearCalls()
    expect(await resume()).toMatchObject({ outcome: 'applied', steps: [], warnings: [] })
    expect(await standing()).toBe(undefined)
    const writes = subject.emulator?.calls.filter(
      ({ operation }) => operation === subject.operations.write,
    )
    expect(writes).toEqual([])
  })

  it('is marked, and gives nothing back, where there was nothing to take', async () => {
    const off = mapping().suspension?.emulation?.suspended(subject.stored()) as JsonObject
    await subject.put(off)
    expect(await suspend()).toMatchObject({ outcome: 'applied', steps: [] })
    expect((await standing())?.suspended).toBeDefined()
    expect(await resume()).toMatchObject({ outcome: 'applied', steps: [] })
    expect(callbacksOf(kind, subject.stored())).toEqual(callbacksOf(kind, off))
    expect(changesSince(off)).toEqual([])
  })

  it('gives back nothing that it cannot know, and says so before', async () => {
    await suspend()
    const off = subject.stored()
    const lost = { ...bench.service, seal: createSeal(Buffer.alloc(32, 9)) }
    const request = requestFor(lost, subject.ref, {})
    const patch = { kind: 'suspension' as const, suspended: false, allowPartial: false }
    const planned = await changeClient(lost, { ...request, patch, dryRun: true })
    expect(planned.warnings[0]).toMatchObject({ code: 'not_restored' })
    await expect(changeClient(lost, { ...request, patch })).rejects.toMatchObject({
      code: 'not_restorable',
    })
    expect(subject.stored()).toEqual(off)
    const partly = await changeClient(lost, { ...request, patch: { ...patch, allowPartial: true } })
    expect(partly.outcome).toBe('applied')
    expect(partly.warnings[0]).toMatchObject({ code: 'not_restored' })
    expect(subject.stored()).toEqual(off)
    expect(await standing()).toBe(undefined)
  })

  it('keeps what it took in mind where it ends in a conflict', async () => {
    const before = subject.stored()
    subject.emulator?.inject({ kind: 'error_after_apply', operation: subject.operations.write })
    subject.emulator?.inject({
      kind: 'foreign_write',
      operation: subject.operations.read,
      skip: 1,
      change: held.native,
    })
    await suspend({ deadline: Date.now() + 3_000 }).catch(() => undefined)
    const entries = await bench.service.store.entries(resourceOf(subject.ref))
    const outcomes = entries.flatMap((entry) => (entry.kind === 'outcome' ? [entry.outcome] : []))
    expect(outcomes[0]).toBe('conflict')
    expect((await standing())?.suspended).toBeDefined()
    await resume()
    const others = changesSince(before)
    expect(others.filter((name) => !(name in held.native))).toEqual([])
    expect(await standing()).toBe(undefined)
  })
})
