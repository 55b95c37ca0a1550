/** Every operation that can wait for an approval: asked for, it changes nothing; approved, it does what it does elsewhere. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS, type Operation, type OperationName } from '../../src/contract/operations.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { APPROVALS } from '../../src/http/approval/approvals.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { jwk } from '../fixtures/public-keys.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const WRITES = PERMISSIONS.filter((one) =>
  /^(clients|leases|secrets|keys|access):(?!read)/.test(one),
)
const READS = PERMISSIONS.filter((one) => !WRITES.includes(one))

let world: JobWorld
let count = 0

beforeAll(async () => {
  const rows = [
    { scope: 'all', grants: PERMISSIONS },
    { scope: 'asks', grants: READS },
    { scope: 'asks', grants: WRITES, approval: 'required' },
  ]
  world = await startJobWorld(0, { permissions: rows as never, scopes: ['all'] })
})
afterAll(() => world.close())

type Call = readonly [method: string, path: string, body?: Json]

interface Case {
  readonly operation: keyof typeof APPROVALS
  /** What is done before, by someone who may; gives the client. */
  before?(id: string): Promise<unknown>
  call(id: string, before: unknown): Call
  readonly headers?: Readonly<Record<string, string>>
  /** Nothing of it can be seen at the provider. */
  readonly standing?: true
}

const done = async (...[method, path, body]: Call) => {
  const answer = await world.send(method, path, body)
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer
}

const CALLBACK = 'https://app.example.com/callback'
const NEW = 'https://app.example.com/new'
const LEASE = { field: 'callbacks', value: NEW, owner: 'pr-1', ttlSeconds: 3_600 }
const COGNITO = `provider=cognito-client&userPoolId=${POOL_ID}`
const move = (id: string) => done('POST', `/clients/${id}/move`, { from: CALLBACK, to: NEW })

const CASES: readonly Case[] = [
  {
    operation: 'updateClient',
    call: (id) => ['PATCH', `/clients/${id}`, [{ op: 'add', path: '/callbacks/-', value: NEW }]],
  },
  {
    operation: 'updateClient',
    call: (id) => ['PATCH', `/clients/${id}`, { client: { callbacks: { add: [NEW] } } }],
  },
  {
    operation: 'rollbackClient',
    before: (id) => done('PATCH', `/clients/${id}`, { client: { description: 'to be undone' } }),
    call: (id) => ['POST', `/clients/${id}/rollback`, { to: 0 }],
  },
  {
    operation: 'createClient',
    call: () => ['POST', '/clients', { kind: 'spa', client: { name: 'Made by approval' } }],
  },
  {
    operation: 'copyClient',
    call: (id) => [
      'POST',
      `/clients/${id}/copy`,
      { provider: 'local', allowLoss: true, client: { name: 'Copied by approval' } },
    ],
  },
  {
    operation: 'adoptClient',
    call: (id) => ['PUT', `/clients/${id}/registration`, {}],
    standing: true,
  },
  {
    operation: 'deleteClient',
    call: (id) => ['DELETE', `/clients/${id}`],
    headers: { 'if-match': '*' },
  },
  {
    operation: 'protectClient',
    call: (id) => ['PUT', `/clients/${id}/protection`, { protected: true }],
    standing: true,
  },
  {
    operation: 'assignClient',
    call: (id) => ['PUT', `/clients/${id}/team`, { team: 'payments' }],
    standing: true,
  },
  { operation: 'suspendClient', call: (id) => ['POST', `/clients/${id}/suspend`] },
  {
    operation: 'resumeClient',
    before: (id) => done('POST', `/clients/${id}/suspend`),
    call: (id) => ['POST', `/clients/${id}/resume`],
  },
  {
    operation: 'rotateSecret',
    call: (id) => ['POST', `/clients/${id}/rotate-secret`, { cutOver: true }],
  },
  {
    operation: 'retireSecret',
    before: async (id) => {
      const { body } = await done('POST', `/clients/${id}/rotate-secret?${COGNITO}`, {})
      return (body.secret as JsonObject).id
    },
    call: (id, secret) => ['DELETE', `/clients/${id}/secrets/${secret}?${COGNITO}`],
  },
  {
    operation: 'addKey',
    call: (id) => ['POST', `/clients/${id}/keys`, { key: jwk('rsa', { kid: `key-of-${id}` }) }],
  },
  {
    operation: 'removeKey',
    before: (id) =>
      done('POST', `/clients/${id}/keys`, { key: jwk('rsa', { kid: 'key-to-be-gone' }) }),
    call: (id) => ['DELETE', `/clients/${id}/keys/key-to-be-gone`],
  },
  {
    operation: 'putValues',
    call: (id) => ['PUT', `/clients/${id}/values`, { managers: { ours: { callbacks: [NEW] } } }],
  },
  { operation: 'putLease', call: (id) => ['PUT', `/clients/${id}/leases`, LEASE] },
  {
    operation: 'endLeases',
    before: (id) => done('PUT', `/clients/${id}/leases`, LEASE),
    call: (id) => ['DELETE', `/clients/${id}/leases?owner=pr-1`],
  },
  {
    operation: 'moveRedirect',
    call: (id) => ['POST', `/clients/${id}/move`, { from: CALLBACK, to: NEW }],
  },
  {
    operation: 'endMove',
    before: move,
    call: (id) => ['POST', `/clients/${id}/move/end`, { from: CALLBACK }],
  },
]

