/**
 * Registrations that end at their server: a client that was purged there (404), a token that is accepted no more, and a
 * secret that expires. Each is a clear refusal, a lint finding, and said once by the sweep. The server is written for this
 * file, from RFC 7591 section 3.2.1 and RFC 7592 section 2.
 */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { SCOPE_EACH, startWorld, type World } from '../contract/world.ts'

const DAY_MS = 86_400_000
const PLACE = 'provider=partners'

let registered: Map<string, JsonObject>
let accepted: boolean
/** Epoch seconds, 0: never. */
let expiry: number
let server: Server
let world: World

beforeEach(async () => {
  registered = new Map()
  accepted = true
  expiry = 0
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())
    const id = (request.url ?? '').split('/')[2] ?? `client-${registered.size + 1}`
    const answer = (status: number, content?: JsonObject) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(content === undefined ? '' : JSON.stringify(content))
    if (!accepted) return answer(401, { error: 'invalid_token' })
    if (request.method !== 'POST' && !registered.has(id)) return answer(404)
    if (request.method === 'DELETE') {
      registered.delete(id)
      return answer(204)
    }
    if (request.method !== 'GET') registered.set(id, { ...body, client_id: id })
    answer(request.method === 'POST' ? 201 : 200, {
      ...registered.get(id),
      client_secret: `secret-of-${id}-0123456789`,
      client_secret_expires_at: expiry,
      registration_access_token: `token-of-${id}`,
      registration_client_uri: `${url()}/register/${id}`,
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  world = await startWorld({
    providers: { partners: { type: 'rfc7592', registrationEndpoint: `${url()}/register` } },
    permissions: SCOPE_EACH,
  })
})
afterEach(async () => {
  await world.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

async function ask(method: string, path: string, body?: JsonObject) {
  const [pathname = '', query = PLACE] = path.split('?')
  const answer = await world.clientry.app({
    method,
    path: pathname,
    query,
    headers: {
      authorization: [`Bearer ${await world.token(PERMISSIONS)}`],
      ...(body && { 'content-type': ['application/json'] }),
    },
    body: body && Buffer.from(JSON.stringify(body)),
    deadline: Date.now() + 15_000,
  })
  return { status: answer.status, headers: answer.headers, json: JSON.parse(answer.body) }
}

async function make(): Promise<string> {
  const client = { name: 'Portal', callbacks: ['https://portal.example.com/cb'] }
  const { status, json } = await ask('POST', '/clients', { kind: 'web', client })
  expect(status).toBe(201)
  return json.id as string
}

/** What a sweep says. */
async function said() {
  const { notices, failed } = await carryOutDue(world.clientry.service, new Map())
  expect(failed).toEqual([])
  return notices
}
const rules = async (id: string) =>
  ((await ask('GET', `/clients/${id}/lint`)).json.findings as { rule: string }[]).map(
    ({ rule }) => rule,
  )

describe.each([
  ['purged by its server', () => registered.clear()],
  [
    'whose token is accepted no more',
    () => {
      accepted = false
    },
  ],
])('a client %s', (_, end) => {
  it('is 404 client_gone for reads and changes, and never a 500', async () => {
    const id = await make()
    end()
    const gone = { status: 404, json: { code: 'client_gone' } }
    expect(await ask('GET', `/clients/${id}`)).toMatchObject(gone)
    expect(await ask('PATCH', `/clients/${id}`, { client: { name: 'New' } })).toMatchObject(gone)
    expect(
      await ask('PATCH', `/clients/${id}?${PLACE}&dryRun=true`, { client: { name: 'New' } }),
    ).toMatchObject(gone)
    expect((await ask('GET', `/clients/${id}/history`)).status).toBe(200)
    for (const path of ['standing', 'keys', 'leases']) {
      expect((await ask('GET', `/clients/${id}/${path}`)).status).toBe(404)
    }
    const removed = await ask('DELETE', `/clients/${id}`)
    expect(removed.status).toBeLessThan(500)
  })

  it('can be copied from its last record', async () => {
    const id = await make()
    end()
    const copy = { provider: 'local', allowLoss: true }
    const { status, json } = await ask('POST', `/clients/${id}/copy`, copy)
    expect(status).toBe(201)
    expect(JSON.stringify(json)).toContain('https://portal.example.com/cb')
    expect(JSON.stringify(json)).not.toContain('secret-of-')
  })

  it('is a lint finding, of itself and among all, and said once', async () => {
    const id = await make()
    expect(await rules(id)).not.toContain('registration_refused')
    end()
    await ask('GET', `/clients/${id}`)
    expect(await rules(id)).toContain('registration_refused')
    const all = (await ask('GET', '/lint')).json.items as {
      client: { id: string }
      findings: { rule: string }[]
    }[]
    const found = all.find(({ client }) => client.id === id)?.findings.map(({ rule }) => rule)
    expect(found).toContain('registration_refused')
    expect(await said()).toEqual([{ code: 'client_gone', ref: { provider: 'partners', id } }])
    expect(await said()).toEqual([])
  })
})

describe('a secret that expires', () => {
  const inDays = (days: number) => Math.floor(Date.now() / 1_000) + days * 86_400

  /** Whether a sweep looks at the client, so many days from now. */
  const looksIn = async (days: number) => {
    const due = await world.clientry.service.store.due(Date.now() + days * DAY_MS)
    return due.length > 0
  }

  it('is looked at 30 days before, and not sooner', async () => {
    expiry = inDays(90)
    const id = await make()
    expect(await rules(id)).not.toContain('secret_expires')
    expect([await looksIn(59), await looksIn(61)]).toEqual([false, true])
  })

  it('is found and said once for each end', async () => {
    expiry = inDays(20)
    const id = await make()
    expect(await rules(id)).toContain('secret_expires')
    expect(await said()).toMatchObject([{ code: 'secret_expires', at: expiry * 1_000 }])
    expect(await said()).toEqual([])
    expiry = inDays(10)
    await ask('GET', `/clients/${id}`)
    expect(await said()).toMatchObject([{ code: 'secret_expires', at: expiry * 1_000 }])
    expect(await said()).toEqual([])
    expiry = inDays(-1)
    expect(await rules(id)).toContain('secret_expired')
  })

  it('is not said where the server has issued another one meanwhile', async () => {
    expiry = inDays(20)
    await make()
    expiry = inDays(400)
    expect(await said()).toEqual([])
    expect([await looksIn(369), await looksIn(371)]).toEqual([false, true])
  })

  it('is a line of the log', async () => {
    expiry = inDays(3)
    const id = await make()
    await world.clientry.sweep()
    expect(world.log).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'look at client',
        client: id,
        code: 'secret_expires',
        secretExpiresAt: new Date(expiry * 1_000).toISOString(),
      }),
    )
  })
})
