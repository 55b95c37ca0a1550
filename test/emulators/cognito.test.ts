/** What the Cognito emulator makes of creations and updates: an update resets whatever it leaves out. */

import { expect } from 'vitest'
import type { CognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { type CognitoCaller, clientOf, type Members, POOL, refusalOf } from './cognito-caller.ts'
import { onCognito } from './on-cognito.ts'

let emulator: CognitoEmulator
let call: CognitoCaller

const RESOURCES = [{ identifier: 'https://api', scopes: ['read', 'write'] }]
const POOLS = [{ id: POOL, identityProviders: ['Google', 'corp'], resourceServers: RESOURCES }]

const it = onCognito({ pools: POOLS }, (opened) => {
  ;({ emulator, call } = opened)
})

/** A value for every setting, none of them a default, all of them together valid. */
const FULL: Members = {
  RefreshTokenValidity: 20,
  AccessTokenValidity: 30,
  IdTokenValidity: 40,
  TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
  ReadAttributes: ['custom:tier', 'email'],
  WriteAttributes: ['name'],
  ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
  SupportedIdentityProviders: ['COGNITO', 'Google'],
  CallbackURLs: ['http://localhost:3000/cb', 'https://app/cb', 'myapp://cb'],
  LogoutURLs: ['https://app/bye'],
  DefaultRedirectURI: 'https://app/cb',
  AllowedOAuthFlows: ['code'],
  AllowedOAuthScopes: ['https://api/read', 'openid'],
  AllowedOAuthFlowsUserPoolClient: true,
  AnalyticsConfiguration: {
    ApplicationArn: 'arn:aws:mobiletargeting:eu-central-1:123456789012:apps/abc',
    UserDataShared: true,
  },
  PreventUserExistenceErrors: 'ENABLED',
  EnableTokenRevocation: false,
  EnablePropagateAdditionalUserContextData: true,
  AuthSessionValidity: 10,
  RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 30 },
}

/** What Describe shows of a setting that was left out. */
const DEFAULTS: Members = {
  RefreshTokenValidity: 30,
  TokenValidityUnits: {},
  AllowedOAuthFlowsUserPoolClient: false,
  EnableTokenRevocation: true,
  EnablePropagateAdditionalUserContextData: false,
  AuthSessionValidity: 3,
}

/** Settings that cannot be left out alone while the others stay. */
const TOGETHER: Record<string, readonly string[]> = {
  CallbackURLs: ['DefaultRedirectURI', 'AllowedOAuthFlows', 'AllowedOAuthFlowsUserPoolClient'],
  AllowedOAuthFlows: ['AllowedOAuthFlowsUserPoolClient'],
  AllowedOAuthScopes: ['AllowedOAuthFlowsUserPoolClient'],
  ExplicitAuthFlows: ['RefreshTokenRotation'],
  RefreshTokenRotation: ['ExplicitAuthFlows'],
  TokenValidityUnits: ['AccessTokenValidity', 'IdTokenValidity'],
}

async function create(members: Members = {}): Promise<Members> {
  const answer = await call('CreateUserPoolClient', {
    UserPoolId: POOL,
    ClientName: 'app',
    ...members,
  })
  expect(answer.body.message).toBeUndefined()
  return clientOf(answer)
}

async function describe(ClientId: unknown): Promise<Members> {
  return clientOf(await call('DescribeUserPoolClient', { UserPoolId: POOL, ClientId }))
}

it('creates a bare client with exactly the members that the service shows', async () => {
  const before = Date.now()
  const client = await create()
  const { ClientId, CreationDate, LastModifiedDate, ...rest } = client
  expect(ClientId).toMatch(/^[a-z0-9]{26}$/)
  expect(CreationDate).toBe(LastModifiedDate)
  expect(Math.round(Number(CreationDate) * 1_000)).toBeGreaterThanOrEqual(before)
  expect(Number(CreationDate) * 1_000).toBeLessThanOrEqual(Date.now() + 1)
  expect(rest).toEqual({ UserPoolId: POOL, ClientName: 'app', ...DEFAULTS })
  expect(await describe(ClientId)).toEqual(client)
})

