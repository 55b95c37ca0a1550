/**
 * An adoption by a registration access token (RFC 7592) that someone else has to approve: the token waits sealed, opens nothing
 * before that, and is read by no one in the request, the history, the log or the store.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import {
  type AdoptionWorld,
  type Caller,
  REGISTRATION,
  startAdoptionWorld,
} from './adoption-world.ts'

const READS = ['clients:read', 'history:read']
const WRITES = ['clients:write', 'secrets:rotate']
const ROWS = [
  { scope: 'all', grants: [...READS, ...WRITES, 'secrets:read'] },
  { scope: 'asks', grants: READS },
  { scope: 'asks', grants: WRITES, approval: 'required' },
]
const DEVELOPER: Caller = { scopes: ['asks'], sub: 'developer' }
const OWNER: Caller = { scopes: ['all'], sub: 'owner' }
/** The route of the log lines of what is asked for. */
const REGISTRATION_ROUTE = '/clients/{clientId}/registration'
const TOKEN = 'registration-token-that-no-one-reads'

let world: AdoptionWorld
/** Every answer so far. */
let said: string

beforeEach(async () => {
  said = ''
  world = await startAdoptionWorld(ROWS)
  world.valid.clear()
  world.valid.add(TOKEN)
})
afterEach(() => world.close())

async function ask(who: Caller, method: string, path: string, body?: JsonObject) {
  const answer = await world.ask(who, method, path, body)
  said += JSON.stringify(answer)
  return answer
}

/** An adoption that waits; the id of its request. */
async function waiting(): Promise<string> {
  const asked = await ask(DEVELOPER, 'PUT', REGISTRATION, { registrationAccessToken: TOKEN })
  expect(asked.status, said).toBe(202)
  return String(asked.json.id)
}

/** Everything that could show the token. */
async function expectUnread(request: string): Promise<void> {
  for (const who of [DEVELOPER, OWNER]) {
    await ask(who, 'GET', `/requests/${request}`)
    await ask(who, 'GET', '/requests')
    await ask(who, 'GET', '/clients/abc')
    await ask(who, 'GET', '/clients/abc/history')
    await ask(who, 'GET', '/history')
  }
  const logged = JSON.stringify(world.lines)
  expect(logged).toContain(REGISTRATION_ROUTE)
  const stored = world.storeBytes()
  // It does find what is not sealed.
  expect(stored).toContain(request)
  for (const text of [said, logged, stored]) {
    expect(text).not.toContain(TOKEN)
    expect(text).not.toContain(Buffer.from(TOKEN).toString('base64').replace(/=+$/, ''))
    // As it stands in the body that was sent, at each place of a group of three bytes.
    for (const at of [0, 1, 2]) {
      const inner = Buffer.from(TOKEN).subarray(at).toString('base64').slice(0, -4)
      expect(text).not.toContain(inner)
    }
  }
}

describe('an adoption by a token that takes an approval', () => {
  it('keeps nothing that opens the client before it is approved, and opens it then', async () => {
    const request = await waiting()
    const { json } = await ask(OWNER, 'GET', `/requests/${request}`)
    expect(json).toMatchObject({
      state: 'pending',
      operation: 'adoptClient',
      action: 'adopt',
      client: { provider: 'partners', id: 'abc' },
      submittedBy: { subject: 'developer' },
    })
    expect((await ask(OWNER, 'GET', '/clients/abc')).status).not.toBe(200)
    await expectUnread(request)
    const approved = await ask(OWNER, 'POST', `/requests/${request}/approve`, {})
    expect(approved.status, said).toBe(200)
    expect(approved.json).toMatchObject({ state: 'applied', decidedBy: { subject: 'owner' } })
    const read = await ask(OWNER, 'GET', '/clients/abc')
    expect([read.status, read.json.name]).toEqual([200, 'Example'])
    const { json: history } = await ask(OWNER, 'GET', '/clients/abc/history')
    expect(history.items).toMatchObject([
      {
        action: 'adopt',
        actor: { subject: 'developer' },
        approval: { requestId: request, approvedBy: { subject: 'owner' } },
      },
    ])
    await expectUnread(request)
  })

  it('opens nothing once it was rejected', async () => {
    const request = await waiting()
    await ask(OWNER, 'POST', `/requests/${request}/reject`, { comment: 'not this one' })
    expect((await ask(OWNER, 'GET', '/clients/abc')).status).not.toBe(200)
    await expectUnread(request)
  })

  it('does not open the client once the server takes the token no more, and says nothing of it', async () => {
    const request = await waiting()
    world.valid.clear()
    const { status } = await ask(OWNER, 'POST', `/requests/${request}/approve`, {})
    expect(status).toBeGreaterThanOrEqual(400)
    world.valid.add(TOKEN)
    expect((await ask(OWNER, 'GET', '/clients/abc')).status).not.toBe(200)
    await expectUnread(request)
  })
})
