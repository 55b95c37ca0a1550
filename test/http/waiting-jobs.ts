/** Jobs of a developer, whose changes someone else has to approve, and callers who may decide about them or not. */

import { expect } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import type { Answer } from '../contract/caller.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const WRITES = PERMISSIONS.filter((one) =>
  /^(clients|leases|secrets|keys|access):(?!read)/.test(one),
)
const OTHERS = PERMISSIONS.filter((one) => !WRITES.includes(one))
const isOfClients = (one: string) => one !== 'metrics:read'
const OWNED = PERMISSIONS.filter(isOfClients)
const OTHERS_OWNED = OTHERS.filter(isOfClients)
const OURS = { names: [{ pattern: 'Ours *' }] }
const PAYMENTS = { teams: ['payments'] }

const ROWS = [
  { scope: 'all', grants: PERMISSIONS },
  { scope: 'asks', grants: OTHERS },
  { scope: 'asks', grants: WRITES, approval: 'required' },
  { scope: 'partly', grants: OTHERS },
  { scope: 'partly', grants: WRITES, approval: 'required' },
  { scope: 'partly', grants: WRITES, only: { names: [{ pattern: 'Free *' }] } },
  // Who owns some clients.
  { scope: 'team', grants: OWNED, only: PAYMENTS },
  { scope: 'named', grants: OWNED, only: OURS },
  { scope: 'logos', grants: ['clients:read', 'jobs:read', 'jobs:write'], only: OURS },
  { scope: 'logos', grants: ['clients:write'], only: { ...OURS, fields: ['logoUri'] } },
  { scope: 'writes', grants: ['clients:read', 'clients:write', 'jobs:read'], only: PAYMENTS },
  { scope: 'waits', grants: OTHERS_OWNED, only: PAYMENTS },
  { scope: 'waits', grants: WRITES, only: PAYMENTS, approval: 'required' },
  { scope: 'reads', grants: ['clients:read', 'jobs:read', 'jobs:write'] },
  { scope: 'blindly', grants: ['clients:write'], approval: 'required' },
  { scope: 'unseen', grants: ['clients:write'], only: OURS },
]

export interface Who {
  readonly scopes: readonly string[]
  readonly claims: { readonly sub: string; readonly client_id: string }
}
/** Who asks, and who may do everything at once. */
export const DEVELOPER: Who = {
  scopes: ['asks'],
  claims: { sub: 'developer', client_id: 'pipeline' },
}
export const OWNER: Who = { scopes: ['all'], claims: { sub: 'owner', client_id: 'desk' } }

/** A job whose start waits. */
export interface WaitingJob {
  /** Of its clients. */
  readonly ids: readonly string[]
  readonly job: string
  readonly request: string
  readonly asked: Answer
}

export interface WaitingJobs extends JobWorld {
  as(who: Who, method: string, path: string, body?: Json): Promise<Answer>
  /** Asks as the developer, of whom nothing else is said. */
  ask(method: string, path: string, body?: Json, who?: Who): Promise<Answer>
  decide(id: unknown, how: 'approve' | 'reject', who?: Who): Promise<Answer>
  show(id: unknown): Promise<JsonObject>
  /** New clients, whose names begin like this; their ids. */
  fresh(names: readonly string[], more?: JsonObject): readonly string[]
  descriptionOf(id: string): Json | undefined
  /** A job that is planned; `more`: of its body. */
  planned(
    ids: readonly string[],
    description: string,
    more?: JsonObject,
    who?: Who,
  ): Promise<JsonObject>
  /** A job of new clients whose start waits. */
  waiting(description: string, names?: readonly string[], more?: JsonObject): Promise<WaitingJob>
  /** The start of a planned job, asked for. */
  asked(job: JsonObject, ids: readonly string[]): Promise<WaitingJob>
}

export async function startWaitingJobs(): Promise<WaitingJobs> {
  const world = await startJobWorld(0, { permissions: ROWS as never, scopes: ['all'] })
  let count = 0
  const as: WaitingJobs['as'] = ({ scopes, claims }, method, path, body) =>
    world.send(method, path, body, { scopes, claims })
  const ask: WaitingJobs['ask'] = (method, path, body, who = DEVELOPER) =>
    as(who, method, path, body)
  const fresh: WaitingJobs['fresh'] = (names, more = {}) =>
    names.map((name) => {
      count += 1
      const id = `jobbed${count}`
      const own = { client_id: id, name: `${name} ${count}`, client_aliases: [], ...more }
      world.auth0.put({ ...fullAuth0Client, ...own })
      return id
    })
  const planned: WaitingJobs['planned'] = async (ids, description, more = {}, who = DEVELOPER) => {
    const clients = ids.map((id) => ({ id }))
    const body = { clients, patch: { description }, ...more }
    const submitted = await ask('POST', '/jobs', body, who)
    expect(submitted.status, submitted.text).toBe(202)
    return world.until(submitted.body.id, 'planned')
  }
  const askedFor: WaitingJobs['asked'] = async (job, ids) => {
    const asked = await ask('POST', `/jobs/${job.id}/start`)
    expect(asked.status, asked.text).toBe(202)
    return { ids, job: String(job.id), request: String(asked.body.id), asked }
  }
  return {
    ...world,
    as,
    ask,
    decide: (id, how, who = OWNER) => as(who, 'POST', `/requests/${id}/${how}`, {}),
    show: async (id) => (await as(OWNER, 'GET', `/requests/${id}`)).body,
    fresh,
    descriptionOf: (id) => (world.auth0.client(id) as unknown as JsonObject).description,
    planned,
    waiting: async (description, names = ['One', 'Two'], more = {}) => {
      const ids = fresh(names)
      return askedFor(await planned(ids, description, more), ids)
    },
    asked: askedFor,
  }
}
