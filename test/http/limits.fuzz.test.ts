/**
 * A caller whose grants are limited, by any sequence of requests that it may send, reads and changes nothing outside of
 * them, and has of a client outside the very answer that a client gets it for that does not exist. Everything is granted
 * here, so that only the limits stand in between. What is outside is said in the words of the providers.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import type { HttpResponse } from '../../src/http/wire/message.ts'
import { patience, runs } from '../property.ts'
import { type Asked, requestsOf } from './grants-requests.ts'
import { ADDRESSES, type Fresh, freshClients, stateOf } from './grants-world.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const GRANTED = PERMISSIONS.filter((one) => one !== 'metrics:read')
/** The lists of redirect URIs, by the names that the providers give them. */
const CALLBACKS = ['callbacks', 'CallbackURLs', 'redirect_uris']
const TIMES = ['updated_at', 'LastModifiedDate']
const OWN_HOST = 'https://mine.example.com/'

let world: JobWorld
let sequences = 0
let taken = 0

beforeAll(async () => {
  const each = PERMISSIONS.map((one) => ({ scope: one, grants: [one] }))
  const permissions = [
    ...each,
    { scope: 'team', grants: GRANTED, only: { teams: ['inside'] } },
    { scope: 'values', grants: ['clients:read', 'history:read', 'jobs:read'] },
    {
      scope: 'values',
      grants: ['clients:write', 'leases:write', 'jobs:write'],
      only: { fields: ['callbacks'], values: [{ pattern: `${OWN_HOST}**` }] },
    },
  ]
  world = await startJobWorld(0, {
    permissions: permissions as never,
    scopes: PERMISSIONS,
    issuer: { provider: 'local' },
    quotas: { jobsPerHour: 100_000 },
  })
})
afterAll(() => world.close())

async function ask(scope: string, asked: Asked): Promise<HttpResponse> {
  const { method, path, query = {}, body, headers = {} } = asked
  const answer = await world.clientry.app({
    method,
    path,
    query: new URLSearchParams(query as Record<string, string>).toString(),
    headers: {
      authorization: [`Bearer ${await world.token([scope], { sub: 'limited' })}`],
      'content-type': [headers['content-type'] ?? 'application/json'],
      'x-request-id': ['the-same'],
      ...(headers['if-match'] && { 'if-match': [headers['if-match']] }),
    },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    deadline: Date.now() + 20_000,
  })
  expect(answer.status, answer.body).toBeLessThan(500)
  if (answer.status < 300) taken += 1
  return answer
}

/** Says whose the clients of a run are. */
async function assign({ id }: Fresh, team: string): Promise<void> {
  for (const address of ADDRESSES) {
    const { status, text } = await world.send('PUT', `/clients/${id}/team`, { ...address, team })
    expect(status, text).toBe(200)
  }
}

async function teamsOf({ id }: Fresh): Promise<readonly unknown[]> {
  const answers = ADDRESSES.map((address) => {
    const query = new URLSearchParams(address as Record<string, string>).toString()
    return world.send('GET', `/clients/${id}/standing`, undefined, { query })
  })
  return (await Promise.all(answers)).map(({ status, body }) =>
    status === 200 ? body.team : 'gone',
  )
}

/** The same request about what is not there. */
function aboutNothing(asked: Asked, { id, operation, job }: Fresh): Asked {
  const text = JSON.stringify(asked)
    .replaceAll(id, `absent-${id}`)
    .replaceAll(operation, '00000000-0000-4000-8000-000000000000')
    .replaceAll(job, '00000000-0000-4000-8000-000000000001')
  return JSON.parse(text)
}

const isAboutOne = ({ path, method, body }: Asked, { id, operation, job }: Fresh): boolean =>
  [id, operation, job].some((name) => path.includes(name)) && !(method === 'POST' && body === null)

const LENGTH = 16
const RUNS = runs(8)
/** Some 250 requests and 16 sets of clients. */
const LIMIT_MS = patience(240_000)

it(
  'a caller of a team never reads, changes or learns of what is not the team’s',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        sequences += 1
        const inside = await freshClients(world, sequences)
        const outside = await freshClients(world, 1_000_000 + sequences)
        await assign(inside, 'inside')
        await assign(outside, 'outside')
        const before = await stateOf(world, outside)
        const requests = fc.oneof(
          requestsOf(inside, 'clients:write').map((asked) => ({ asked, of: inside })),
          requestsOf(outside, 'clients:write').map((asked) => ({ asked, of: outside })),
        )
        for (const { asked, of } of fc.sample(requests, { numRuns: LENGTH, seed })) {
          const answer = await ask('team', asked)
          const text = answer.body + JSON.stringify(answer.headers)
          const said = JSON.stringify(asked)
          const shown = Object.values(outside.marks).filter(
            (mark) => text.includes(mark) && !said.includes(mark),
          )
          expect({ asked, shown, text }).toEqual({ asked, shown: [], text })
          if (of === inside || !isAboutOne(asked, outside)) continue
          const nothing = await ask('team', aboutNothing(asked, outside))
          const { status, headers, body } = nothing
          expect({ asked, answer }).toEqual({ asked, answer: { ...answer, status, headers, body } })
        }
        const after = await stateOf(world, outside)
        expect({ ...after, made: before.made }).toEqual(before)
        expect(await teamsOf(outside)).toEqual(ADDRESSES.map(() => 'outside'))
        // Whatever it did with its own clients, it gave none away.
        for (const team of await teamsOf(inside)) expect(['inside', 'gone']).toContain(team)
      }),
      { numRuns: RUNS },
    )
    expect(taken).toBeGreaterThan(10)
  },
  LIMIT_MS,
)

it(
  'a caller with some values of one list changes no other value and no other setting',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        sequences += 1
        const fresh = await freshClients(world, sequences)
        const before = await stateOf(world, fresh)
        const sequence = fc.sample(requestsOf(fresh, 'clients:write'), { numRuns: LENGTH, seed })
        for (const asked of sequence) await ask('values', asked)
        const after = await stateOf(world, fresh)
        for (const [index, was] of before.records.entries()) {
          const is = after.records[index]
          const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])
          for (const name of names) {
            const [one, other] = [was?.[name], is?.[name]]
            if (TIMES.includes(name) || JSON.stringify(one) === JSON.stringify(other)) continue
            expect({ sequence, name, one, other }).toEqual({
              sequence,
              name: expect.toSatisfy(isCallbacks),
              one,
              other,
            })
            for (const value of differing(one, other)) expect(value.startsWith(OWN_HOST)).toBe(true)
          }
        }
        expect(after.made).toEqual(before.made)
        expect(after.standing.map((one) => one.protected)).toEqual(
          before.standing.map((one) => one.protected),
        )
      }),
      { numRuns: RUNS },
    )
  },
  LIMIT_MS,
)

const isCallbacks = (name: unknown): boolean => CALLBACKS.includes(String(name))

function differing(one: unknown, other: unknown): readonly string[] {
  const [was, is] = [one, other].map((list) => (Array.isArray(list) ? list.map(String) : []))
  const [before = [], after = []] = [was, is]
  return [...before, ...after].filter((value) => !(before.includes(value) && after.includes(value)))
}
