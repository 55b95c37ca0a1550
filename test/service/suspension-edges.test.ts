/**
 * Suspensions as they are answered, recorded and ended, at the edges. `suspension.test.ts` says what holds of
 * all of them, on every provider.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { openSubject } from '../fixtures/bench.ts'

let subject: Subject
let bench: Bench
let close: () => Promise<void>

const start = async (name: string) => {
  ;({ subject, bench, close } = await openSubject(name))
}
afterEach(() => close())

interface Asked extends Partial<ChangeRequest> {
  readonly service?: Service
  readonly allowPartial?: boolean
}
const ask = (
  suspended: boolean,
  { service = bench.service, allowPartial = false, ...options }: Asked = {},
) =>
  changeClient(service, {
    ...requestFor(bench.service, subject.ref, {}),
    patch: { kind: 'suspension', suspended, allowPartial },
    ...options,
  })
const suspend = (options: Asked = {}) => ask(true, options)
const resume = (options: Asked = {}) => ask(false, options)
const log = () => bench.service.store.entries(resourceOf(subject.ref))
const actions = async () =>
  (await log()).flatMap((one) => (one.kind === 'intent' ? [one.action] : []))
const standing = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
const protect = (on: boolean) =>
  bench.change(subject.ref, {}, { patch: { kind: 'protection', protected: on } })
/** Someone else sets native members. */
const setOutside = (members: JsonObject) => subject.put({ ...subject.stored(), ...members })
/** The instance at a time of its own, and a request that has time then. */
const at = (now: number) => ({
  service: { ...bench.service, now: () => now },
  deadline: now + 10_000,
})
const withLostKey = (): Service => ({ ...bench.service, seal: createSeal(Buffer.alloc(32, 9)) })

const GRANTS = ['authorization_code', 'refresh_token', 'client_credentials']

