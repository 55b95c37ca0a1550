/** Changes that someone else has to approve: stored, shown, decided, carried out once and exactly as shown. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { requestEvents } from '../../src/service/notify/request-events.ts'
import type { Sent } from '../contract/caller.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { type JobWorld, startJobWorld } from './jobs-world.ts'

const APPROVED = [
  'clients:write',
  'clients:delete',
  'clients:protect',
  'clients:suspend',
  'clients:assign',
  'leases:write',
  'secrets:rotate',
  'keys:manage',
  'clients:privileged',
] as const
const READS = ['clients:read', 'history:read', 'jobs:read', 'jobs:write']

let world: JobWorld
let count = 0

beforeAll(async () => {
  const each = PERMISSIONS.map((one) => ({ scope: one, grants: [one] }))
  const permissions = [
    ...each,
    { scope: 'asks', grants: APPROVED, approval: 'required' },
    { scope: 'asks', grants: READS },
    { scope: 'blind', grants: APPROVED, approval: 'required' },
    { scope: 'ours', grants: [...READS, ...APPROVED], only: { names: [{ pattern: 'Ours *' }] } },
  ]
  world = await startJobWorld(1, { permissions: permissions as never, scopes: PERMISSIONS })
})
afterAll(() => world.close())

const DEVELOPER = { sub: 'developer', client_id: 'pipeline' }
const OWNER = { sub: 'owner', client_id: 'desk' }

const send = (
  { sub, client_id }: typeof DEVELOPER,
  scope: string,
  [method, path, body, more = {}]: readonly [string, string, (Json | undefined)?, Sent?],
) =>
  world.send(method, path, body, { scopes: scope.split(' '), claims: { sub, client_id }, ...more })

/** As the developer, who has to ask. */
const ask = (...request: readonly [string, string, (Json | undefined)?, Sent?]) =>
  send(DEVELOPER, 'asks', request)
const ALL = PERMISSIONS.join(' ')
const decide = (id: Json | undefined, how: string, body?: Json, who = OWNER, scope = ALL) =>
  send(who, scope, ['POST', `/requests/${id}/${how}`, body])
const show = (id: Json | undefined) => send(OWNER, ALL, ['GET', `/requests/${id}`])

function fresh(name = 'Ours', more: JsonObject = {}): string {
  count += 1
  const id = `approval${count}`
  const own = { client_id: id, name: `${name} ${count}`, client_aliases: [], ...more }
  world.auth0.put({ ...fullAuth0Client, ...own })
  return id
}
const recordOf = (id: string) => world.auth0.client(id) as unknown as JsonObject
const described = (description: string) => ({ client: { description } })

/** A change of a new client that waits. */
async function waiting(text = 'changed') {
  const client = fresh()
  const answer = await ask('PATCH', `/clients/${client}`, described(text))
  expect(answer.status, answer.text).toBe(202)
  return { client, id: answer.body.id, answer }
}

