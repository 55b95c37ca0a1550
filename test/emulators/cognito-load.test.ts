/** The locks and rates of Cognito, which its emulator keeps: one update of a pool at a time. */

import { afterEach, expect, it } from 'vitest'
import {
  type CognitoEmulator,
  type CognitoEmulatorOptions,
  startCognitoEmulator,
} from '../../src/emulators/cognito/index.ts'
import { type CognitoCaller, cognitoCaller, POOL, refusalOf } from './cognito-caller.ts'

let emulator: CognitoEmulator

afterEach(() => emulator.close())

const OTHER = 'eu-central-1_Other'

async function start(options: CognitoEmulatorOptions): Promise<CognitoCaller> {
  const clients = [{ ClientId: 'c1' }, { ClientId: 'c2' }]
  const pools = [
    { id: POOL, clients },
    { id: OTHER, clients },
  ]
  emulator = await startCognitoEmulator({ pools, ...options })
  return cognitoCaller(emulator.url)
}

const LOCKED = {
  status: 400,
  type: 'ConcurrentModificationException',
  message: 'Only one request to update user pool client can be processed at a time',
}
const THROTTLED = { status: 400, type: 'TooManyRequestsException', message: 'Rate exceeded' }
const c1 = { UserPoolId: POOL, ClientId: 'c1' }
const c2 = { UserPoolId: POOL, ClientId: 'c2' }

it('refuses the second of two updates in flight in one pool, also of different clients', async () => {
  const call = await start({ lockMs: 300 })
  const answers = await Promise.all([
    call('UpdateUserPoolClient', c1),
    call('UpdateUserPoolClient', c2),
    call('UpdateUserPoolClient', { ...c1, UserPoolId: OTHER }),
  ])
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused.map(refusalOf)).toEqual([LOCKED])
  expect(answers[2]?.status).toBe(200)
})

it('locks a delete beside an update, and neither create nor describe', async () => {
  const call = await start({ lockMs: 300 })
  const [update, remove, create, describe] = await Promise.all([
    call('UpdateUserPoolClient', c1),
    call('DeleteUserPoolClient', c2),
    call('CreateUserPoolClient', { UserPoolId: POOL, ClientName: 'new' }),
    call('DescribeUserPoolClient', c1),
  ])
  expect([update.status, remove.status].sort()).toEqual([200, 400])
  expect([create.status, describe.status]).toEqual([200, 200])
})

it('lets go of the lock after a success and after a refusal', async () => {
  const call = await start({ lockMs: 5 })
  const broken = { ...c1, DefaultRedirectURI: 'https://none' }
  const types = []
  for (const input of [c1, broken, c2]) {
    types.push((await call('UpdateUserPoolClient', input)).body.__type)
  }
  expect(types).toEqual([undefined, 'InvalidParameterException', undefined])
})

it('has no lock when it is switched off', async () => {
  const call = await start({ lockMs: 0 })
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => call('UpdateUserPoolClient', c1)),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
})

it('throttles one operation on one pool, and leaves other operations and pools alone', async () => {
  const call = await start({ limits: { perOperation: 0.01, perCategory: 100 } })
  expect(refusalOf(await call('DescribeUserPoolClient', c1))).toEqual(THROTTLED)
  await emulator.close()

  const calm = await start({ limits: { perOperation: 1, perCategory: 100 } })
  const [first, second, list, elsewhere] = await Promise.all([
    calm('DescribeUserPoolClient', c1),
    calm('DescribeUserPoolClient', c2),
    calm('ListUserPoolClients', { UserPoolId: POOL }),
    calm('DescribeUserPoolClient', { ...c1, UserPoolId: OTHER }),
  ])
  expect([first.status, second.status].sort()).toEqual([200, 400])
  expect([list.status, elsewhere.status]).toEqual([200, 200])
})

it('throttles a category over all pools', async () => {
  const call = await start({ limits: { perOperation: 100, perCategory: 1 } })
  const [first, second, update] = await Promise.all([
    call('DescribeUserPoolClient', c1),
    call('ListUserPoolClients', { UserPoolId: OTHER }),
    call('UpdateUserPoolClient', c1),
  ])
  expect([first.status, second.status].sort()).toEqual([200, 400])
  expect(update.status).toBe(200)
})

it('has the rates of AWS: 5 a second for an operation on a pool', async () => {
  const call = await start({ limits: 'aws' })
  const started = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => call('DescribeUserPoolClient', c1)),
  )
  const passed = answers.filter(({ status }) => status === 200).length
  const refilled = ((performance.now() - started) / 1_000) * 5
  expect(passed).toBeGreaterThanOrEqual(5)
  expect(passed).toBeLessThanOrEqual(Math.min(39, 5 + Math.ceil(refilled)))
})

it('serves again once tokens have come back', async () => {
  const call = await start({ limits: { perOperation: 10, perCategory: 1_000 } })
  const burst = Array.from({ length: 30 }, () => call('DescribeUserPoolClient', c1))
  const statuses = (await Promise.all(burst)).map(({ status }) => status)
  expect(statuses).toContain(400)
  let answer = await call('DescribeUserPoolClient', c1)
  while (answer.status !== 200) answer = await call('DescribeUserPoolClient', c1)
  expect(answer.status).toBe(200)
})
