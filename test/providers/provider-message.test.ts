/** What a provider says when it refuses a change, as the caller and the log have it; against a service of its own. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { errorOf } from '../../src/providers/auth0/calls/errors.ts'
import { mapping } from '../../src/providers/auth0/mapping.ts'
import { errorOf as errorOfRegistration } from '../../src/providers/rfc7592/calls/errors.ts'
import { mapping as registered } from '../../src/providers/rfc7592/index.ts'
import { work } from '../../src/service/jobs/run/work.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { requestFor } from '../contract/service.ts'
import { type CognitoService, POOL, REF, refusal, startCognito } from './cognito-service.ts'

const SECRET = 'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v2w3x4y5z'
let service: CognitoService
let says: string

beforeEach(async () => {
  service = await startCognito((operation) =>
    /^(Update|Add|Delete)UserPoolClient/.test(operation)
      ? refusal('InvalidParameterException', says)
      : undefined,
  )
  service.clients.set('first', {
    UserPoolId: POOL,
    ClientId: 'first',
    ClientName: 'First',
    ClientSecret: SECRET,
  })
})
afterEach(() => service.close())

const refused = (options = {}) =>
  service.bench.change(REF, { name: 'Second' }, options).then(
    () => undefined,
    (error: unknown) => error as ClientError,
  )

it('reaches the caller', async () => {
  says = 'The name is taken by a client of the console.'
  const error = await refused()
  expect(error).toMatchObject({ code: 'provider_refused', details: { providerMessage: says } })
  expect(error?.details.said).toBeUndefined()
})

it('has no secret of the record, which the call did not send', async () => {
  says = `The client with the secret ${SECRET} (${SECRET.slice(0, 14)}) cannot be changed.`
  const error = await refused()
  // The credentials of the tests are the word "secret".
  expect(error?.details.providerMessage).toBe(
    'The client with the [hidden] [hidden] [hidden] cannot be changed.',
  )
  expect(JSON.stringify({ ...error?.details, message: error?.message })).not.toContain('a1b2c3d4')
})

it('is in the history of the client and in the results of a job, without its secrets', async () => {
  says = `The client with the secret ${SECRET} cannot be changed.`
  await refused()
  const { service: inner } = service.bench
  const { items } = await readHistory(inner, REF, { limit: 1 })
  const providerMessage = 'The client with the [hidden] [hidden] cannot be changed.'
  expect(items).toMatchObject([{ outcome: 'not_applied', providerMessage }])
  const { result } = await work(inner, {
    job: { id: 'job-1', submittedBy: { subject: 'tester', issuer: 'https://issuer.example' } },
    rights: [],
    index: 0,
    item: { ref: REF },
    patch: parseMergePatch({ name: 'Third' }),
    phase: 'run',
    limitMs: 5_000,
  })
  expect(result).toMatchObject({ outcome: 'failed', code: 'provider_refused', providerMessage })
  const kept = JSON.stringify(service.bench.database.prepare('select entry from log').all())
  expect(kept).not.toContain(SECRET)
})

it('is for those alone who may see the client', async () => {
  says = 'The name is taken.'
  const error = await refused({ maySeeClient: false })
  expect(error?.details).not.toHaveProperty('providerMessage')
  expect(error?.details).not.toHaveProperty('said')
})

it('is for those alone where a rotation is refused, too', async () => {
  says = 'The client of the accounting department cannot be touched.'
  const request = { ...requestFor(service.bench.service, REF, {}), provider: service.provider }
  const attempt = (maySeeClient: boolean) =>
    rotateSecret(service.bench.service, { ...request, cutOver: false, maySeeClient }).then(
      () => undefined,
      (error: unknown) => error as ClientError,
    )
  expect(await attempt(true)).toMatchObject({ details: { providerMessage: says } })
  const withheld = await attempt(false)
  expect(withheld).toMatchObject({ code: 'provider_refused' })
  expect(withheld?.details).not.toHaveProperty('providerMessage')
})

it('comes with the refusal of a removal, which is no missing client', async () => {
  says = 'The client is in use.'
  const request = { ...requestFor(service.bench.service, REF, {}), provider: service.provider }
  const error = await removeClient(service.bench.service, request).catch(
    (thrown: unknown) => thrown,
  )
  const details = { providerMessage: says, outcome: 'not_applied' }
  expect(error).toMatchObject({ code: 'provider_refused', details })
  expect(service.clients.has('first')).toBe(true)
})

it('comes from Auth0 as well, without the secrets of the call', () => {
  const body = {
    statusCode: 400,
    message: 'Invalid grant types: x for secret-of-this-very-call-01',
  }
  const error = errorOf(mapping, { status: 400, headers: {}, body }, 0, () => [
    'secret-of-this-very-call-01',
  ])
  expect(error).toBeInstanceOf(ClientError)
  expect(error?.details.said).toBe('Invalid grant types: x for [hidden]')
})

it('comes from registration servers as well (RFC 7591 section 3.2.2)', () => {
  const error_description = 'redirect_uris must be https, not as sent with tok_0123456789-of-it'
  const answer = {
    status: 400,
    headers: {},
    body: { error: 'invalid_client_metadata', error_description },
  }
  const error = errorOfRegistration(registered, answer, true, () => ['tok_0123456789-of-it'])
  expect(error?.details.said).toBe('redirect_uris must be https, not as sent with [hidden]')
  expect(error?.message).not.toMatch(/\s\./)
})