it('stores and shows every setting as it was sent', async () => {
  const client = await create({ ...FULL, GenerateSecret: true })
  expect(client).toMatchObject(FULL)
  expect(await describe(client.ClientId)).toEqual(client)
})

it('makes a secret of 51 letters and digits when asked, and never shows GenerateSecret', async () => {
  const client = await create({ GenerateSecret: true })
  expect(client.ClientSecret).toMatch(/^[a-z0-9]{51}$/)
  expect(client).not.toHaveProperty('GenerateSecret')
})

it('takes a given secret, but not beside GenerateSecret', async () => {
  const ClientSecret = 'abcdefghijklmnopqrstuvwx'
  expect((await create({ ClientSecret })).ClientSecret).toBe(ClientSecret)
  const input = { UserPoolId: POOL, ClientName: 'app', ClientSecret, GenerateSecret: true }
  expect((await call('CreateUserPoolClient', input)).body.__type).toBe('InvalidParameterException')
})

it('keeps what an update of every setting sends', async () => {
  const created = await create({ GenerateSecret: true })
  const { ClientId } = created
  const update = { UserPoolId: POOL, ClientId, ClientName: 'renamed', ...FULL }
  const updated = clientOf(await call('UpdateUserPoolClient', update))
  const { LastModifiedDate, ...rest } = updated
  expect(rest).toEqual({
    ...FULL,
    // Shown beside an ApplicationArn (terraform-provider-aws, …_analyticsWithARN).
    AnalyticsConfiguration: {
      ...(FULL.AnalyticsConfiguration as object),
      RoleArn: expect.stringMatching(/:role\/aws-service-role\/cognito-idp\.amazonaws\.com\//),
    },
    UserPoolId: POOL,
    ClientId,
    ClientName: 'renamed',
    ClientSecret: created.ClientSecret,
    CreationDate: created.CreationDate,
  })
  expect(LastModifiedDate).toBeGreaterThan(Number(created.LastModifiedDate))
  expect(await describe(ClientId)).toEqual(updated)
})

it.each(Object.keys(FULL))('resets %s when an update leaves it out', async (omitted) => {
  const { ClientId } = await create({ ...FULL, GenerateSecret: true })
  const gone = [omitted, ...(TOGETHER[omitted] ?? [])]
  const kept = Object.fromEntries(Object.entries(FULL).filter(([name]) => !gone.includes(name)))
  const answer = await call('UpdateUserPoolClient', { UserPoolId: POOL, ClientId, ...kept })
  expect(answer.body.message).toBeUndefined()
  const after = await describe(ClientId)
  for (const name of gone) expect(after[name]).toEqual(DEFAULTS[name])
  expect(after).toMatchObject(kept)
})

it('resets everything at once when an update sends only callbacks', async () => {
  const created = await create({ ...FULL, GenerateSecret: true })
  const { ClientId } = created
  const update = { UserPoolId: POOL, ClientId, CallbackURLs: ['https://new'] }
  const { LastModifiedDate, ...rest } = clientOf(await call('UpdateUserPoolClient', update))
  expect(LastModifiedDate).not.toBe(created.LastModifiedDate)
  expect(rest).toEqual({
    ...DEFAULTS,
    ...update,
    ClientName: 'app',
    ClientSecret: created.ClientSecret,
    CreationDate: created.CreationDate,
  })
})

it('takes null for left out', async () => {
  const { ClientId } = await create({ LogoutURLs: ['https://bye'] })
  const update = { UserPoolId: POOL, ClientId, LogoutURLs: null, AuthSessionValidity: null }
  expect(clientOf(await call('UpdateUserPoolClient', update))).not.toHaveProperty('LogoutURLs')
  expect((await describe(ClientId)).AuthSessionValidity).toBe(3)
})

it.each(['ReadAttributes', 'WriteAttributes', 'ExplicitAuthFlows'])(
  'stores an empty list of %s as left out',
  async (name) => {
    const { ClientId } = await create({ [name]: [] })
    expect(await describe(ClientId)).not.toHaveProperty(name)
    await call('UpdateUserPoolClient', { UserPoolId: POOL, ClientId, [name]: [] })
    expect(await describe(ClientId)).not.toHaveProperty(name)
  },
)

it('moves LastModifiedDate forward on every write, whatever the clock says', async () => {
  const ahead = Date.now() / 1_000 + 60
  emulator.put(POOL, { ClientId: 'c1', ClientName: 'app', LastModifiedDate: ahead })
  const update = { UserPoolId: POOL, ClientId: 'c1' }
  const first = clientOf(await call('UpdateUserPoolClient', update)).LastModifiedDate
  const second = clientOf(await call('UpdateUserPoolClient', update)).LastModifiedDate
  expect(first).toBeGreaterThan(ahead)
  expect(second).toBeGreaterThan(Number(first))
})

it('turns a refresh token validity of 0 into 30 days in the unit at hand', async () => {
  expect((await create({ RefreshTokenValidity: 0 })).RefreshTokenValidity).toBe(30)
  const hours = { TokenValidityUnits: { RefreshToken: 'hours' }, RefreshTokenValidity: 0 }
  expect((await create(hours)).RefreshTokenValidity).toBe(720)
})

it('deletes a client, once', async () => {
  const { ClientId } = await create()
  const address = { UserPoolId: POOL, ClientId }
  expect(await call('DeleteUserPoolClient', address)).toMatchObject({ status: 200, body: {} })
  for (const operation of ['DescribeUserPoolClient', 'DeleteUserPoolClient']) {
    expect(refusalOf(await call(operation, address))).toEqual({
      status: 400,
      type: 'ResourceNotFoundException',
      message: `User pool client ${ClientId} does not exist.`,
    })
  }
})

it('knows no client of another pool, and no pool that was not set up', async () => {
  emulator.addPool({ id: 'eu-central-1_Other' })
  const { ClientId } = await create()
  const elsewhere = { UserPoolId: 'eu-central-1_Other', ClientId }
  expect((await call('DescribeUserPoolClient', elsewhere)).body.message).toBe(
    `User pool client ${ClientId} does not exist.`,
  )
  const nowhere = { UserPoolId: 'eu-central-1_None', ClientId }
  expect(refusalOf(await call('DescribeUserPoolClient', nowhere))).toEqual({
    status: 400,
    type: 'ResourceNotFoundException',
    message: 'User pool eu-central-1_None does not exist.',
  })
})

it('answers and refuses in the form of JSON 1.1', async () => {
  const { ClientId } = await create()
  const success = await call('DescribeUserPoolClient', { UserPoolId: POOL, ClientId })
  expect(success.headers.get('content-type')).toBe('application/x-amz-json-1.1')
  expect(success.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
  const refused = await call('DescribeUserPoolClient', { UserPoolId: POOL, ClientId: 'none' })
  expect(refused.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException')
  expect(refused.headers.get('x-amzn-requestid')).not.toBe(success.headers.get('x-amzn-requestid'))
})

it('refuses operations that it does not know', async () => {
  expect((await call('AdminGetUser', {})).body.__type).toBe('UnknownOperationException')
  expect((await call('constructor', {})).body.__type).toBe('UnknownOperationException')
})

it('refuses to make more clients than the quota of a pool', async () => {
  for (let count = 0; count < 1_000; count += 1) emulator.put(POOL, { ClientId: `c${count}` })
  const input = { UserPoolId: POOL, ClientName: 'one too many' }
  expect((await call('CreateUserPoolClient', input)).body.__type).toBe('LimitExceededException')
})

it('gives a list back in an order of its own', async () => {
  const { ClientId } = await create({ LogoutURLs: ['https://b', 'https://a'] })
  const { UserPoolClient } = (await call('DescribeUserPoolClient', { UserPoolId: POOL, ClientId }))
    .body
  expect(UserPoolClient).toMatchObject({ LogoutURLs: ['https://a', 'https://b'] })
})