describe('at a provider without a setting for it', () => {
  beforeEach(async () => {
    await start('auth0')
    await setOutside({ grant_types: GRANTS })
  })

  it('is marked with its time and its operation, beside what holds already', async () => {
    const lease = {
      kind: 'lease',
      field: 'callbacks',
      value: 'https://pr-1.example.com/cb',
      owner: 'pr-1',
      seconds: 600,
    } as const
    await bench.change(subject.ref, {}, { patch: lease })
    const { leases = [] } = (await standing()) ?? {}
    const since = Date.now()
    const { operationId } = await suspend(at(since))
    const known = { leases, suspended: { since, operations: [operationId] } }
    expect(await standing()).toEqual(known)
    expect(await suspend(at(since + 5_000))).toMatchObject({ outcome: 'unchanged' })
    expect(await standing()).toEqual(known)
    await setOutside({ grant_types: ['implicit'] })
    const again = await suspend(at(since + 5_000))
    expect(await standing()).toEqual({
      leases,
      suspended: { since, operations: [operationId, again.operationId] },
    })
    await resume()
    expect(await standing()).toEqual({ leases })
    expect(await actions()).toEqual(['lease', 'suspend', 'suspend', 'resume'])
  })

  it('plans to mark it and shows what it would be, and records nothing', async () => {
    const since = Date.now() + 1_234
    const planned = await suspend({ dryRun: true, ...at(since) })
    expect(planned).toMatchObject({
      outcome: 'planned',
      native: { grant_types: [] },
      standing: { suspended: { since, operations: [expect.any(String)] } },
      warnings: [],
    })
    expect(await log()).toEqual([])
    expect(subject.stored().grant_types).toEqual(GRANTS)
  })

  it('is marked where there is nothing to take', async () => {
    await setOutside({ grant_types: [] })
    expect(await suspend()).toMatchObject({ outcome: 'applied', steps: [] })
    expect((await standing())?.suspended?.operations).toHaveLength(1)
  })

  it('has nothing to resume where it is not suspended', async () => {
    expect(await resume()).toMatchObject({ outcome: 'unchanged', warnings: [], steps: [] })
    await protect(true)
    expect(await resume()).toMatchObject({ outcome: 'unchanged', standing: { protected: true } })
    expect(await actions()).toEqual(['protect'])
  })

  it('gives back beside what someone else has set, and says what stays', async () => {
    await suspend()
    await setOutside({ grant_types: ['implicit'] })
    const warning = {
      code: 'changed_while_suspended',
      field: 'client.grantTypes',
      message:
        'client.grantTypes was changed by someone else while the client was suspended. The new value stays.',
    }
    const planned = await resume({ dryRun: true })
    expect(planned.warnings).toEqual([warning])
    const { warnings } = await resume()
    expect(warnings).toEqual([warning])
    expect(new Set(subject.stored().grant_types as string[])).toEqual(
      new Set([...GRANTS, 'implicit']),
    )
  })

  it('leaves such a list to them where a part will do', async () => {
    await suspend()
    await setOutside({ grant_types: ['implicit'] })
    const { warnings } = await resume({ allowPartial: true })
    expect(warnings.map(({ code }) => code)).toEqual(['changed_while_suspended'])
    expect(subject.stored().grant_types).toEqual(['implicit'])
    expect(await standing()).toBe(undefined)
  })

  it('gives back what two suspensions took, from the last one on', async () => {
    await suspend()
    await setOutside({ grant_types: ['implicit'] })
    await suspend()
    // What was there before the second one was theirs.
    await resume({ allowPartial: true })
    expect(subject.stored().grant_types).toEqual(['implicit'])
  })

  it('says what it cannot know, in a plan, as a refusal and as a warning', async () => {
    await suspend()
    const off = subject.stored()
    const message =
      'What the suspension removed cannot be restored: its record was sealed with a key that is no longer in use.'
    const service = withLostKey()
    const planned = await resume({ service, dryRun: true })
    expect(planned.warnings).toEqual([{ code: 'not_restored', message }])
    await expect(resume({ service })).rejects.toMatchObject({
      code: 'not_restorable',
      message: `${message} Nothing was sent. To restore the rest, set "allowPartial": true.`,
    })
    expect(subject.stored()).toEqual(off)
    expect(await actions()).toEqual(['suspend'])
    const partly = await resume({ service, allowPartial: true })
    expect(partly.warnings).toEqual([{ code: 'not_restored', message }])
  })

  it('gives back what can be opened where one of two records cannot', async () => {
    await suspend()
    await setOutside({ grant_types: ['implicit'] })
    // The second one is made by an instance whose key is gone by then.
    await suspend({ service: withLostKey() })
    await expect(resume()).rejects.toMatchObject({ code: 'not_restorable' })
    const { warnings } = await resume({ allowPartial: true })
    expect(warnings.map(({ code }) => code)).toEqual(['not_restored'])
    expect(subject.stored().grant_types).toEqual(GRANTS)
  })

  it('gives back nothing of a record that is not in the store, and says so', async () => {
    await suspend()
    const store = { ...bench.service.store, operation: async () => undefined }
    const service = { ...bench.service, store }
    const { warnings } = await resume({ service, allowPartial: true })
    expect(warnings.map(({ code }) => code)).toEqual(['not_restored'])
    expect(subject.stored().grant_types).toEqual([])
  })

  it('gives back what was there, although no one could set it today', async () => {
    // A public client with a grant for confidential ones, from before Auth0 refused that.
    await setOutside({ token_endpoint_auth_method: 'none' })
    await suspend()
    const planned = await resume({ dryRun: true })
    expect(planned).toMatchObject({ outcome: 'planned', native: { grant_types: GRANTS } })
    await bench.change(subject.ref, { name: 'Changed' })
    expect((await resume({ dryRun: true })).native.grant_types).toEqual(GRANTS)
  })

  it('names a setting that the provider has no way to give back', async () => {
    // A provider that cannot clear the member which the suspension has set.
    const { grant_types: _, ...record } = subject.stored()
    await subject.put(record)
    const { mapping } = subject.provider
    const provider: Provider = {
      ...subject.provider,
      mapping: { ...mapping, nullablePaths: [], normal: (native) => native },
    }
    await suspend({ provider })
    expect(subject.stored().grant_types).toEqual([])
    const message =
      'client.grantTypes cannot be restored: the provider has no way back to its former value.'
    const warning = { code: 'not_restored', field: 'client.grantTypes', message }
    expect((await resume({ provider, dryRun: true })).warnings).toEqual([warning])
    await expect(resume({ provider })).rejects.toMatchObject({
      code: 'not_restorable',
      field: 'client.grantTypes',
    })
    const partly = await resume({ provider, allowPartial: true })
    expect(partly).toMatchObject({ outcome: 'applied', warnings: [warning] })
    expect(await standing()).toBe(undefined)
  })

  it('refuses a change of what is held, by its name and the way out', async () => {
    await suspend()
    const change = bench.change(subject.ref, { name: 'New', grantTypes: ['implicit'] })
    await expect(change).rejects.toMatchObject({
      code: 'client_suspended',
      field: 'client.grantTypes',
      message:
        'client.grantTypes cannot be changed while the client is suspended. End the suspension first: POST /clients/{clientId}/resume.',
    })
    expect(subject.stored().name).toBe('Example')
    await bench.change(subject.ref, { name: 'New' })
    expect(subject.stored().grant_types).toEqual([])
  })

  it('lets a change take away again what someone else gave back, and no part of it', async () => {
    await suspend()
    await setOutside({ grant_types: ['implicit', 'password'] })
    const part = bench.change(subject.ref, { grantTypes: { remove: ['implicit'] } })
    await expect(part).rejects.toMatchObject({ code: 'client_suspended' })
    const whole = { grantTypes: { remove: ['implicit', 'password'] } }
    expect(await bench.change(subject.ref, whole)).toMatchObject({ outcome: 'applied' })
    expect(subject.stored().grant_types).toEqual([])
    await resume()
    expect(new Set(subject.stored().grant_types as string[])).toEqual(new Set(GRANTS))
  })

  it('lets what is held be changed where it is not suspended, on and off', async () => {
    await bench.change(subject.ref, { grantTypes: ['implicit'] })
    await bench.change(subject.ref, { grantTypes: [] })
    expect(subject.stored().grant_types).toEqual([])
    await protect(true)
    await protect(false)
    await bench.change(subject.ref, { grantTypes: ['implicit'] })
    expect(subject.stored().grant_types).toEqual(['implicit'])
  })
})

