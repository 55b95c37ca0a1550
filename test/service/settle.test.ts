/** Settling under odd circumstances: each of these was wrong once. */

import { afterEach, describe, expect, vi } from 'vitest'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { settle } from '../../src/service/operation/settle.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Bench } from '../contract/service.ts'
import { requestFor } from '../contract/service.ts'
import { eventually } from '../eventually.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'
import { intentOf } from '../fixtures/entries.ts'
import { withMembers } from '../plan.ts'
import { endingAtFirstPause } from './dying.ts'

const REF = { provider: 'auth0', id: 'exampleClientId' }
const CLIENT = 'PATCH /clients/{id}'
const READ = 'GET /clients/{id}'
const CONNECTION = 'PATCH /connections/{id}/clients'

let emulator: Auth0Emulator
let bench: Bench

const it = onTenant({}, (opened) => {
  ;({ emulator, bench } = opened)
})

const entries = () => bench.service.store.entries(resourceOf(REF))
const outcomes = async () =>
  (await entries()).flatMap((entry) => (entry.kind === 'outcome' ? [entry.outcome] : []))
const stored = () => emulator.client('exampleClientId') ?? {}

/** A change that is not begun anew. */
function changeOnce(client: object) {
  const { service, options } = endingAtFirstPause(bench.service)
  return changeClient(service, { ...requestFor(service, REF, client), ...options })
}

/** Another instance, when the time of every request of today is over. */
const later = (): Service => ({ ...bench.service, now: () => Date.now() + 100_000 })
const changeLater = (client: object) =>
  changeClient(later(), {
    ...requestFor(later(), REF, client),
    deadline: later().now() + 10_000,
  })

/** Leaves an intent open whose write was applied, as a crash would. */
async function leaveOpen(client: object): Promise<void> {
  emulator.inject({ kind: 'reset_after_apply', operation: CLIENT })
  emulator.inject({ kind: 'reset_before_apply', operation: READ, skip: 1, times: 50 })
  await expect(changeOnce(client)).rejects.toMatchObject({
    code: 'outcome_unknown',
    details: { outcome: 'unknown', operationId: expect.any(String) },
  })
  emulator.clearFaults()
}

describe('a change of one step that answers nothing', () => {
  it('is applied although the read-back fails at first', async () => {
    emulator.inject({ kind: 'throttle', operation: READ, skip: 1, times: 1, retryAfter: 0.1 })
    const result = await bench.change(REF, { supportedIdp: { add: ['google'] } })
    expect(result.outcome).toBe('applied')
    expect(await outcomes()).toEqual(['applied'])
    expect(emulator.calls.filter(({ operation }) => operation === CONNECTION)).toHaveLength(1)
  })

  it('is never applied by a redirect', async () => {
    emulator.inject({ kind: 'redirect', operation: CONNECTION, times: 5 })
    const attempt = changeOnce({ supportedIdp: { add: ['google'] } })
    await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(new Set(await outcomes())).toEqual(new Set(['not_applied']))
  })
})

describe('a write that arrives late, over what someone else set meanwhile', () => {
  it('is waited for before its change is closed, so that it cannot land on a later one', async () => {
    emulator.inject({ kind: 'delay', delayMs: 400, operation: CLIENT })
    const foreign = { name: 'Foreign' }
    emulator.inject({ kind: 'foreign_write', operation: READ, skip: 1, change: foreign })
    const result = await bench.change(REF, { name: 'Late' })
    expect(result.outcome).toBe('applied')
    expect(stored().name).toBe('Late')
    expect(await outcomes()).toEqual(['applied'])
  })
})

