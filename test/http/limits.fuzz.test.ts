/**
 * A caller whose grants are limited, by any sequence of requests over all routes, reads and changes nothing outside of
 * them, and has of a client outside the very answer that a client gets it for that does not exist. What is outside is
 * said in the words of the providers. `limits-race.fuzz.test.ts` moves clients out of a grant in the middle of a request.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnedValue } from '../../src/contract/clients.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { streamed } from '../contract/caller.ts'
import { patience, runs } from '../property.ts'
import { type Asked, requestsOf } from './grants-requests.ts'
import {
  ADDRESSES,
  ASKING,
  type Fresh,
  freshClients,
  requestStates,
  standingsOf,
  stateOf,
  withRequests,
} from './grants-world.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'
import { askedAs } from './limits-caller.ts'

const GRANTED = PERMISSIONS.filter((one) => one !== 'metrics:read')
/** The lists of redirect URIs, by the names that the providers give them. */
const CALLBACKS = ['callbacks', 'CallbackURLs', 'redirect_uris']
const NAMES = ['name', 'ClientName', 'client_name']
const TIMES = ['updated_at', 'LastModifiedDate']
const OWN_HOST = 'https://mine.example.com/'
/** By what each provider knows who a client is, what it may do without a user, and whether it is off. */
const NEVER = [
  ...['client_secret', 'ClientSecret', 'ClientSecrets', 'live_secrets', 'jwks', 'jwks_uri'],
  ...['token_endpoint_auth_method', 'client_authentication_methods', 'disabled'],
  ...['client_secret_expires_at', 'ExplicitAuthFlows', 'WriteAttributes'],
]
const IN = { pattern: 'in_**' }

let world: JobWorld
let sequences = 0
let taken = 0
/** Requests of others that were decided, and those outside of the grant that were asked for. */
let decided = 0
let hidden = 0

