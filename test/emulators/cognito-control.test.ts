/** The state of the Cognito emulator as tests set it, in the same process and over its control routes. */

import { expect } from 'vitest'
import type { CognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { type CognitoCaller, clientOf, type Members, POOL } from './cognito-caller.ts'
import { CONTROL_HEADERS } from './control-headers.ts'
import { onCognito } from './on-cognito.ts'

let emulator: CognitoEmulator
let call: CognitoCaller

const it = onCognito({ pools: [{ id: POOL, clients: [{ ClientId: 'seed' }] }] }, (opened) => {
  ;({ emulator, call } = opened)
})

const address = { UserPoolId: POOL, ClientId: 'seed' }
const update = async (members: Members) =>
  clientOf(await call('UpdateUserPoolClient', { ...address, ...members }))

async function control(method: string, route: string, body?: Members) {
  const response = await fetch(`${emulator.url}/_emulator/${route}`, {
    method,
    headers: CONTROL_HEADERS,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

it('completes clients of the options with what Describe always shows', async () => {
  const client = clientOf(await call('DescribeUserPoolClient', address))
  expect(client).toMatchObject({ UserPoolId: POOL, ClientName: 'seed', RefreshTokenValidity: 30 })
  expect(client.LastModifiedDate).toBe(client.CreationDate)
})

it('stores a record as it is, unknown members included', async () => {
  const record = { ClientId: 'raw', Invented: { deep: [1, null] } }
  emulator.put(POOL, record)
  const answer = await call('DescribeUserPoolClient', { UserPoolId: POOL, ClientId: 'raw' })
  expect(clientOf(answer)).toEqual(record)
})

it('hands out copies and keeps copies', () => {
  const record = { ClientId: 'raw', CallbackURLs: ['https://a'] }
  emulator.put(POOL, record)
  record.CallbackURLs.push('https://b')
  const copy = emulator.client(POOL, 'raw') as typeof record
  copy.CallbackURLs.push('https://c')
  expect(emulator.client(POOL, 'raw')).toEqual({ ClientId: 'raw', CallbackURLs: ['https://a'] })
})

it('takes a secret that a stored record shows for a real one', async () => {
  emulator.put(POOL, { ClientId: 'raw', ClientSecret: 'abcdefghijklmnopqrstuvwx' })
  const raw = { UserPoolId: POOL, ClientId: 'raw' }
  const secrets = await call('ListUserPoolClientSecrets', raw)
  expect(secrets.body.ClientSecrets).toHaveLength(1)
  emulator.put(POOL, { ClientId: 'raw' })
  expect((await call('ListUserPoolClientSecrets', raw)).body.ClientSecrets).toEqual([])
})

it('takes, shows and resets a future member', async () => {
  emulator.addFutureMember('Plain')
  emulator.addFutureMember('Defaulted', 'off')
  expect(await update({ Plain: [1], Defaulted: 'on' })).toMatchObject({
    Plain: [1],
    Defaulted: 'on',
  })
  expect(clientOf(await call('DescribeUserPoolClient', address)).Plain).toEqual([1])
  const after = await update({})
  expect(after).not.toHaveProperty('Plain')
  expect(after.Defaulted).toBe('off')
  const input = { UserPoolId: POOL, ClientName: 'new', Plain: 'x' }
  const created = clientOf(await call('CreateUserPoolClient', input))
  expect(created).toMatchObject({ Plain: 'x', Defaulted: 'off' })
})

it('takes future members in writes of clients only', async () => {
  emulator.addFutureMember('Plain')
  const answer = await call('DescribeUserPoolClient', { ...address, Plain: 'x' })
  expect(answer.body.__type).toBe('SerializationException')
})

it('does the same over control routes', async () => {
  const pool = { id: 'eu-central-1_New' }
  expect(await control('POST', 'pools', pool)).toMatchObject({ status: 204 })
  expect((await control('GET', 'pools')).body).toEqual([POOL, pool.id])
  const client = { ClientId: 'remote', Defaulted: 'on' }
  await control('POST', 'clients', { userPoolId: pool.id, client })
  expect(emulator.client(pool.id, 'remote')).toEqual(client)
  const query = `clients?userPoolId=${pool.id}&clientId=remote`
  expect(await control('GET', query)).toEqual({ status: 200, body: client })
  await control('POST', 'future-members', { name: 'Defaulted', resetsTo: 'off' })
  expect((await update({})).Defaulted).toBe('off')
})

it('reports what is wrong with a control call', async () => {
  const missing = await control('GET', `clients?userPoolId=${POOL}&clientId=none`)
  expect(missing).toEqual({
    status: 400,
    body: { error: 'User pool client none does not exist.' },
  })
  expect((await control('POST', 'clients', { userPoolId: POOL, client: {} })).status).toBe(400)
  expect((await control('PUT', 'clients', {})).status).toBe(404)
})

it('goes back to how it started', async () => {
  emulator.addPool({ id: 'eu-central-1_New' })
  emulator.addFutureMember('Plain')
  await update({ LogoutURLs: ['https://x'] })
  expect((await control('POST', 'reset')).status).toBe(204)
  expect((await control('GET', 'pools')).body).toEqual([POOL])
  expect(emulator.client(POOL, 'seed')).not.toHaveProperty('LogoutURLs')
  expect(emulator.calls).toEqual([])
  const answer = await call('UpdateUserPoolClient', { ...address, Plain: 'x' })
  expect(answer.body.__type).toBe('SerializationException')
})