describe('an intent that was listed as open', () => {
  it('is left alone once someone has closed it, and newer work with it', async () => {
    await leaveOpen({ name: 'Crashed', description: 'Crashed' })
    const [intent] = await bench.service.store.openIntents()
    if (intent === undefined) throw new TypeError('nothing is open')
    await changeLater({ description: 'Newer' })
    const before = stored()
    await settle(later(), intent, later().now() + 5_000)
    expect(stored()).toEqual(before)
    expect(await outcomes()).toEqual(['applied', 'applied'])
  })

  it('reports what someone else did meanwhile also where it was not applied', async () => {
    const dying: Service = {
      ...bench.service,
      reached: async (point) => {
        if (point === 'intent recorded') throw new TypeError('died')
      },
    }
    const request = requestFor(dying, REF, { name: 'Never' })
    await expect(changeClient(dying, request)).rejects.toThrow('died')
    emulator.put({ ...stored(), description: 'Foreign' } as never)
    expect(await sweep(later())).toEqual({ settled: 1, left: 0 })
    const [, closing] = await entries()
    expect(closing).toMatchObject({
      outcome: 'not_applied',
      surprises: [{ field: 'description', after: 'Foreign' }],
    })
  })

  it('is settled although the provider of an older one stalls', async () => {
    await leaveOpen({ name: 'Other' })
    const resource = resourceOf({ provider: 'stalled', id: 'one' })
    await bench.service.store.append(intentOf(resource, 1, { at: 1, deadline: 1 }))
    const [provider] = bench.service.providers.values()
    if (provider === undefined) throw new TypeError('no provider')
    let fail = () => {}
    const read = () =>
      new Promise<never>((_, reject) => {
        fail = () => reject(new TypeError('it never answered'))
      })
    const providers = new Map([
      ['auth0', provider],
      ['stalled', { ...provider, read }],
    ])
    const swept = sweep({ ...later(), providers })
    await eventually(async () => expect(await outcomes()).toEqual(['applied']))
    fail()
    expect(await swept).toEqual({ settled: 1, left: 1 })
  })

  it('is settled by the sweep when its time is over, and not before', async () => {
    await leaveOpen({ name: 'Crashed' })
    expect(await sweep(bench.service)).toEqual({ settled: 0, left: 0 })
    expect(await outcomes()).toEqual([])
    expect(await sweep(later())).toEqual({ settled: 1, left: 0 })
    expect(await outcomes()).toEqual(['applied'])
    expect(await sweep(later())).toEqual({ settled: 0, left: 0 })
  })
})

describe('an upstream time-out longer than a sweep', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('does not keep an intent open for ever', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    emulator.inject({ kind: 'reset_before_apply', operation: READ, skip: 1, times: 50 })
    await expect(changeOnce({ name: 'Lost' })).rejects.toMatchObject({ code: 'outcome_unknown' })
    emulator.clearFaults()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 100_000 })
    const sleep = async (milliseconds: number) => void vi.setSystemTime(Date.now() + milliseconds)
    const patient = { ...bench.service, upstreamTimeoutMs: 40_000, sleep, now: () => Date.now() }
    expect(await sweep(patient)).toEqual({ settled: 1, left: 0 })
    expect(await outcomes()).toEqual(['not_applied'])
  })
})

describe('undoing what was absent before', () => {
  it('sets an empty value that means the same, and the client can be changed again', async () => {
    emulator.put(withMembers(fullAuth0Client, { web_origins: undefined }))
    emulator.inject({ kind: 'error_before_apply', operation: CONNECTION, skip: 1 })
    const client = { webOrigins: ['https://new.example.com'], supportedIdp: ['google'] }
    const attempt = changeOnce(client)
    await expect(attempt).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(await outcomes()).toEqual(['not_applied'])
    expect((await bench.change(REF, { name: 'Afterwards' })).outcome).toBe('applied')
  })

  it('is a conflict where there is no way back, and the client can be changed again', async () => {
    emulator.put(withMembers(fullAuth0Client, { app_type: undefined }))
    emulator.inject({ kind: 'error_before_apply', operation: CONNECTION, skip: 1 })
    const attempt = changeOnce({ appType: 'spa', supportedIdp: ['google'] })
    await expect(attempt).rejects.toMatchObject({
      code: 'change_unresolved',
      details: { outcome: 'conflict', operationId: expect.any(String) },
    })
    expect((await bench.change(REF, { name: 'Afterwards' })).outcome).toBe('applied')
  })
})

describe('metadata', () => {
  it('loses the key that is named, whatever its name, and no other', async () => {
    emulator.put(withMembers(fullAuth0Client, { client_metadata: { toString: 'x', kept: 'y' } }))
    await bench.change(REF, { clientMetadata: { toString: null } })
    expect(stored().client_metadata).toEqual({ kept: 'y' })
  })
})

it('takes nested nulls back as they are', async () => {
  emulator.put(withMembers(fullAuth0Client, { addons: { samlp: { logout: { callback: null } } } }))
  const addons = { samlp: { logout: { callback: null } } }
  const result = await bench.change(REF, { providerSettings: { addons } })
  expect(result.outcome).toBe('unchanged')
})

it('names the attribute that changes, and not the setting that holds it beside', async () => {
  const result = await bench.change(
    REF,
    { refreshTokenRotation: { graceSeconds: 5 } },
    { dryRun: true },
  )
  expect(result.changes.map(({ field }) => field)).toEqual(['refreshTokenRotation'])
})
