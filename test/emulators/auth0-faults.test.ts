/** Faults that the Auth0 emulator is asked to make, as a caller and the store behind it see them. */

import { describe, expect } from 'vitest'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { FaultKind } from '../../src/emulators/faults.ts'
import type { Auth0Caller } from './auth0-caller.ts'
import { CONTROL_HEADERS } from './control-headers.ts'
import { onAuth0 } from './on-auth0.ts'

let emulator: Auth0Emulator
let call: Auth0Caller

const it = onAuth0(
  {
    clients: [{ client_id: 'c1', name: 'One' }],
    connections: [{ id: 'con_1', name: 'db', strategy: 'auth0' }],
  },
  (opened) => {
    ;({ emulator, call } = opened)
  },
)

const UPDATE = 'PATCH /clients/{id}'
const update = () => call('PATCH /clients/c1', { name: 'Two' })
const nameNow = () => emulator.client('c1')?.name

it.each<[FaultKind, number, string]>([
  ['throttle', 429, 'Global limit has been reached'],
  ['error_before_apply', 500, 'An internal server error occurred'],
  ['expired_credentials', 401, 'Invalid token'],
])('answers %s in its own words and changes nothing', async (kind, status, message) => {
  emulator.inject({ kind, operation: UPDATE, retryAfter: 7 })
  const answer = await update()
  expect(answer.status).toBe(status)
  expect(answer.body.message).toBe(message)
  expect(answer.headers.get('retry-after')).toBe(kind === 'throttle' ? '7' : null)
  expect(nameNow()).toBe('One')
  expect((await update()).status).toBe(200)
})

it('answers an error after the change is in force', async () => {
  emulator.inject({ kind: 'error_after_apply', operation: UPDATE })
  expect((await update()).status).toBe(500)
  expect(nameNow()).toBe('Two')
})

it.each<[FaultKind, string]>([
  ['reset_before_apply', 'One'],
  ['reset_after_apply', 'Two'],
  ['cut_answer', 'Two'],
  ['garbage_answer', 'Two'],
])('loses the answer with %s', async (kind, name) => {
  emulator.inject({ kind, operation: UPDATE })
  await expect(update()).rejects.toThrow()
  expect(nameNow()).toBe(name)
})

it.each<[FaultKind, string]>([
  ['stall_before_apply', 'One'],
  ['stall_after_apply', 'Two'],
])('never answers with %s', async (kind, name) => {
  emulator.inject({ kind, operation: UPDATE })
  const answer = update()
  await expect.poll(() => emulator.calls.filter(({ fault }) => fault === kind)).toHaveLength(1)
  expect(nameNow()).toBe(name)
  await emulator.close()
  await expect(answer).rejects.toThrow()
})

it('answers late with a delay', async () => {
  emulator.inject({ kind: 'delay', operation: UPDATE, delayMs: 1 })
  expect((await update()).status).toBe(200)
})

it('lets another writer come first', async () => {
  const change = { description: 'theirs', extra: [1] }
  emulator.inject({ kind: 'foreign_write', operation: UPDATE, change })
  const { body } = await update()
  expect(body).toEqual({ client_id: 'c1', name: 'Two', ...change })
})

it('lets another writer switch a connection, or change a client that it names', async () => {
  emulator.inject({
    kind: 'foreign_write',
    operation: 'GET /connections/{id}/clients',
    change: { client_id: 'c1', status: true, description: 'theirs' },
  })
  const { body } = await call('GET /connections/con_1/clients')
  expect(body).toEqual({ clients: [{ client_id: 'c1' }] })
  expect(emulator.client('c1')?.description).toBe('theirs')
})

it('names every operation by method and template', async () => {
  emulator.clearCalls()
  await call('GET /clients')
  await call('GET /clients/c1/connections')
  await call('PATCH /connections/con_1/clients', [{ client_id: 'c1', status: true }])
  await call('POST /clients/c1/rotate-secret')
  await call('GET /clients/c1/credentials/cred_1')
  expect((await call('GET /users')).status).toBe(404)
  expect(emulator.calls.map(({ operation, status }) => `${status} ${operation}`)).toEqual([
    '200 GET /clients',
    '200 GET /clients/{id}/connections',
    '204 PATCH /connections/{id}/clients',
    '200 POST /clients/{id}/rotate-secret',
    '404 GET /clients/{id}/credentials/{credential_id}',
    '404 GET /api/v2/users',
  ])
})

it('spoils the token call, too', async () => {
  emulator.inject({ kind: 'throttle', operation: 'POST /oauth/token' })
  const response = await fetch(`${emulator.url}/oauth/token`, { method: 'POST' })
  expect(response.status).toBe(429)
})

it('is arranged by other processes over its control routes', async () => {
  const control = (call: string, body?: unknown) => {
    const [method = '', path = ''] = call.split(' ')
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = CONTROL_HEADERS
    return fetch(`${emulator.url}/_emulator/${path}`, { method, headers, ...sent })
  }
  const record = { client_id: 'c2', name: 'Two', future: 1 }
  await control('PUT clients', record)
  expect(await (await control('GET clients/c2')).json()).toEqual(record)
  const connection = { id: 'con_2', name: 'corp', strategy: 'samlp', enabledClients: ['c2'] }
  await control('PUT connections', connection)
  expect(await (await control('GET connections')).json()).toContainEqual(connection)
  await control('POST future-members', { name: 'future' })
  expect((await call('PATCH /clients/c2', { future: 2 })).body.future).toBe(2)
  await control('POST reset')
  expect(emulator.client('c2')).toBeUndefined()
  expect((await control('GET clients/c2')).status).toBe(404)
})

describe('a fault over a socket', () => {
  const ask = (body: string) => {
    const sent = { method: 'POST', headers: CONTROL_HEADERS, body }
    return fetch(`${emulator.url}/_emulator/faults`, sent)
  }

  it('is taken with every member it can have', async () => {
    const fault = { kind: 'delay', operation: 'GET /clients', times: 2, skip: 1, delayMs: 0 }
    expect((await ask(JSON.stringify({ ...fault, retryAfter: 1, change: {} }))).status).toBe(204)
    for (let sent = 0; sent < 4; sent += 1) await call('GET /clients')
    const struck = emulator.calls.filter(({ operation }) => operation === 'GET /clients')
    expect(struck.map((one) => one.fault)).toEqual([undefined, 'delay', 'delay', undefined])
  })

  it.each([
    ['not JSON', 'The member kind of a fault must be one of: throttle, '],
    ['null', 'The member kind of a fault must be one of: throttle, '],
    ['{"kind":"bogus"}', 'The member kind of a fault must be one of: throttle, '],
    ['{"kind":"throttle","retry_after":3}', 'A fault has no member retry_after; known are: kind, '],
    ['{"kind":"delay","delayMs":"9"}', 'The member delayMs of a fault must be milliseconds, '],
    ['{"kind":"delay","operation":7}', 'The member operation of a fault must be the name of '],
    ['{"kind":"delay","times":0}', 'The member times of a fault must be a whole number from 1'],
    ['{"kind":"delay","skip":-1}', 'The member skip of a fault must be a whole number from 0'],
    ['{"kind":"throttle","retryAfter":0.5}', 'The member retryAfter of a fault must be seconds, '],
    ['{"kind":"foreign_write","change":"x"}', 'The member change of a fault must be an object'],
  ])('is refused where it would not strike: %s', async (body, says) => {
    const response = await ask(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringContaining(says) })
    await call('GET /clients')
    expect(emulator.calls.at(-1)?.fault).toBeUndefined()
  })
})
