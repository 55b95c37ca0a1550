/** AWS events beyond what every entry can send: doubled headers, encodings, prefixes, what is no request. */

import { describe, expect, it } from 'vitest'
import type { App, HttpRequest } from '../src/http/wire/message.ts'
import { createLambdaHandler, type LambdaOptions } from '../src/lambda/lambda-event.ts'

/** What the application was given for an event, and what came back. */
async function given(event: unknown, options: LambdaOptions = {}) {
  const seen: HttpRequest[] = []
  const app: App = async (request) => {
    seen.push(request)
    return { status: 200, headers: { 'x-a': 'b' }, body: '{}' }
  }
  const result = await createLambdaHandler(app, options)(event)
  return { result, request: seen[0] }
}

const pathOf = async (event: object, options?: LambdaOptions) =>
  (await given({ httpMethod: 'GET', ...event }, options)).request?.path

const HTTP_API = { domainName: 'abc.execute-api.eu-west-1.amazonaws.com', http: { method: 'GET' } }
const FUNCTION_URL = { domainName: 'abc.lambda-url.eu-west-1.on.aws', http: { method: 'GET' } }
const ELB = { elb: { targetGroupArn: 'arn' } }

describe('the path', () => {
  it.each([
    ['/clients/a', '/clients/a'],
    ['/prod/clients/a', '/clients/a'],
    ['/x/y/providers', '/providers'],
    ['/prod/openapi.json', '/openapi.json'],
    ['/clients/clients', '/clients/clients'],
    ['/providers/clients', '/providers/clients'],
    ['/nowhere', '/nowhere'],
    ['/', '/'],
    ['/prod/', '/'],
    // Only the last segment may be the empty one of the root.
    ['//clients/a', '/clients/a'],
    ['/prod//clients/a', '/clients/a'],
    ['//evil.example/clients', '/clients'],
    ['', ''],
  ])('%s is %s', async (path, expected) => {
    expect(await pathOf({ path })).toBe(expected)
  })

  it.each([
    ['/clients/clients/a', '/clients/a'],
    ['/clients', '/'],
    ['/clientsx/clients/a', '/clients/a'],
  ])('%s without the configured base path is %s', async (path, expected) => {
    expect(await pathOf({ path }, { basePath: '/clients' })).toBe(expected)
  })

  it.each([
    ['a load balancer', { requestContext: ELB, path: '/clients/a%2541%2Fb' }],
    ['a REST API', { requestContext: { stage: 'p' }, path: '/clients/a%2541%2Fb' }],
    [
      'a function URL',
      { version: '2.0', requestContext: FUNCTION_URL, rawPath: '/clients/a%2541%2Fb' },
    ],
  ])('of %s is left encoded', async (_, event) => {
    expect(await pathOf(event)).toBe('/clients/a%2541%2Fb')
  })

  it.each([
    ['payload 2.0', { version: '2.0', requestContext: HTTP_API, rawPath: '/clients/a%41 é?' }],
    ['payload 1.0', { version: '1.0', requestContext: { stage: 'p' }, path: '/clients/a%41 é?' }],
  ])('of an HTTP API with %s comes decoded and is encoded once', async (_, event) => {
    expect(await pathOf(event)).toBe('/clients/a%2541%20%C3%A9%3F')
  })

  it.each([
    ['exampleClientId', '/clients/exampleClientId'],
    ['a/b', '/clients/a%2Fb'],
    ['a%2Fb', '/clients/a%2Fb'],
    ['..', '/clients/..'],
    ['100%', '/clients/100%25'],
    ['a?b#c', '/clients/a%3Fb%23c'],
    ['\ud800', '/clients/%EF%BF%BD'],
  ])('of a bare event with the client id %j is %s', async (clientId, expected) => {
    const { request } = await given({ pathParameters: { clientId }, headers: {}, body: '{}' })
    expect(request).toMatchObject({ method: 'PATCH', path: expected })
  })

  it('is taken from the path, not from path parameters, where both are', async () => {
    const event = { path: '/prod/clients/a%20b', pathParameters: { clientId: 'other' } }
    expect(await pathOf(event)).toBe('/clients/a%20b')
  })
})

describe('headers', () => {
  it('keep every value of a doubled one, in lower case', async () => {
    const { request } = await given({
      httpMethod: 'GET',
      path: '/clients/a',
      headers: { Authorization: 'Bearer b', 'X-Only': 'single' },
      multiValueHeaders: { Authorization: ['Bearer a', 'Bearer b'] },
    })
    expect(request?.headers).toEqual({
      authorization: ['Bearer a', 'Bearer b'],
      'x-only': ['single'],
    })
  })

  it('that differ in case only are one that is doubled', async () => {
    const headers = { authorization: 'Bearer a', Authorization: 'Bearer b' }
    const { request } = await given({ pathParameters: { clientId: 'a' }, headers })
    expect(request?.headers.authorization).toEqual(['Bearer a', 'Bearer b'])
  })

  it.each([null, undefined, 'x', { 'x-a': null, 'x-b': 7 }])('may be %j', async (headers) => {
    const { request } = await given({ httpMethod: 'GET', path: '/clients/a', headers })
    expect(request?.headers).toEqual({})
  })
})

