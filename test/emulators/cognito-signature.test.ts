/** The Cognito emulator takes a call only with a signature that is right, complete and fresh. */

import { expect } from 'vitest'
import type { CognitoEmulator } from '../../src/emulators/cognito/index.ts'
import {
  type CallerOptions,
  cognitoCaller,
  POOL,
  refusalOf,
  signedHeaders,
} from './cognito-caller.ts'
import { onOneCognito } from './on-cognito.ts'

let emulator: CognitoEmulator

const KEYS = { accessKeyId: 'AKID', secretAccessKey: 'topsecret' }
const clients = [{ ClientId: 'c1' }]
const pools = [
  { id: POOL, clients },
  { id: 'local_Pool2', clients },
]

const it = onOneCognito({ pools, ...KEYS }, (opened) => {
  emulator = opened.emulator
})

const MISMATCH = 'The request signature we calculated does not match the signature you provided.'

const describePool = (UserPoolId: string, options: CallerOptions) =>
  cognitoCaller(emulator.url, { ...KEYS, ...options })('DescribeUserPoolClient', {
    UserPoolId,
    ClientId: 'c1',
  })

/** A call whose headers or body were changed after signing. */
async function tampered(change: Record<string, string | undefined>, body = '{}', sent = body) {
  const signed = await signedHeaders(emulator.url, 'DescribeUserPoolClient', body, KEYS)
  const entries = Object.entries({ ...signed, ...change })
  const headers = Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  const response = await fetch(`${emulator.url}/`, { method: 'POST', headers, body: sent })
  return (await response.json()) as { __type: string; message: string }
}

it("accepts the SDK's own signature, with and without a session token", async () => {
  expect((await describePool(POOL, {})).status).toBe(200)
  expect((await describePool(POOL, { sessionToken: 'token' })).status).toBe(200)
})

it('refuses a signature by another secret', async () => {
  const answer = refusalOf(await describePool(POOL, { secretAccessKey: 'other' }))
  expect(answer).toMatchObject({ status: 400, type: 'InvalidSignatureException' })
  expect(answer.message).toContain(MISMATCH)
})

it('refuses an unknown key', async () => {
  expect(refusalOf(await describePool(POOL, { accessKeyId: 'OTHER' }))).toEqual({
    status: 400,
    type: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  })
})

it('refuses a body that is not the signed one', async () => {
  expect((await tampered({}, '{}', '{"a":1}')).message).toContain(MISMATCH)
})

it('refuses a signed header that was changed', async () => {
  const target = 'AWSCognitoIdentityProviderService.DeleteUserPoolClient'
  expect((await tampered({ 'x-amz-target': target })).message).toContain(MISMATCH)
})

it('refuses a signature that is right and leaves the host out', async () => {
  expect((await describePool(POOL, { signHost: false })).body.message).toContain(MISMATCH)
})

it('refuses a call without a signature', async () => {
  expect(await tampered({ authorization: undefined })).toEqual({
    __type: 'MissingAuthenticationTokenException',
    message: 'Missing Authentication Token',
  })
})

it.each([
  'Bearer x',
  'AWS4-HMAC-SHA256 Credential=AKID',
  'AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f',
])('refuses the malformed header "%s"', async (authorization) => {
  const signature = 'f'.repeat(64)
  const whole = `${authorization}, SignedHeaders=host;x-amz-date, Signature=${signature}`
  expect((await tampered({ authorization })).__type).toBe('IncompleteSignatureException')
  expect((await tampered({ authorization: whole })).__type).toBe('IncompleteSignatureException')
})

it('refuses a date that is none', async () => {
  const { authorization } = await signedHeaders(emulator.url, 'DescribeUserPoolClient', '{}', KEYS)
  const nonsense = String(authorization).replace(/\/\d{8}\//, '/tomorrow/')
  const answer = await tampered({ authorization: nonsense, 'x-amz-date': 'tomorrow' })
  expect(answer.__type).toBe('IncompleteSignatureException')
})

it('refuses a date older than five minutes, and one as far ahead', async () => {
  const now = Date.now()
  const old = await describePool(POOL, { signingDate: new Date(now - 5 * 60_000 - 2_000) })
  expect(old.body.__type).toBe('InvalidSignatureException')
  expect(old.body.message).toMatch(
    /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
  )
  const early = await describePool(POOL, { signingDate: new Date(now + 5 * 60_000 + 30_000) })
  expect(early.body.message).toMatch(/^Signature not yet current: .* \+ 5 min\.\)$/)
  const recent = await describePool(POOL, { signingDate: new Date(now - 4 * 60_000) })
  expect(recent.status).toBe(200)
})

it('refuses the scope of another day, service or region', async () => {
  const { authorization } = await signedHeaders(emulator.url, 'DescribeUserPoolClient', '{}', KEYS)
  const dated = String(authorization).replace(/\/\d{8}\//, '/20200101/')
  expect((await tampered({ authorization: dated })).message).toMatch(/^Date in Credential scope/)
  expect((await describePool(POOL, { service: 'dynamodb' })).body.message).toBe(
    "Credential should be scoped to correct service: 'cognito-idp'.",
  )
  expect((await describePool(POOL, { region: 'us-east-1' })).body.message).toBe(
    'Credential should be scoped to a valid region.',
  )
})

it('takes any region for a pool whose prefix is none', async () => {
  expect((await describePool('local_Pool2', { region: 'us-east-1' })).status).toBe(200)
})

it('refuses another path or media type', async () => {
  expect((await describePool(POOL, { path: '/x' })).body.__type).toBe('UnknownOperationException')
  const json = await describePool(POOL, { contentType: 'application/json' })
  expect(json.body.__type).toBe('UnknownOperationException')
})
