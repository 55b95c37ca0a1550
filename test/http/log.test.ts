/** The log: one line a request, with what an operator asks for, and never a secret (canaries). */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogLine } from '../../src/http/exchange.ts'
import { ENTRY_KINDS } from '../contract/entry-kinds.ts'
import {
  CASES,
  CLIENT,
  COGNITO,
  type Received,
  type Sent,
  withToken,
} from '../contract/http-cases.ts'
import { startWorld, type World } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'

let world: World
let send: (sent: Sent) => Promise<Received>
let close: () => Promise<void>

beforeAll(async () => {
  world = await startWorld()
  const [node] = ENTRY_KINDS
  if (node === undefined) throw new TypeError('no entry')
  ;({ send, close } = await node.open(world.clientry.app))
})
afterAll(async () => {
  await close()
  await world.close()
})

const lines = async (work: () => Promise<unknown>): Promise<readonly LogLine[]> => {
  const before = world.log.length
  await work()
  return world.log.slice(before)
}

describe('the log', () => {
  it('tells who did what to which client, what became of it and what it cost', async () => {
    const body = { ...COGNITO, client: { name: 'Logged' } }
    const sent = await withToken(world, { method: 'PATCH', path: CLIENT }, body)
    const [line, ...more] = await lines(() =>
      send({ ...sent, headers: { ...sent.headers, 'x-request-id': 'r-1' } }),
    )
    expect(more).toEqual([])
    expect(line).toMatchObject({
      level: 'info',
      requestId: 'r-1',
      method: 'PATCH',
      route: '/clients/{clientId}',
      status: 200,
      actor: { subject: 'tester', clientId: 'test-client' },
      provider: 'cognito-client',
      client: 'exampleClientId',
      outcome: 'applied',
      operationId: expect.any(String),
      upstream: [
        { operation: 'DescribeUserPoolClient', status: 200, durationMs: expect.any(Number) },
        { operation: 'UpdateUserPoolClient', status: 200, durationMs: expect.any(Number) },
      ],
      durationMs: expect.any(Number),
    })
  })

  it('tells the code of what was refused, and who was not let in', async () => {
    const refused = await withToken(world, { method: 'PATCH', path: CLIENT }, { client: { x: 1 } })
    expect(await lines(() => send(refused))).toMatchObject([
      { level: 'warn', status: 400, code: 'unknown_field' },
    ])
    const [line] = await lines(() => send({ method: 'GET', path: CLIENT }))
    expect(line).toMatchObject({ status: 401, code: 'unauthenticated' })
  })

  it('names where a fault of ours happened', async () => {
    world.auth0.inject({ kind: 'garbage_answer', operation: 'GET /clients/{id}', times: 3 })
    const sent = await withToken(world, { method: 'GET', path: CLIENT })
    const [line] = await lines(() => send(sent))
    expect(line).toMatchObject({ level: 'error', status: 500, code: 'provider_unavailable' })
    expect(line?.fault).toMatchObject({ at: expect.arrayContaining([expect.any(String)]) })
  })

  it('holds no secret, token or body, whatever was asked', async () => {
    for (const { run } of CASES) await run(send, world)
    const secret = 'canary-secret-canary-secret-canary'
    const sent = await withToken(
      world,
      { method: 'PATCH', path: CLIENT },
      { client: { secret, name: 'Canary name' } },
    )
    const answer = await send(sent)
    expect(answer.body.secret).toBe(secret)
    const text = JSON.stringify(world.log)
    const canaries = [
      secret,
      'Canary name',
      fullAuth0Client.client_secret,
      fullCognitoClient.ClientSecret,
      fullLocalClient.client_secret,
      'management-secret',
      'emulator-secret',
      sent.headers?.authorization?.split('.')[1],
    ] as string[]
    for (const canary of canaries) expect(text.includes(canary), canary).toBe(false)
    expect(world.log.length).toBeGreaterThan(CASES.length)
  })
})