beforeAll(async () => {
  const each = PERMISSIONS.map((one) => ({ scope: one, grants: [one] }))
  const permissions = [
    ...each,
    ...ASKING,
    { scope: 'team', grants: GRANTED, only: { teams: ['inside', 'inside_too'] } },
    { scope: 'named', grants: GRANTED, only: { names: [IN] } },
    { scope: 'ids', grants: GRANTED, only: { clients: [IN] } },
    // Everything is granted somewhere, and little of it for these clients.
    { scope: 'halves', grants: GRANTED, only: { teams: ['elsewhere'] } },
    {
      scope: 'halves',
      grants: ['clients:read', 'clients:write', 'history:read', 'jobs:read', 'jobs:write'],
      only: { clients: [IN] },
    },
    // It may change these clients, and read others only.
    { scope: 'blind', grants: GRANTED, only: { teams: ['elsewhere'] } },
    { scope: 'blind', grants: ['clients:write'], only: { clients: [IN] } },
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

async function ask(scope: string, asked: Asked) {
  const answer = await askedAs(world, scope, asked)
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

/** The same request about what is not there. */
function aboutNothing(asked: Asked, { id, operation, job, requests }: Fresh): Asked {
  const text = [operation, job, ...requests].reduce(
    (named, name, index) => named.replaceAll(name, `00000000-0000-4000-8000-00000000000${index}`),
    JSON.stringify(asked).replaceAll(id, `absent-${id}`),
  )
  return JSON.parse(text)
}

const isAboutOne = ({ path }: Asked, { id, operation, job, requests }: Fresh): boolean =>
  [id, operation, job, ...requests].some((name) => path.includes(name))

const isDecision = ({ method, path }: Asked) => method === 'POST' && path.startsWith('/requests/')

/** What came of a job, without what names its client. */
async function outcomesOf(job: Json | undefined): Promise<readonly Json[]> {
  await world.until(job, 'planned', 'done', 'stopped')
  return (await world.results(job)).map(({ item: _, client: __, at: ___, ...rest }) => rest)
}

/** What its submitter is shown of a job, at rest. */
async function ownViewOf(scope: string, job: Json | undefined): Promise<string> {
  await world.until(job, 'planned', 'done', 'stopped')
  const [view, results, events] = await Promise.all([
    ask(scope, { method: 'GET', path: `/jobs/${job}` }),
    ask(scope, { method: 'GET', path: `/jobs/${job}/results` }),
    ask(scope, { method: 'GET', path: `/jobs/${job}/events`, headers: { 'last-event-id': '0' } }),
  ])
  return view.body + results.body + (await streamed(events))
}

const idIn = (body: string): Json | undefined => (JSON.parse(body || '{}') as JsonObject).id

/** Whether a client is within a grant, by what its provider and its history say. */
const INSIDE: Readonly<Record<string, (record: JsonObject, standing: JsonObject) => boolean>> = {
  team: (_, { team }) => ['inside', 'inside_too'].includes(String(team)),
  named: (record) => NAMES.some((name) => String(record[name]).startsWith('in_')),
  ids: () => true,
}

/** What stays within the grant by what it goes by, and is refused all the same. */
const atTheEdge = (inside: Fresh): readonly { readonly asked: Asked; readonly of: Fresh }[] =>
  ADDRESSES.flatMap((address) => {
    const path = `/clients/${inside.id}`
    const [team, client] = ['inside_too', { name: 'in_renamed' }]
    return [
      { asked: { method: 'PUT', path: `${path}/team`, body: { ...address, team } }, of: inside },
      { asked: { method: 'PATCH', path, body: { ...address, client } }, of: inside },
    ]
  })

const namesIn = (record: JsonObject | undefined) => NAMES.map((name) => record?.[name])

/** A sequence of requests by a caller whose grants are for `inside` alone. */
async function runSequence(scope: string, seed: number, length: number): Promise<void> {
  sequences += 1
  const inside = await withRequests(world, await freshClients(world, sequences, 'in_'))
  const outside = await withRequests(
    world,
    await freshClients(world, 1_000_000 + sequences, 'out_'),
  )
  await assign(inside, 'inside')
  await assign(outside, 'outside')
  const [before, stood] = [await stateOf(world, outside), await standingsOf(world, outside)]
  const requests = fc.oneof(
    requestsOf(inside, 'clients:write').map((asked) => ({ asked, of: inside })),
    requestsOf(outside, 'clients:write').map((asked) => ({ asked, of: outside })),
  )
  const began = await stateOf(world, inside)
  const made: JsonObject[] = []
  const drawn = fc.sample(requests, { numRuns: length, seed })
  for (const { asked, of } of [...drawn, ...atTheEdge(inside)]) {
    const answer = await ask(scope, asked)
    const job = answer.status === 202 ? idIn(answer.body) : undefined
    const outcomes = job === undefined ? [] : await outcomesOf(job)
    const text = answer.body + JSON.stringify([answer.headers, outcomes])
    const said = JSON.stringify(asked)
    if (isDecision(asked) && answer.status < 300) decided += 1
    const shown = [...Object.values(outside.marks), outside.id, ...outside.requests].filter(
      (mark) => text.includes(mark) && !said.includes(mark),
    )
    expect({ asked, shown, text }).toEqual({ asked, shown: [], text })
    // A selection finds none of them.
    if (of === outside && said.includes('"select"')) expect(answer.status, said).not.toBe(202)
    if (answer.status === 201) made.push(JSON.parse(answer.body))
    if (of === inside) continue
    if (job !== undefined && said.includes(outside.id)) {
      const other = await ask(scope, aboutNothing(asked, outside))
      expect({ asked, outcomes }).toEqual({ asked, outcomes: await outcomesOf(idIn(other.body)) })
    }
    if (!isAboutOne(asked, outside)) continue
    if (asked.path.startsWith('/requests/')) hidden += 1
    const nothing = await ask(scope, aboutNothing(asked, outside))
    const { status, headers, body } = nothing
    expect({ asked, answer }).toEqual({ asked, answer: { ...answer, status, headers, body } })
  }
  await world.clientry.rest(Date.now() + REST_MS)
  expect(await requestStates(world, outside)).toEqual(outside.requests.map(() => 'pending'))
  const after = await stateOf(world, outside)
  expect({ ...after, made: before.made }).toEqual(before)
  expect(await standingsOf(world, outside)).toEqual(stood)
  const isInside = INSIDE[scope]
  // Whatever it did with its own clients, it gave none away.
  const stands = await standingsOf(world, inside)
  const { records } = await stateOf(world, inside)
  for (const [index, record] of records.entries()) {
    if (record === undefined) continue
    const standing = stands[index] ?? {}
    expect(isInside?.(record, standing), scope).toBe(true)
    // What its grant goes by, it cannot change, not even for another one within it.
    if (scope === 'team') expect(standing.team).toBe('inside')
    if (scope === 'named') expect(namesIn(record)).toEqual(namesIn(began.records[index]))
  }
  // What it made is within its grant too.
  for (const { id, provider, userPoolId } of made) {
    const place = { provider, ...(userPoolId !== undefined && { userPoolId }) }
    const query = new URLSearchParams(place as Record<string, string>).toString()
    const read = (rest: string) => world.send('GET', `/clients/${id}${rest}`, undefined, { query })
    const [client, standing] = [await read(''), await read('/standing')]
    if (client.status === 200)
      expect(isInside?.(client.body, standing.body), client.text).toBe(true)
  }
}

const LENGTH = 60
/** Jobs that were set to work are done by then (milliseconds). */
const REST_MS = 30_000
const RUNS = runs(4)
/** Some 2,000 requests and 40 sets of clients. */
const LIMIT_MS = patience(240_000)

describe.each(['team', 'named', 'ids'])('a caller with a grant for some clients (%s)', (scope) => {
  it(
    'never reads, changes or learns of what is outside, and takes nothing out of it',
    async () => {
      const sequence = fc.asyncProperty(fc.nat(), (seed) => runSequence(scope, seed, LENGTH))
      await fc.assert(sequence, { numRuns: RUNS })
      expect(taken).toBeGreaterThan(10)
    },
    LIMIT_MS,
  )
})

/** A sequence of requests about one set of clients, and what the caller may have changed of it. */
async function alone(
  scope: string,
  seed: number,
  mayDiffer: (member: string, was: unknown, is: unknown) => boolean,
) {
  sequences += 1
  const fresh = await freshClients(world, sequences, 'in_')
  const [before, stood] = [await stateOf(world, fresh), await standingsOf(world, fresh)]
  const sequence = fc.sample(requestsOf(fresh, 'clients:write'), { numRuns: LENGTH, seed })
  for (const asked of sequence) {
    const { status, body } = await ask(scope, asked)
    if (status === 202) await outcomesOf(idIn(body))
  }
  const [after, stands] = [await stateOf(world, fresh), await standingsOf(world, fresh)]
  for (const [index, was] of before.records.entries()) {
    const is = after.records[index]
    expect({ sequence, is }).toEqual({ sequence, is: expect.anything() })
    const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])
    for (const name of names) {
      const [one, other] = [was?.[name], is?.[name]]
      if (TIMES.includes(name) || JSON.stringify(one) === JSON.stringify(other)) continue
      const allowed = mayDiffer(name, one, other)
      expect({ sequence, name, one, other, allowed }).toMatchObject({ allowed: true })
    }
  }
  const held = (all: readonly JsonObject[]) =>
    all.map(({ protected: on, team, suspension }) => ({ on, team, suspension }))
  expect({ sequence, held: held(stands) }).toEqual({ sequence, held: held(stood) })
  return { sequence, before, after, stood, stands }
}

it('the sequences met requests that wait, of their own clients and of others', () => {
  process.stdout.write(`${decided} requests decided, ${hidden} of others asked for\n`)
  expect(decided).toBeGreaterThan(0)
  expect(hidden).toBeGreaterThan(10)
})

it(
  'a caller with some values of one list changes no other value and no other setting, nor what holds for these',
  async () => {
    const property = fc.asyncProperty(fc.nat(), async (seed) => {
      const isOwn = (value: unknown) => String(value).startsWith(OWN_HOST)
      const { sequence, before, after, stands } = await alone('values', seed, (name, one, other) =>
        CALLBACKS.includes(name) ? differing(one, other).every(isOwn) : false,
      )
      expect(after.made).toEqual(before.made)
      for (const { leases = [], moves = [], values: owned } of stands) {
        const values = [
          ...(leases as JsonObject[]).map(({ value }) => value),
          ...(moves as JsonObject[]).flatMap(({ from, to }) => [from, to]),
          ...(owned as unknown as readonly OwnedValue[]).flatMap(({ value, managers = [] }) =>
            managers.length === 0 ? [] : [value],
          ),
        ]
        expect({ sequence, foreign: values.filter((one) => !isOwn(one)) }).toEqual({
          sequence,
          foreign: [],
        })
      }
    })
    await fc.assert(property, { numRuns: RUNS })
  },
  LIMIT_MS,
)

it(
  'a caller whose further permissions are for other clients uses none of them here',
  async () => {
    const property = fc.asyncProperty(fc.nat(), async (seed) => {
      const { sequence, stood, stands } = await alone(
        'halves',
        seed,
        (name) => !NEVER.includes(name),
      )
      const leasesOf = (all: readonly JsonObject[]) => all.map(({ leases }) => leases ?? null)
      expect({ sequence, leases: leasesOf(stands) }).toEqual({ sequence, leases: leasesOf(stood) })
    })
    await fc.assert(property, { numRuns: RUNS })
  },
  LIMIT_MS,
)

it(
  'a caller who may read other clients only is shown nothing of these',
  async () => {
    const property = fc.asyncProperty(fc.nat(), async (seed) => {
      sequences += 1
      const fresh = await freshClients(world, sequences, 'in_')
      const said: Asked[] = []
      for (const asked of fc.sample(requestsOf(fresh, 'clients:write'), {
        numRuns: LENGTH,
        seed,
      })) {
        said.push(asked)
        const { status, body, headers } = await ask('blind', asked)
        const job = status === 202 ? await ownViewOf('blind', idIn(body)) : ''
        const text = body + JSON.stringify(headers) + job
        const known = JSON.stringify(said)
        const shown = Object.values(fresh.marks).filter(
          (mark) => text.includes(mark) && !known.includes(mark),
        )
        expect({ asked, shown, text }).toEqual({ asked, shown: [], text })
        // Nor what it holds without a mark.
        if (asked.method === 'GET' && asked.path.includes(fresh.id))
          expect(status, text).not.toBe(200)
      }
    })
    await fc.assert(property, { numRuns: RUNS })
  },
  LIMIT_MS,
)

it('the requests come to every route that is about clients', async () => {
  const fresh = await freshClients(world, 2_000_000)
  const paths = ROUTES.filter(({ path }) =>
    /^\/(clients|jobs|lint|history|operations|overview|providers|requests|whoami)/.test(path),
  ).map(({ method, path, operationId }) => {
    const shape = path.replace(/\{\w+\}/g, '[^/]+')
    return { operationId, shape: new RegExp(`^${method} ${shape}$`) }
  })
  // So many that the rarest of some eighty kinds is missed about once in 10^20 runs.
  const requests = fc.sample(requestsOf(fresh, 'clients:write'), 20_000)
  const asked = [...new Set(requests.map(({ method, path }) => `${method} ${path}`))]
  const missed = paths.filter(({ shape }) => !asked.some((one) => shape.test(one)))
  expect(missed.map(({ operationId }) => operationId)).toEqual([])
})

function differing(one: unknown, other: unknown): readonly string[] {
  const [was, is] = [one, other].map((list) => (Array.isArray(list) ? list.map(String) : []))
  const [before = [], after = []] = [was, is]
  return [...before, ...after].filter((value) => !(before.includes(value) && after.includes(value)))
}
