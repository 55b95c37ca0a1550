/**
 * A caller whose every right asks for approval, by any sequence of requests and by any token that is its own or of its client,
 * changes nothing, at any provider. What a client is like is read from the providers, in their own words.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { patience, runs } from '../property.ts'
import { type Asked, requestsOf } from './grants-requests.ts'
import { freshClients, stateOf } from './grants-world.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const WRITES = PERMISSIONS.filter((one) =>
  /^(clients|leases|secrets|keys|access):(?!read)/.test(one),
)
const OTHERS = PERMISSIONS.filter((one) => !WRITES.includes(one) && one !== 'metrics:read')
const LENGTH = 16
const RUNS = runs(8)
/** Jobs of one sequence are planned by then (milliseconds). */
const REST_MS = 30_000
/** Some 300 requests and 8 sets of clients. */
const LIMIT_MS = patience(240_000)

let world: JobWorld
let sequences = 0
/** Requests that were stored, and those that tried to approve one. */
let stored = 0
let refused = 0
/** Requests that jobs have made of themselves. */
let jobs = 0

beforeAll(async () => {
  const each = PERMISSIONS.map((one) => ({ scope: one, grants: [one] }))
  const permissions = [
    ...each,
    { scope: 'asks', grants: OTHERS },
    { scope: 'asks', grants: WRITES, approval: 'required' },
    { scope: 'same', grants: [...OTHERS, ...WRITES] },
  ]
  world = await startJobWorld(0, {
    permissions: permissions as never,
    scopes: PERMISSIONS,
    issuer: { provider: 'local' },
    quotas: { jobsPerHour: 100_000 },
  })
})
afterAll(() => world.close())

const SELF = { sub: 'developer', client_id: 'pipeline' }
/** Tokens that are not someone else's: of the same subject, of the same client, of the client itself. */
const OWN = [
  { ...SELF, client_id: 'another' },
  { ...SELF, sub: 'another' },
  { sub: 'pipeline', client_id: 'pipeline' },
]

const ask = ({ method, path, query = {}, body, headers = {} }: Asked) =>
  world.send(method, path, body, { scopes: ['asks'], claims: SELF, query, headers })

/** Tries to have a request carried out by oneself. */
async function approve(id: unknown, index: number): Promise<void> {
  const claims = OWN[index % OWN.length] ?? SELF
  for (const scopes of [['asks'], ['same']]) {
    const { status } = await world.send('POST', `/requests/${id}/approve`, {}, { scopes, claims })
    expect([403, 404, 409]).toContain(status)
    refused += 1
  }
}

it(
  'nothing takes effect without a second person',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        sequences += 1
        const fresh = await freshClients(world, 2_000_000 + sequences)
        const { job: _, ...before } = await stateOf(world, fresh)
        const requests = requestsOf(fresh, 'clients:write')
        for (const [index, asked] of fc.sample(requests, { numRuns: LENGTH, seed }).entries()) {
          const answer = await ask(asked)
          expect(answer.status, answer.text).toBeLessThan(500)
          const isStored = answer.headers.location?.startsWith('/requests/') === true
          if (!isStored) continue
          stored += 1
          expect(answer.status).toBe(202)
          await approve((answer.body as JsonObject).id, index)
        }
        // Jobs ask by themselves once they are planned, and change nothing before.
        await world.clientry.rest(Date.now() + REST_MS)
        const waiting = await world.send('GET', '/requests', undefined, {
          ...{ scopes: ['asks'], claims: SELF, query: { state: 'pending', limit: '100' } },
        })
        for (const [index, { id, job }] of (waiting.body.items as JsonObject[]).entries()) {
          if (job === undefined) continue
          jobs += 1
          await approve(id, index)
        }
        await world.clientry.sweep()
        await world.clientry.rest(Date.now() + REST_MS)
        const { job: __, ...after } = await stateOf(world, fresh)
        expect(after).toEqual(before)
      }),
      { numRuns: RUNS },
    )
    process.stdout.write(
      `${stored} changes were stored, ${jobs} jobs waited, ${refused} approvals refused\n`,
    )
    // About one request in four is; that none of 128 is would be less likely than one in 10^15.
    expect(stored).toBeGreaterThan(0)
  },
  LIMIT_MS,
)