describe('the query', () => {
  it.each<[string, object, string]>([
    ['v2', { rawQueryString: 'a=%20&b' }, 'a=%20&b'],
    ['REST', { queryStringParameters: { a: 'x&y=+é' } }, 'a=x%26y%3D%2B%C3%A9'],
    [
      'REST, repeated',
      {
        queryStringParameters: { a: '2' },
        multiValueQueryStringParameters: { a: ['1', '2'] },
      },
      'a=1&a=2',
    ],
    ['ALB', { requestContext: ELB, queryStringParameters: { a: 'x%26y+z' } }, 'a=x%26y+z'],
    [
      'ALB, repeated',
      { requestContext: ELB, multiValueQueryStringParameters: { a: ['%201', '2'] } },
      'a=%201&a=2',
    ],
    ['none', { queryStringParameters: null, multiValueQueryStringParameters: null }, ''],
    // Bytes that were no UTF-8 stay such, so that they are refused and not searched for.
    ['a lone surrogate', { queryStringParameters: { a: '\ud800' } }, 'a=%FF'],
  ])('of %s', async (_, event, expected) => {
    const { request } = await given({ httpMethod: 'GET', path: '/clients/a', ...event })
    expect(request?.query).toBe(expected)
  })
})

describe('the body', () => {
  it('is decoded from base64, and counted in bytes', async () => {
    const bytes = Buffer.from([0, 255, 195, 169])
    const event = { pathParameters: { clientId: 'a' }, isBase64Encoded: true }
    const { request } = await given({ ...event, body: bytes.toString('base64') })
    expect(Buffer.from(request?.body as Uint8Array)).toEqual(bytes)
    const limit = await given({ ...event, body: Buffer.alloc(262_144).toString('base64') })
    expect(limit.request?.body).toHaveLength(262_144)
    const beyond = await given({ ...event, body: Buffer.alloc(262_145).toString('base64') })
    expect(beyond.request?.body).toBe('too_large')
    const accents = await given({ ...event, isBase64Encoded: false, body: 'é'.repeat(131_073) })
    expect(accents.request?.body).toBe('too_large')
  })

  it.each([null, undefined, ''])('may be %j', async (body) => {
    const { request } = await given({ pathParameters: { clientId: 'a' }, body })
    expect(request?.body).toBeUndefined()
  })
})

describe('what is no HTTP request', () => {
  it.each([
    [null],
    [undefined],
    ['text'],
    [[]],
    [{}],
    [{ Records: [{ eventSource: 'aws:sqs', body: '{}' }] }],
    [{ source: 'aws.events', detail: {} }],
    [{ pathParameters: { proxy: 'clients/a' } }],
    [{ requestContext: { connectionId: 'x', routeKey: '$connect' } }],
  ])('is answered with an error: %j', async (event) => {
    const { result, request } = await given(event)
    expect(request).toBeUndefined()
    expect(result).toMatchObject({ statusCode: 400, isBase64Encoded: false })
    expect(JSON.parse(result.body)).toMatchObject({
      error: expect.any(String),
      code: 'invalid_request',
    })
  })
})

describe('the answer', () => {
  it('has the headers in the form in which a load balancer sent its own', async () => {
    const event = { httpMethod: 'GET', path: '/clients/a', requestContext: ELB }
    const single = await given({ ...event, headers: {} })
    expect(single.result).toEqual({
      statusCode: 200,
      statusDescription: '200 OK',
      headers: { 'x-a': 'b' },
      body: '{}',
      isBase64Encoded: false,
    })
    const several = await given({ ...event, multiValueHeaders: {} })
    expect(several.result.multiValueHeaders).toEqual({ 'x-a': ['b'] })
    expect(several.result.headers).toBeUndefined()
  })

  it('is an error when the application fails against its promise', async () => {
    const handler = createLambdaHandler(() => Promise.reject(new Error('canary')))
    const result = await handler({ pathParameters: { clientId: 'a' } })
    expect(result.statusCode).toBe(500)
    expect(result.body).not.toContain('canary')
  })
})

describe('the deadline', () => {
  it.each([
    [undefined, 25_000],
    [null, 25_000],
    [{}, 25_000],
    [{ getRemainingTimeInMillis: () => 900_000 }, 25_000],
    [{ getRemainingTimeInMillis: () => 10_000 }, 8_000],
    [{ getRemainingTimeInMillis: () => 500 }, -1_500],
  ])('leaves time for the answer (%#)', async (context, expected) => {
    const left: number[] = []
    const handler = createLambdaHandler(async ({ deadline }) => {
      left.push(deadline - Date.now())
      return { status: 200, headers: {}, body: '{}' }
    })
    await handler({ pathParameters: { clientId: 'a' } }, context)
    expect(left[0]).toBeGreaterThan(expected - 1_000)
    expect(left[0]).toBeLessThanOrEqual(expected)
  })
})
