/** Two secrets of a client at the Cognito emulator: listed, added, deleted, never shown twice. */

import { beforeEach, expect } from 'vitest'
import {
  type CognitoAnswer,
  type CognitoCaller,
  clientOf,
  type Members,
  POOL,
} from './cognito-caller.ts'
import { onCognito } from './on-cognito.ts'

let call: CognitoCaller
let address: Members
let first: unknown

const it = onCognito({ pools: [{ id: POOL }] }, (opened) => {
  call = opened.call
})

beforeEach(async () => {
  const input = { UserPoolId: POOL, ClientName: 'app', GenerateSecret: true }
  const { ClientId, ClientSecret } = clientOf(await call('CreateUserPoolClient', input))
  address = { UserPoolId: POOL, ClientId }
  first = ClientSecret
})

const added = ({ body }: CognitoAnswer) => body.ClientSecretDescriptor as Members
const shownSecret = async () => clientOf(await call('DescribeUserPoolClient', address)).ClientSecret

async function list(): Promise<readonly Members[]> {
  return (await call('ListUserPoolClientSecrets', address)).body.ClientSecrets as Members[]
}

it('lists the secret that a client was made with, without its value', async () => {
  const [descriptor, ...rest] = await list()
  expect(rest).toEqual([])
  expect(Object.keys(descriptor ?? {}).sort()).toEqual(['ClientSecretCreateDate', 'ClientSecretId'])
  expect(descriptor?.ClientSecretId).toMatch(new RegExp(`^${address.ClientId}--\\d+$`))
})

it('adds a generated secret and shows its value once', async () => {
  const descriptor = added(await call('AddUserPoolClientSecret', address))
  expect(descriptor.ClientSecretValue).toMatch(/^[a-z0-9]{51}$/)
  const { ClientSecretValue, ...listed } = descriptor
  expect(await list()).toEqual([expect.anything(), listed])
  expect(await shownSecret()).toBe(first)
})

it('adds a given secret without repeating it', async () => {
  const ClientSecret = 'abcdefghijklmnopqrstuvwx'
  const answer = await call('AddUserPoolClientSecret', { ...address, ClientSecret })
  expect(added(answer)).not.toHaveProperty('ClientSecretValue')
})

it('holds two secrets at most', async () => {
  await call('AddUserPoolClientSecret', address)
  const third = await call('AddUserPoolClientSecret', address)
  expect(third.body.__type).toBe('LimitExceededException')
  expect(await list()).toHaveLength(2)
})

it('shows no secret once the first is gone, and stays confidential', async () => {
  const [original] = await list()
  await call('AddUserPoolClientSecret', address)
  const gone = { ...address, ClientSecretId: original?.ClientSecretId }
  expect((await call('DeleteUserPoolClientSecret', gone)).status).toBe(200)
  expect(await shownSecret()).toBeUndefined()
  expect(await list()).toHaveLength(1)
  const update = { ...address, EnablePropagateAdditionalUserContextData: true }
  const answer = await call('UpdateUserPoolClient', update)
  expect(answer.status).toBe(200)
  expect(clientOf(answer)).not.toHaveProperty('ClientSecret')
})

it('still shows the first when the second is gone', async () => {
  const { ClientSecretId } = added(await call('AddUserPoolClientSecret', address))
  await call('DeleteUserPoolClientSecret', { ...address, ClientSecretId })
  expect(await shownSecret()).toBe(first)
})

it('refuses to delete the last secret, or one that it does not have', async () => {
  const [only] = await list()
  const last = { ...address, ClientSecretId: only?.ClientSecretId }
  const refused = await call('DeleteUserPoolClientSecret', last)
  expect(refused.body.__type).toBe('InvalidParameterException')
  const unknown = { ...address, ClientSecretId: 'none' }
  const missing = await call('DeleteUserPoolClientSecret', unknown)
  expect(missing.body.__type).toBe('ResourceNotFoundException')
  expect(await list()).toHaveLength(1)
})

it('gives no secret to a public client', async () => {
  const input = { UserPoolId: POOL, ClientName: 'public' }
  const { ClientId } = clientOf(await call('CreateUserPoolClient', input))
  const answer = await call('AddUserPoolClientSecret', { UserPoolId: POOL, ClientId })
  expect(answer.body.__type).toBe('InvalidParameterException')
  const secrets = await call('ListUserPoolClientSecrets', { UserPoolId: POOL, ClientId })
  expect(secrets.body.ClientSecrets).toEqual([])
})
