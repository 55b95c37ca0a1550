/**
 * G5, all or nothing, where a change takes several calls: a client and its connections at Auth0. The
 * steps are enabling, the client, disabling; each can fail in each way.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Auth0Emulator, startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { FaultKind } from '../../src/emulators/faults.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import { type Bench, LOST_ANSWERS, openBench, requestFor } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'

const REF = { provider: 'auth0', id: 'exampleClientId' }
const CLIENT = 'PATCH /clients/{id}'
const CONNECTION = 'PATCH /connections/{id}/clients'
const CONNECTIONS = ['users', 'google', 'github']

let emulator: Auth0Emulator
let bench: Bench

beforeEach(async () => {
  emulator = await startAuth0Emulator({
    connections: CONNECTIONS.map((name) => ({
      id: `con_${name}`,
      name,
      strategy: name,
      enabledClients: name === 'users' ? ['exampleClientId', 'another'] : [],
    })),
  })
  emulator.put(fullAuth0Client)
  bench = await openBench(await auth0Over(emulator.url), LOST_ANSWERS)
})

afterEach(async () => {
  await bench.close()
  await emulator.close()
})

const enabled = () =>
  CONNECTIONS.filter((name) => emulator.enabledClients(`con_${name}`).includes('exampleClientId'))
const state = () => ({ enabled: enabled(), name: emulator.client('exampleClientId')?.name })
const before = { enabled: ['users'], name: 'Example' }
const after = { enabled: ['google', 'github'], name: 'New' }
const change = (options = {}) =>
  bench.change(REF, { name: 'New', supportedIdp: ['google', 'github'] }, options)
const outcomes = async () =>
  (await bench.service.store.entries(resourceOf(REF))).flatMap((entry) =>
    entry.kind === 'outcome' ? [entry.outcome] : [],
  )

describe('supportedIdp', () => {
  it('enables first, changes the client second and disables last', async () => {
    const result = await change()
    expect(state()).toEqual(after)
    expect(result.warnings).toEqual([])
    const writes = emulator.calls.filter(({ method }) => method === 'PATCH').map(({ path }) => path)
    expect(writes).toEqual([
      '/api/v2/connections/con_google/clients',
      '/api/v2/connections/con_github/clients',
      '/api/v2/clients/exampleClientId',
      '/api/v2/connections/con_users/clients',
    ])
    expect(emulator.enabledClients('con_users')).toEqual(['another'])
  })

  it('is shown by name, and can be added to and removed from', async () => {
    await bench.change(REF, { supportedIdp: { add: ['github'] } })
    expect(enabled()).toEqual(['users', 'github'])
    await bench.change(REF, { supportedIdp: { remove: ['users'] } })
    expect(enabled()).toEqual(['github'])
    await bench.change(REF, { supportedIdp: null })
    expect(enabled()).toEqual([])
  })

  it('never reads the options of a connection, which hold secrets of others', async () => {
    await change()
    const reads = emulator.calls.filter(
      ({ path, method }) => method === 'GET' && path.endsWith('connections'),
    )
    expect(reads.length).toBeGreaterThan(0)
    expect(JSON.stringify(await bench.service.store.entries(resourceOf(REF)))).not.toContain(
      'options',
    )
  })

  it('shows every call in a dry run and makes none', async () => {
    const result = await change({ dryRun: true })
    expect(result.steps.map(({ request }) => request.target)).toEqual([
      '/api/v2/connections/con_google/clients',
      '/api/v2/connections/con_github/clients',
      `/api/v2/clients/${REF.id}`,
      '/api/v2/connections/con_users/clients',
    ])
    expect(state()).toEqual(before)
  })
})

describe('a change of several calls ends applied or not applied', () => {
  const faults: readonly FaultKind[] = [
    'error_before_apply',
    'error_after_apply',
    'reset_before_apply',
    'reset_after_apply',
    'stall_before_apply',
    'stall_after_apply',
    'cut_answer',
    'garbage_answer',
    'throttle',
  ]
  const places = [
    { operation: CONNECTION, skip: 0 },
    { operation: CONNECTION, skip: 1 },
    { operation: CLIENT, skip: 0 },
    { operation: CONNECTION, skip: 2 },
  ]
  const cases = faults.flatMap((kind) => places.map((place) => ({ kind, ...place })))

  it.each(cases)('after $kind at $operation (number $skip)', async (fault) => {
    emulator.inject(fault)
    const result = await change()
    // One fault, and time for another attempt: what was undone is done again.
    expect(result.outcome).toBe('applied')
    expect(state()).toEqual(after)
    expect((await outcomes()).at(-1)).toBe('applied')
    expect(await bench.service.store.openIntents()).toEqual([])
  })

  it.each(places)(
    'puts everything back when $operation (number $skip) fails for good',
    async (place) => {
      emulator.inject({ kind: 'error_before_apply', ...place })
      const noTime = new Error('There is no time for another attempt.')
      const sleep = async (ms: number) => {
        if ((await outcomes()).length > 0) throw noTime
        await bench.service.sleep(ms)
      }
      const service = { ...bench.service, sleep }
      const patch = { name: 'New', supportedIdp: ['google', 'github'] }
      const attempt = changeClient(service, requestFor(service, REF, patch))
      await expect(attempt).rejects.toBe(noTime)
      expect(state()).toEqual(before)
      expect(await outcomes()).toEqual(['not_applied'])
    },
  )

  it('gives a step that is stalled the time to land before it undoes the others', async () => {
    emulator.inject({ kind: 'delay', delayMs: 400, operation: CLIENT })
    const result = await change()
    expect(result.outcome).toBe('applied')
    expect(state()).toEqual(after)
  })

  it('answers conflict, and touches nothing, when another writer set what it writes', async () => {
    emulator.inject({ kind: 'reset_before_apply', operation: CLIENT })
    emulator.inject({
      kind: 'foreign_write',
      operation: 'GET /clients/{id}',
      skip: 1,
      change: { name: 'Foreign' },
    })
    const attempt = change()
    await expect(attempt).rejects.toMatchObject({
      code: 'change_unresolved',
      message: expect.stringMatching(/client\.name.*client\.supportedIdp/),
    })
    expect(emulator.client('exampleClientId')?.name).toBe('Foreign')
    expect(await outcomes()).toEqual(['conflict'])
  })
})