describe('a change that takes approval', () => {
  it('is stored and not carried out', async () => {
    const { client, id, answer } = await waiting('stored')
    expect(answer.headers.location).toBe(`/requests/${id}`)
    expect(answer.body).toMatchObject({
      state: 'pending',
      operation: 'updateClient',
      client: { provider: 'auth0', id: client },
      submittedBy: { subject: 'developer' },
      changes: [{ field: 'description', after: 'stored' }],
    })
    expect(recordOf(client).description).toBe(fullAuth0Client.description)
  })

  it('is carried out once another caller approves it, and the history names both', async () => {
    const { client, id } = await waiting('approved')
    const { status, body, text } = await decide(id, 'approve', { comment: 'fine' })
    expect(status, text).toBe(200)
    expect(body).toMatchObject({
      state: 'applied',
      comment: 'fine',
      decidedBy: { subject: 'owner' },
    })
    expect(recordOf(client).description).toBe('approved')
    const history = await send(OWNER, ALL, ['GET', `/clients/${client}/history`])
    expect(history.body.items).toMatchObject([
      {
        actor: { subject: 'developer' },
        approval: { requestId: id, approvedBy: { subject: 'owner' } },
        operationId: body.operationId,
      },
    ])
  })

  it('is carried out once, by however many approvers at once', async () => {
    const { client, id } = await waiting('once')
    const people = ['a', 'b', 'c'].map((sub) => ({ sub, client_id: `desk-${sub}` }))
    const answers = await Promise.all(people.map((who) => decide(id, 'approve', {}, who)))
    const states = answers.map(({ status }) => status).sort()
    expect(states, answers.map(({ text }) => text).join()).toEqual([200, 409, 409])
    expect(world.writes().get(client)).toBe(1)
  })

  it('is not decided by its submitter, nor by a token of the same client', async () => {
    const { client, id } = await waiting()
    const same = [
      { ...OWNER, sub: 'developer' },
      { ...OWNER, client_id: 'pipeline' },
      { sub: 'pipeline', client_id: 'pipeline' },
    ]
    for (const who of same) {
      const { status, text } = await decide(id, 'approve', {}, who)
      expect(status, text).toBe(403)
    }
    expect((await decide(id, 'approve', {}, OWNER, 'asks')).status).toBe(403)
    expect((await show(id)).body.state).toBe('pending')
    expect(recordOf(client).description).toBe(fullAuth0Client.description)
  })

  it('is rejected with a comment, or withdrawn, and then never carried out', async () => {
    const [one, other] = [await waiting(), await waiting()]
    const rejected = await decide(one.id, 'reject', { comment: 'use staging' })
    expect(rejected.body).toMatchObject({ state: 'rejected', comment: 'use staging' })
    const withdrawn = await ask('POST', `/requests/${other.id}/reject`)
    expect(withdrawn.body).toMatchObject({ state: 'withdrawn' })
    for (const { id } of [one, other]) {
      const { status, body } = await decide(id, 'approve')
      expect([status, body.code]).toEqual([409, 'request_state'])
    }
    expect(recordOf(one.client).description).toBe(fullAuth0Client.description)
  })

  it('is outdated once anyone has changed the client', async () => {
    const [outside, inside] = [await waiting(), await waiting()]
    world.auth0.put({ ...recordOf(outside.client), name: 'Ours changed' } as never)
    const client = { logoUri: 'https://logo.example.com/a.png' }
    await world.send('PATCH', `/clients/${inside.client}`, { client })
    for (const { id, client } of [outside, inside]) {
      const { status, body } = await decide(id, 'approve')
      expect([status, body.code]).toEqual([409, 'request_state'])
      expect(body.error).toMatch(/outdated/)
      expect((await show(id)).body.state).toBe('outdated')
      expect(recordOf(client).description).toBe(fullAuth0Client.description)
    }
  })

  it('is hidden from callers who could not ask for it, and shows no more than may be read', async () => {
    const client = fresh('Theirs')
    const { body, status } = await send(DEVELOPER, 'blind', [
      ...(['PATCH', `/clients/${client}`, described('unread')] as const),
    ])
    expect([status, body.withheld, body.changes]).toEqual([202, true, undefined])
    const outside = await decide(body.id, 'approve', {}, OWNER, 'ours')
    const absent = await decide('no-such-request', 'approve', {}, OWNER, 'ours')
    expect([outside.status, outside.body.error]).toEqual([404, absent.body.error])
    const list = await send(OWNER, 'ours', ['GET', '/requests?limit=100'])
    expect(list.text).not.toContain(String(body.id))
    const own = await send(DEVELOPER, 'blind', ['GET', '/requests'])
    expect(own.text).toContain(String(body.id))
    expect(own.text).not.toContain('unread')
  })

  it('keeps what it has of secrets to itself', async () => {
    const client = fresh()
    const secret = 'a-secret-that-no-one-may-read-0123456789'
    const { id, changes } = (
      await send(DEVELOPER, 'asks', ['PATCH', `/clients/${client}`, { client: { secret } }])
    ).body
    expect(JSON.stringify(changes)).not.toContain(secret)
    expect((await show(id)).text).not.toContain(secret)
    const rows = world.database.prepare('select entry from log').all()
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect((await decide(id, 'approve')).status).toBe(200)
    expect(recordOf(client).client_secret).toBe(secret)
  })

  it('is the same request under the same key', async () => {
    const client = fresh()
    const headers = { 'idempotency-key': `key-of-${client}` }
    const again = () => ask('PATCH', `/clients/${client}`, described('keyed'), { headers })
    const [one, other] = [await again(), await again()]
    expect(one.status).toBe(202)
    expect(other.body.id).toBe(one.body.id)
    const reused = await ask('PATCH', `/clients/${client}`, described('other'), { headers })
    expect(reused.body.code).toBe('key_reused')
    await decide(one.body.id, 'approve')
    expect((await again()).status).toBe(200)
    world.auth0.put({ ...recordOf(client), description: 'reverted' } as never)
    expect((await again()).status).toBe(200)
    expect(recordOf(client).description).toBe('reverted')
    expect(world.writes().get(client)).toBe(1)
  })

  it('is a plan in a dry run, and nothing where there is nothing to do', async () => {
    const client = fresh()
    const plan = await ask('PATCH', `/clients/${client}?dryRun=true`, described('planned'))
    expect([plan.status, plan.body.dryRun]).toEqual([200, true])
    const same = await ask(
      'PATCH',
      `/clients/${client}`,
      described(String(fullAuth0Client.description)),
    )
    expect(same.status).toBe(200)
  })

  it('is reported to webhooks by each state, with names and no values', async () => {
    const eventsOf = async (id: unknown) =>
      (await requestEvents(world.clientry.service, 0)).filter(({ data }) => data.request === id)
    const { id, client } = await waiting('a value that no event holds')
    const [pending] = await eventsOf(id)
    expect(pending).toMatchObject({
      type: 'clientry.approval',
      source: '/providers/auth0',
      subject: client,
      data: { state: 'pending', operation: 'updateClient', fields: ['description'] },
    })
    expect(await eventsOf(id)).toEqual([pending])
    await decide(id, 'approve')
    const [applied] = await eventsOf(id)
    expect(applied?.data).toMatchObject({ state: 'applied', decidedBy: { subject: 'owner' } })
    expect(applied?.id).not.toBe(pending?.id)
    expect(JSON.stringify([pending, applied])).not.toContain('a value that no event holds')
  })

  it('shows nothing of the source of a copy to callers who may not read that', async () => {
    const source = fresh('Theirs', { description: 'what only their team knows' })
    const body = { provider: 'auth0', allowLoss: true, client: { name: 'Ours by a copy' } }
    const copied = await ask('POST', `/clients/${source}/copy`, body)
    expect(copied.status, copied.text).toBe(202)
    expect((await show(copied.body.id)).text).toContain('what only their team knows')
    const { text } = await send(OWNER, 'ours', ['GET', `/requests/${copied.body.id}`])
    expect(text).toContain('"withheld":true')
    expect(text).not.toContain('what only their team knows')
    // Nor can they have it carried out: who approves a copy must know of its source.
    expect((await decide(copied.body.id, 'approve', {}, OWNER, 'ours')).status).toBe(404)
    expect((await decide(copied.body.id, 'approve')).status).toBe(200)
  })
})