describe('at a provider with a setting for it', () => {
  beforeEach(() => start('local'))

  it('is recorded as what it is, and leaves what holds for the client', async () => {
    const first = await suspend()
    expect(first).toMatchObject({ outcome: 'applied', native: { disabled: true }, warnings: [] })
    expect(await standing()).toBe(undefined)
    await protect(true)
    const back = await resume()
    expect(back).toMatchObject({ outcome: 'applied', standing: { protected: true } })
    expect(await standing()).toEqual({ protected: true })
    expect(await actions()).toEqual(['suspend', 'protect', 'resume'])
  })
})

it.each(['auth0', 'local'])(
  'of a protected client is refused at %s, and says why',
  async (name) => {
    await start(name)
    await protect(true)
    await expect(suspend()).rejects.toMatchObject({
      code: 'client_protected',
      message: expect.stringMatching(/^The client is protected and cannot be suspended\./),
    })
    expect(await resume()).toMatchObject({ outcome: 'unchanged' })
  },
)

it('is refused where a provider has no way to do it', async () => {
  await start('auth0')
  const { suspension: _, ...mapping } = subject.provider.mapping
  const provider: Provider = { ...subject.provider, mapping }
  for (const suspended of [true, false]) {
    await expect(ask(suspended, { provider })).rejects.toMatchObject({
      code: 'unsupported_operation',
      message: 'This provider has no way to suspend a client.',
    })
  }
  expect(subject.emulator?.calls).toEqual([])
  expect(await log()).toEqual([])
})
