/** Quotas: each caller has its own, of each kind, and they fill up again; they come from the configuration. */

import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createQuotas, type Kind } from '../../src/http/quotas.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { ask } from '../contract/caller.ts'
import { startWorld } from '../contract/world.ts'

const MINUTE = 60_000
const OPERATIONS: Readonly<Record<Kind, string>> = {
  leases: 'putLease',
  keys: 'updateClient',
  jobs: 'createJob',
}

function start() {
  let time = 1_000_000
  const settings = { leasesPerHour: 3, keysPerHour: 3, jobsPerHour: 3 }
  const quotas = createQuotas(settings, () => time)
  const count = (kind: Kind, subject = 'ci', query: Record<string, string> = {}, key = 'a') =>
    quotas.count({
      operation: OPERATIONS[kind],
      query,
      request: {
        method: 'PUT',
        path: '/',
        query: '',
        headers: kind === 'keys' ? { 'idempotency-key': [key] } : {},
        body: new Uint8Array(),
        deadline: time + 1_000,
      },
      principal: { subject, issuer: 'https://issuer.example', clientId: undefined, scopes: [] },
    } as never)
  return {
    count,
    pass: (milliseconds: number) => {
      time += milliseconds
    },
  }
}

it.each<Kind>(['leases', 'keys', 'jobs'])('%s are counted by caller and refused beyond', (kind) => {
  const { count, pass } = start()
  for (let times = 0; times < 3; times += 1) count(kind)
  const refused = expect.objectContaining({
    code: 'too_many_requests',
    status: 429,
    message: expect.stringContaining(`quotas.${kind}PerHour`),
    details: { retryAfter: 1_200 },
  })
  expect(() => count(kind)).toThrow(refused)
  count(kind, 'another')
  for (const other of ['leases', 'keys', 'jobs'] as const) if (other !== kind) count(other)
  count(kind, 'ci', { dryRun: 'true' })
  pass(20 * MINUTE - 1)
  expect(() => count(kind)).toThrow()
  pass(1)
  count(kind)
  expect(() => count(kind)).toThrow(refused)
  // However long no one asks, no more than an hour's worth gathers.
  pass(1_000 * MINUTE)
  for (let times = 0; times < 3; times += 1) count(kind)
  expect(() => count(kind)).toThrow(refused)
})

it('are those of the configuration, and nothing is written beyond them', async () => {
  const world = await startWorld({ quotas: { leasesPerHour: 2, keysPerHour: 2, jobsPerHour: 1 } })
  try {
    const send = async (method: string, path: string, body: JsonObject, key?: string) => {
      const headers = { ...(key !== undefined && { 'idempotency-key': key }) }
      return (await ask(world, method, path, { scopes: ['clients:admin'], body, headers })).status
    }
    const lease = (owner: string) =>
      send('PUT', '/clients/exampleClientId/leases', {
        field: 'callbacks',
        value: 'https://pr-7.preview.example/cb',
        owner,
        ttlSeconds: 60,
      })
    const job = () =>
      send('POST', '/jobs', {
        clients: [{ id: 'exampleClientId' }],
        patch: { name: 'New' },
      })
    const rename = (key?: string) =>
      send('PATCH', '/clients/exampleClientId', { client: { name: 'New' } }, key)
    expect([await lease('a'), await lease('b'), await lease('c')]).toEqual([200, 200, 429])
    expect([await rename('a'), await rename('b'), await rename('c')]).toEqual([200, 200, 429])
    expect(await rename()).toBe(200)
    expect([await job(), await job()]).toEqual([202, 429])
    const held = await world.clientry.service.store.last(
      resourceOf({ provider: 'auth0', id: 'exampleClientId' }),
    )
    expect(held?.standing?.leases?.map(({ owner }) => owner)).toEqual(['a', 'b'])
  } finally {
    await world.close()
  }
})
