/** Faults that the Cognito emulator is asked to make, as a caller and the store behind it see them. */

import { expect } from 'vitest'
import type { CognitoEmulator } from '../../src/emulators/cognito/index.ts'
import type { FaultKind } from '../../src/emulators/faults.ts'
import { type CognitoCaller, clientOf, POOL, refusalOf, signedHeaders } from './cognito-caller.ts'
import { onCognito } from './on-cognito.ts'

let emulator: CognitoEmulator
let call: CognitoCaller

const CLIENTS = [{ ClientId: 'c1', LogoutURLs: ['https://old'] }]

const it = onCognito({ pools: [{ id: POOL, clients: CLIENTS }] }, (opened) => {
  ;({ emulator, call } = opened)
})

const address = { UserPoolId: POOL, ClientId: 'c1' }
const change = { ...address, LogoutURLs: ['https://new'] }
const logoutUrls = () => emulator.client(POOL, 'c1').LogoutURLs
const update = () => call('UpdateUserPoolClient', change)
const inject = (kind: FaultKind) => emulator.inject({ kind, operation: 'UpdateUserPoolClient' })

it.each<[FaultKind, number, string, string]>([
  ['throttle', 400, 'TooManyRequestsException', 'Rate exceeded'],
  ['error_before_apply', 500, 'InternalErrorException', 'Internal error'],
  [
    'expired_credentials',
    400,
    'ExpiredTokenException',
    'The security token included in the request is expired',
  ],
])('answers %s in its own words and changes nothing', async (kind, status, type, message) => {
  inject(kind)
  expect(refusalOf(await update())).toEqual({ status, type, message })
  expect(logoutUrls()).toEqual(['https://old'])
  expect((await update()).status).toBe(200)
})

it('changes the client and answers 500 for error_after_apply', async () => {
  inject('error_after_apply')
  expect(refusalOf(await update())).toMatchObject({ status: 500, type: 'InternalErrorException' })
  expect(logoutUrls()).toEqual(['https://new'])
})

it.each<[FaultKind, string]>([
  ['reset_before_apply', 'https://old'],
  ['reset_after_apply', 'https://new'],
  ['cut_answer', 'https://new'],
  ['garbage_answer', 'https://new'],
])('gives no usable answer for %s', async (kind, url) => {
  inject(kind)
  await expect(update()).rejects.toThrow()
  expect(logoutUrls()).toEqual([url])
})

it.each<[FaultKind, string]>([
  ['stall_before_apply', 'https://old'],
  ['stall_after_apply', 'https://new'],
])('never answers for %s', async (kind, url) => {
  inject(kind)
  const body = JSON.stringify(change)
  const headers = await signedHeaders(emulator.url, 'UpdateUserPoolClient', body)
  const given = new AbortController()
  const { signal } = given
  const answer = fetch(`${emulator.url}/`, { method: 'POST', headers, body, signal })
  const isGiven = () => emulator.calls.some(({ operation }) => operation === 'UpdateUserPoolClient')
  await expect.poll(isGiven).toBe(true)
  await expect.poll(logoutUrls).toEqual([url])
  setTimeout(() => given.abort(new Error('given up')), 250)
  await expect(answer).rejects.toThrow('given up')
})

it('answers late for delay', async () => {
  emulator.inject({ kind: 'delay', delayMs: 60 })
  const started = performance.now()
  expect((await update()).status).toBe(200)
  expect(performance.now() - started).toBeGreaterThanOrEqual(58)
})

it('lets another writer in before a read, and moves LastModifiedDate', async () => {
  const before = emulator.client(POOL, 'c1')
  const foreign = { LogoutURLs: ['https://theirs'], AuthSessionValidity: 9, ClientName: null }
  emulator.inject({ kind: 'foreign_write', change: foreign })
  const after = clientOf(await call('DescribeUserPoolClient', address))
  expect(after).toMatchObject({ LogoutURLs: ['https://theirs'], AuthSessionValidity: 9 })
  expect(after).not.toHaveProperty('ClientName')
  expect(after.LastModifiedDate).toBeGreaterThan(Number(before.LastModifiedDate))
})

it('overwrites a foreign write that came just before an update', async () => {
  const foreign = { AuthSessionValidity: 9 }
  emulator.inject({ kind: 'foreign_write', operation: 'UpdateUserPoolClient', change: foreign })
  await update()
  expect(emulator.client(POOL, 'c1')).toMatchObject({
    AuthSessionValidity: 3,
    LogoutURLs: ['https://new'],
  })
})

it('logs calls by the bare name of the operation', async () => {
  inject('throttle')
  await update()
  await call('DescribeUserPoolClient', address)
  expect(
    emulator.calls.map(({ operation, status, fault }) => ({ operation, status, fault })),
  ).toEqual([
    { operation: 'UpdateUserPoolClient', status: 400, fault: 'throttle' },
    { operation: 'DescribeUserPoolClient', status: 200, fault: undefined },
  ])
})