/** A move waits for its provider, and only some give a client back: by the same steps, and tested with them. */
const ELSEWHERE = ['narrowMove', 'restoreClient']

function fresh(): string {
  count += 1
  const id = `waits${count}`
  const own = { client_id: id, name: `Waits ${count}`, client_aliases: [], callbacks: [CALLBACK] }
  world.auth0.put({ ...fullAuth0Client, ...own })
  world.cognito.put(POOL_ID, { ...fullCognitoClient, ClientId: id, ClientName: `Waits ${count}` })
  return id
}

const developer = { scopes: ['asks'], claims: { sub: 'developer', client_id: 'pipeline' } }
const owner = { scopes: ['all'], claims: { sub: 'owner', client_id: 'desk' } }

describe('an operation that waits', () => {
  it.each(CASES.map((one) => [one.operation, one] as const))('%s', async (operation, one) => {
    const id = fresh()
    const before = await one.before?.(id)
    const [method, path, body] = one.call(id, before)
    const writes = world.upstreamWrites()
    const { headers = {} } = one
    const asked = await world.send(method, path, body, { ...developer, headers })
    expect(asked.status, asked.text).toBe(202)
    expect(asked.body).toMatchObject({ operation, state: 'pending' })
    expect(world.upstreamWrites()).toBe(writes)
    const answer = await world.send('POST', `/requests/${asked.body.id}/approve`, {}, owner)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).toMatchObject({ state: 'applied' })
    const isLocal = operation === 'copyClient'
    if (one.standing !== true && !isLocal) expect(world.upstreamWrites()).toBeGreaterThan(writes)
    const { operationId } = answer.body
    const record = await world.send('GET', `/operations/${operationId}`, undefined, owner)
    expect(record.body).toMatchObject({
      outcome: 'applied',
      actor: { subject: 'developer' },
      approval: { requestId: asked.body.id, approvedBy: { subject: 'owner' } },
    })
  })

  it('is each that the table says', () => {
    const tried = new Set<string>([...CASES.map(({ operation }) => operation), ...ELSEWHERE])
    const waiting = Object.entries(APPROVALS).filter(([, meaning]) => meaning === 'request')
    expect([...tried].sort()).toEqual(waiting.map(([name]) => name).sort())
  })

  it('can be planned, since that is done before an approval is recorded', () => {
    for (const [name, meaning] of Object.entries(APPROVALS)) {
      if (meaning !== 'request') continue
      const { query = [] }: Operation = OPERATIONS[name as OperationName]
      expect(query, name).toContain('dryRun')
    }
  })
})
