/** G10: the log: one line a request, with what an operator asks for, and never a secret (canaries). */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LEVELS, type Level, type LogLine } from '../../src/http/exchange.ts'
import { createLog } from '../../src/http/log.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { ENTRY_KINDS } from '../contract/entry-kinds.ts'
import {
  CASES,
  CLIENT,
  COGNITO,
  type Received,
  type Sent,
  withToken,
} from '../contract/http-cases.ts'
import { startWorld, type World, type WorldOptions } from '../contract/world.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { intentOf } from '../fixtures/entries.ts'
import { fullLocalClient } from '../fixtures/local.ts'

let world: World
let send: (sent: Sent) => Promise<Received>
let closeEntry: () => Promise<void>

async function open(options: WorldOptions): Promise<void> {
  world = await startWorld(options)
  const [node] = ENTRY_KINDS
  if (node === undefined) throw new TypeError('no entry')
  ;({ send, close: closeEntry } = await node.open(world.clientry.app))
}

async function shut(): Promise<void> {
  await closeEntry()
  await world.close()
}

const lines = async (work: () => Promise<unknown>): Promise<readonly LogLine[]> => {
  const before = world.log.length
  await work()
  return world.log.slice(before)
}

/** Asks for all there is, and looks for what must not be shown. */
async function expectNoSecret(): Promise<void> {
  for (const { run } of CASES) await run(send, world)
  const secret = 'canary-secret-canary-secret-canary'
  const body = { client: { secret, name: 'Canary name' } }
  const sent = await withToken(world, { method: 'PATCH', path: CLIENT }, body)
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
    world.auth0.url,
    sent.headers?.authorization?.split('.')[1],
  ] as string[]
  for (const canary of canaries) expect(text.includes(canary), canary).toBe(false)
  expect(world.log.length).toBeGreaterThan(CASES.length)
}

describe('the log', () => {
  beforeAll(() => open({}))
  afterAll(shut)

  it('says who did what to which client, what became of it and what it cost', async () => {
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

  it('says the code of what was refused, and who was not let in', async () => {
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
})

describe('the log at level debug', () => {
  beforeAll(() => open({ level: 'debug' }))
  afterAll(shut)

  it('reports each upstream call as it ends, before the request does', async () => {
    const body = { ...COGNITO, client: { name: 'Debugged' } }
    const sent = await withToken(world, { method: 'PATCH', path: CLIENT }, body)
    const found = await lines(() =>
      send({ ...sent, headers: { ...sent.headers, 'x-request-id': 'r-2' } }),
    )
    const call = (operation: string) => ({
      time: expect.any(String),
      level: 'debug',
      message: 'upstream',
      requestId: 'r-2',
      operationId: expect.any(String),
      provider: 'cognito-client',
      operation,
      status: 200,
      durationMs: expect.any(Number),
    })
    expect(found).toEqual([
      call('DescribeUserPoolClient'),
      call('UpdateUserPoolClient'),
      expect.objectContaining({ level: 'info', message: 'request', requestId: 'r-2' }),
    ])
  })

  it('reports a call that was not answered', async () => {
    world.cognito.inject({ kind: 'reset_before_apply', operation: 'DescribeUserPoolClient' })
    const sent = await withToken(world, { method: 'GET', path: CLIENT })
    const query = new URLSearchParams({ ...COGNITO }).toString()
    const [first, second] = await lines(() => send({ ...sent, query }))
    expect(first).toMatchObject({ operation: 'DescribeUserPoolClient', status: undefined })
    expect(second).toMatchObject({ operation: 'DescribeUserPoolClient', status: 200 })
  })

  it('reports each change that a sweep has closed', async () => {
    const resource = resourceOf({ provider: 'auth0', id: 'exampleClientId' })
    const intent = intentOf(resource, 1)
    await world.clientry.service.store.append(intent)
    const found = await lines(() => world.clientry.sweep())
    const settled = found.filter(({ message }) => message !== 'upstream')
    expect(settled).toMatchObject([
      {
        level: 'debug',
        message: 'change settled',
        provider: 'auth0',
        client: 'exampleClientId',
        operationId: intent.operationId,
        outcome: 'conflict',
      },
      { level: 'info', message: 'settled', settled: 1, left: 0 },
      { level: 'info', message: 'checkpoint', seq: 1 },
    ])
    const [call] = found
    expect(call).toMatchObject({ message: 'upstream', operationId: intent.operationId })
    expect(call?.requestId).toBeUndefined()
  })

  // It holds all that the log holds at any other level.
  it('holds no secret, token, body or URL, whatever was asked', expectNoSecret)
})

describe('a level', () => {
  it.each(LEVELS.map((level, index) => [level, LEVELS.slice(0, index + 1)] as const))(
    '%s lets through %s',
    (level, expected) => {
      const written: string[] = []
      const log = createLog((text) => written.push(text), level)
      for (const one of LEVELS) log({ time: '', level: one, message: '' })
      expect(written.map((text) => (JSON.parse(text) as LogLine).level)).toEqual(expected)
    },
  )

  it('is that of the configuration, which is info unless set', async () => {
    const answers = async (level?: Level) => {
      await open(level === undefined ? {} : { level })
      await send(await withToken(world, { method: 'GET', path: CLIENT }))
      await send({ method: 'GET', path: CLIENT })
      await shut()
      return world.log.map((line) => line.level)
    }
    expect(await answers()).toEqual(['info', 'warn'])
    expect(await answers('warn')).toEqual(['warn'])
    expect(await answers('error')).toEqual([])
  })
})
