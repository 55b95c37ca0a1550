/** Clients that no one has used before, with marks in them, and everything that there is of them. */

import { expect } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { Permission } from '../../src/core/rights/permissions.ts'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { storedDocument } from '../fixtures/stored-document.ts'
import type { JobWorld } from './jobs-world.ts'

/** Marks of one run, by what may show them. A secret takes two permissions, and so no one here may see one. */
const marksOf = (run: number) => {
  const mark = (what: string) => `mark-of-${what}-${run}-end`
  return {
    client: mark('a-client'),
    history: mark('the-history'),
    job: mark('a-job'),
    secret: `${mark('a-secret')}-0123456789abcdef`,
  } as const
}
export type Marks = ReturnType<typeof marksOf>

/** What a run is about. */
export interface Fresh {
  readonly id: string
  readonly marks: Marks
  /** The last change of these clients, and a job that is about to change them. */
  readonly operation: string
  readonly job: string
  /** Changes of these clients that wait for an approval. */
  readonly requests: readonly string[]
}

const COGNITO = { provider: 'cognito-client', userPoolId: POOL_ID }
export const ADDRESSES: readonly JsonObject[] = [
  { provider: 'auth0' },
  COGNITO,
  { provider: 'local' },
]

/**
 * A new client at each provider, with marks, a history and a job; no one has used them before. `prefix`: of their ids and
 * names.
 */
export async function freshClients(world: JobWorld, run: number, prefix = ''): Promise<Fresh> {
  const marks = marksOf(run)
  const id = `${prefix}client${run}`
  const { client, history, secret } = marks
  const callback = `https://${client}.example.com/cb`
  world.auth0.put({
    ...fullAuth0Client,
    client_id: id,
    client_aliases: [],
    client_secret: secret,
    name: `${prefix}${client}`,
    description: history,
    callbacks: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
  })
  world.cognito.put(POOL_ID, {
    ...fullCognitoClient,
    ClientId: id,
    ClientName: `${prefix}${history}`,
    ClientSecret: secret,
    CallbackURLs: [callback],
  })
  await putLocalClient(world.documents, {
    ...fullLocalClient,
    client_id: id,
    client_name: `${prefix}${client}`,
    client_secret: secret,
    description: history,
    redirect_uris: [callback],
    scope: 'openid clients:read',
  })
  let operation = ''
  for (const address of ADDRESSES) {
    const name = address.userPoolId === undefined ? 'description' : 'name'
    const asked = { ...address, client: { [name]: `${prefix}Named since` } }
    const answer = await world.send('PATCH', `/clients/${id}`, asked)
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    operation = answer.headers['operation-id'] ?? ''
  }
  const clients = ['auth0', 'local'].map((provider) => ({ provider, id }))
  const patch = { logoUri: `https://${marks.job}.example.com/logo.png` }
  const { body } = await world.send('POST', '/jobs', { clients, patch })
  await world.until(body.id, 'planned')
  return { id, marks, operation, job: String(body.id), requests: [] }
}

const DEVELOPER = { scopes: ['asks'], claims: { sub: 'developer', client_id: 'pipeline' } }
const CHANGES: readonly Permission[] = ['clients:write', 'clients:suspend']
/** The rows of a developer whose every change waits for an approval. */
export const ASKING = [
  { scope: 'asks', grants: ['clients:read', 'jobs:read', 'jobs:write'] },
  { scope: 'asks', grants: CHANGES, approval: 'required' },
] as const

/** The same clients, of which a change, a suspension and a job wait for an approval: by a developer of `ASKING`. */
export async function withRequests(world: JobWorld, fresh: Fresh): Promise<Fresh> {
  const { id, marks } = fresh
  const ask = (method: string, path: string, body?: Json) =>
    world.send(method, path, body, DEVELOPER)
  const logoUri = `https://${marks.job}.example.com/asked.png`
  const clients = ['auth0', 'local'].map((provider) => ({ provider, id }))
  const job = await ask('POST', '/jobs', { clients, patch: { logoUri } })
  await world.until(job.body.id, 'planned')
  const answers = [
    await ask('PATCH', `/clients/${id}`, { provider: 'auth0', client: { logoUri } }),
    await ask('POST', `/clients/${id}/suspend`, { provider: 'local' }),
    await ask('POST', `/jobs/${job.body.id}/start`),
  ]
  const requests = answers.map(({ status, text, body }) => {
    expect(status, text).toBe(202)
    return String(body.id)
  })
  return { ...fresh, requests }
}

/** What became of the requests of these clients. */
export const requestStates = (world: JobWorld, { requests }: Fresh): Promise<readonly Json[]> =>
  Promise.all(
    requests.map(async (id) => (await world.send('GET', `/requests/${id}`)).body.state ?? null),
  )

/** Everything that there is of the clients, apart from what a job is about to do. */
export async function stateOf(world: JobWorld, { id, job }: Fresh) {
  const standing = await Promise.all(
    ADDRESSES.map(async (address) => {
      const query = new URLSearchParams(address as Record<string, string>).toString()
      const { status, body } = await world.send('GET', `/clients/${id}`, undefined, { query })
      const { protected: on = false, leases = [] } = body
      return { there: status === 200, protected: on, leases: leases as Json }
    }),
  )
  const { body } = await world.send('GET', `/jobs/${job}`)
  const cognito = has(() => world.cognito.client(POOL_ID, id))
  const secrets = has(() => world.cognito.secrets(POOL_ID, id))
  const records: readonly (JsonObject | undefined)[] = [
    world.auth0.client(id) as JsonObject | undefined,
    cognito && { ...cognito, ClientSecrets: [...(secrets ?? [])] },
    storedDocument(world, 'client', id),
  ]
  return { standing, records, job: body.state, made: madeIn(world) }
}

/** What holds for the clients beside their settings: leases, moves, managed values, teams. */
export const standingsOf = (world: JobWorld, { id }: Fresh): Promise<readonly JsonObject[]> =>
  Promise.all(
    ADDRESSES.map(async (address) => {
      const query = new URLSearchParams(address as Record<string, string>).toString()
      const read = (rest: string) =>
        world.send('GET', `/clients/${id}${rest}`, undefined, { query })
      const [{ body: standing }, { body: values }] = [
        await read('/standing'),
        await read('/values'),
      ]
      return { ...standing, values: values.values ?? null }
    }),
  )

const has = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Clients that were made, at each provider. */
function madeIn({ auth0, cognito, ...file }: JobWorld): Json {
  const local = storedDocument(file, 'client-ids', 'all')?.ids
  return [
    auth0.calls.filter(({ operation }) => operation === 'POST /clients').length,
    cognito.calls.filter(({ operation }) => operation === 'CreateUserPoolClient').length,
    Array.isArray(local) ? local.length : 0,
  ]
}
