/**
 * A client that leaves a grant in the middle of a request, between the look that lets the request in and the read that it is
 * carried out from: nothing of it is shown as it is then, and nothing of it is changed. Which read that is, the emulator
 * counts; nothing here depends on time.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { patience, runs } from '../property.ts'
import { type Asked, requestsOf } from './grants-requests.ts'
import { freshClients, standingsOf } from './grants-world.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'
import { askedAs } from './limits-caller.ts'

const GRANTED = PERMISSIONS.filter((one) => one !== 'metrics:read')
const READ = 'GET /clients/{id}'
const THEIRS = 'out_mark-of-what-it-became'

let world: JobWorld
let sequences = 0
/** Requests in which the client left. */
let left = 0

beforeAll(async () => {
  const permissions = [
    ...PERMISSIONS.map((one) => ({ scope: one, grants: [one] })),
    { scope: 'named', grants: GRANTED, only: { names: [{ pattern: 'in_**' }] } },
  ]
  world = await startJobWorld(0, {
    permissions: permissions as never,
    scopes: PERMISSIONS,
    quotas: { jobsPerHour: 100_000 },
  })
})
afterAll(() => world.close())

const isAtAuth0 = ({ query, body }: Asked): boolean =>
  JSON.stringify([query, body]).includes('"provider":"auth0"') ||
  JSON.stringify(body ?? '').includes('provider=auth0')

const RUNS = runs(3)
const LENGTH = 40

it(
  'a client that leaves the grant meanwhile is neither shown nor changed',
  async () => {
    const property = fc.asyncProperty(fc.nat(), async (seed) => {
      sequences += 1
      const fresh = await freshClients(world, sequences, 'in_')
      const record = world.auth0.client(fresh.id) as JsonObject
      const stood = await standingsOf(world, fresh)
      const theirs = { name: THEIRS, description: THEIRS }
      const requests = requestsOf(fresh, 'clients:write').filter(
        (asked) => isAtAuth0(asked) && JSON.stringify(asked).includes(fresh.id),
      )
      for (const asked of fc.sample(requests, { numRuns: LENGTH, seed })) {
        world.auth0.put(record as never)
        const fault = { kind: 'foreign_write', operation: READ, skip: 1, change: theirs } as const
        world.auth0.inject(fault)
        const { status, body, headers } = await askedAs(world, 'named', asked)
        let text = body + JSON.stringify(headers)
        let code: unknown = JSON.parse(body || '{}').code ?? status
        if (status === 202) {
          const { id } = JSON.parse(body)
          await world.until(id, 'planned', 'done', 'stopped')
          const results = await world.results(id)
          text += JSON.stringify(results)
          code = results[0]?.code
        }
        if (asked.path === '/jobs' && status === 200) code = JSON.parse(body).results[0]?.code
        world.auth0.clearFaults()
        const { updated_at: _, ...now } = world.auth0.client(fresh.id) as JsonObject
        if (now.name !== THEIRS) continue
        left += 1
        // It is not there any more, for this caller: no other refusal says as much.
        const shown = text.includes(THEIRS)
        expect({ asked, text, shown, code }).toMatchObject({ shown: false, code: 'not_found' })
        const { updated_at: __, ...was } = record
        expect({ asked, now }).toEqual({ asked, now: { ...was, ...theirs } })
      }
      expect(await standingsOf(world, fresh)).toMatchObject(stood)
    })
    await fc.assert(property, { numRuns: RUNS })
    expect(left).toBeGreaterThan(10)
  },
  patience(240_000),
)
