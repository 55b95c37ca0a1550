/** The one bundled file as Lambda loads it, with DynamoDB behind: `dist/lambda/index.mjs`. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/core/json/json.ts'
import { type CognitoEmulator, startCognitoEmulator } from '../src/emulators/cognito/index.ts'
import type { LambdaResult } from '../src/lambda/lambda-event.ts'
import { CREDENTIALS, type Dynamodb, startDynamodb } from './contract/dynamodb.ts'
import { eventually } from './eventually.ts'
import { fullCognitoClient, POOL_ID } from './fixtures/cognito.ts'
import { type SigningKey, sign, signingKey, startKeyServer } from './http/auth/issuer.ts'
import { startCollector } from './observe/collector.ts'

const BUNDLE = fileURLToPath(new URL('../dist/lambda/index.mjs', import.meta.url))

type Handler = (event: unknown, context?: unknown) => Promise<LambdaResult>

let cognito: CognitoEmulator
let dynamodb: Dynamodb
let keys: Awaited<ReturnType<typeof startKeyServer>>
let key: SigningKey
let handler: Handler
let before: NodeJS.ProcessEnv

const config = () => ({
  key: { env: 'CLIENTRY_KEY' },
  store: {
    type: 'dynamodb',
    table: dynamodb.settings.table,
    region: dynamodb.settings.region,
    endpoint: dynamodb.settings.endpoint,
    create: true,
  },
  providers: {
    cognito: {
      type: 'cognito',
      pools: { [POOL_ID]: { endpoint: cognito.url } },
      credentials: { accessKeyId: 'emulator', secretAccessKey: { env: 'COGNITO_SECRET' } },
    },
  },
  auth: {
    issuers: [{ issuer: 'https://issuer.example/', jwksUrl: keys.url, audience: ['clientry'] }],
  },
})

beforeAll(async () => {
  before = { ...process.env }
  cognito = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
  })
  cognito.addFutureMember('MemberOfTomorrow')
  dynamodb = await startDynamodb()
  keys = await startKeyServer()
  key = await signingKey('key-1')
  keys.publish(key)
  Object.assign(process.env, {
    CLIENTRY_KEY: Buffer.alloc(32, 1).toString('base64'),
    COGNITO_SECRET: 'emulator-secret',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  })
  ;({ handler } = (await import(BUNDLE)) as { handler: Handler })
})

afterAll(async () => {
  process.env = before
  await Promise.all([cognito.close(), dynamodb.close(), keys.close()])
  for (const copy of copies) rmSync(copy, { recursive: true })
})

/** A function with a state of its own: a module of the same folder is loaded once, whatever query its address has. */
async function anotherFunction(): Promise<{ readonly handler: Handler }> {
  const copy = mkdtempSync(join(tmpdir(), 'clientry-lambda-'))
  copies.push(copy)
  cpSync(dirname(BUNDLE), copy, { recursive: true })
  return (await import(join(copy, 'index.mjs'))) as { readonly handler: Handler }
}
const copies: string[] = []

async function patchEvent(client: JsonObject) {
  const now = Math.floor(Date.now() / 1_000)
  const claims = {
    iss: 'https://issuer.example/',
    aud: 'clientry',
    sub: 'tester',
    client_id: 'test',
  }
  const token = await sign(key, { ...claims, iat: now, exp: now + 600 })
  return {
    version: '2.0',
    rawPath: '/clients/exampleClientId',
    rawQueryString: '',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    requestContext: {
      stage: '$default',
      http: { method: 'PATCH', path: '/clients/exampleClientId' },
    },
    body: JSON.stringify({ userPoolId: POOL_ID, client }),
    isBase64Encoded: false,
  }
}

describe('the bundle', () => {
  it('answers 500, logs why, and starts when the configuration is there', async () => {
    process.env.CLIENTRY_CONFIG_JSON = JSON.stringify({
      ...config(),
      store: { type: 'sqlite', path: 'x' },
    })
    const refused = await handler(await patchEvent({}))
    expect(refused.statusCode).toBe(500)
    expect(refused.body).not.toMatch(/dynamodb|sqlite/)
    process.env.CLIENTRY_CONFIG_JSON = JSON.stringify(config())
    expect((await handler(await patchEvent({}))).statusCode).toBe(200)
  })

  it('changes a client, with its history in DynamoDB', async () => {
    const answer = await handler(await patchEvent({ callbacks: ['https://new.example.com/cb'] }), {
      getRemainingTimeInMillis: () => 20_000,
    })
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false })
    expect(JSON.parse(answer.body)).toMatchObject({ callbacks: ['https://new.example.com/cb'] })
    expect(cognito.client(POOL_ID, 'exampleClientId')).toEqual({
      ...fullCognitoClient,
      CallbackURLs: ['https://new.example.com/cb'],
      LastModifiedDate: expect.any(Number),
    })
    expect(dynamodb.front.calls.some(({ operation }) => operation.includes('PutItem'))).toBe(true)
  })

  it('keeps 20 concurrent additions of two functions, which share nothing but the table', async () => {
    const other = await anotherFunction()
    const urls = Array.from({ length: 20 }, (_, n) => `https://app.example.com/${n}`)
    const answers = await Promise.all(
      urls.map(async (url, index) => {
        const event = await patchEvent({ callbacks: { add: [url] } })
        return (index % 2 === 0 ? handler : other.handler)(event)
      }),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(urls.map(() => 200))
    const stored = cognito.client(POOL_ID, 'exampleClientId').CallbackURLs
    expect(stored).toEqual(expect.arrayContaining(urls))
  })

  it('has no metrics', async () => {
    const event = await patchEvent({})
    const http = { method: 'GET', path: '/metrics' }
    const answer = await handler({ ...event, rawPath: '/metrics', requestContext: { http } })
    expect(answer).toMatchObject({
      statusCode: 404,
      body: expect.stringMatching(/no metrics here/),
    })
  })

  it('settles what is open when a schedule calls', async () => {
    const scheduled = { 'detail-type': 'Scheduled Event', source: 'aws.events' }
    expect(await handler(scheduled)).toMatchObject({ statusCode: 204 })
  })

  it('reads the clients for its lists when a schedule calls, and another function finds them', async () => {
    const context = { getRemainingTimeInMillis: () => 60_000 }
    await handler({ 'detail-type': 'Scheduled Event' }, context)
    const other = await anotherFunction()
    const list = async (one: Handler, query: string) => {
      const event = await patchEvent({})
      const http = { method: 'GET', path: '/clients' }
      const asked = { rawPath: '/clients', rawQueryString: query, requestContext: { http } }
      const { body } = await one({ ...event, ...asked }, context)
      return JSON.parse(body) as {
        readonly clients: readonly JsonObject[]
        readonly mirror: unknown
      }
    }
    const found = await list(other.handler, 'q=exampleclient')
    expect(found.clients).toMatchObject([{ id: 'exampleClientId' }])
    expect(found.mirror).toMatchObject([{ userPoolId: POOL_ID, complete: true }])
    // A change is found by the function that did not make it.
    await handler(await patchEvent({ name: 'Found at once' }), context)
    expect((await list(other.handler, 'q=found%20at')).clients).toMatchObject([
      { name: 'Found at once' },
    ])
    const lint = await other.handler(
      {
        ...(await patchEvent({})),
        rawPath: '/lint',
        requestContext: { http: { method: 'GET', path: '/lint' } },
      },
      context,
    )
    expect(lint.statusCode).toBe(200)
  })

  it('hands traces and metrics on before it answers, since it is frozen then', async () => {
    const collector = await startCollector()
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url
    try {
      const other = await anotherFunction()
      const sentBy = async (event: unknown) => {
        const before = collector.received.length
        await other.handler(event)
        return collector.received.slice(before).map(({ path }) => path)
      }
      // What takes longer than a second on a busy machine goes with the next event.
      await eventually(async () => {
        const paths = await sentBy(await patchEvent({}))
        expect(paths.sort()).toEqual(['/v1/metrics', '/v1/traces'])
      })
      expect(collector.spans().map(({ name }) => name)).toContain('PATCH /clients/{clientId}')
      const names = collector.metrics().map(({ name }) => name)
      expect(names).toContain('clientry_request_duration_seconds')
      await eventually(async () => {
        expect(await sentBy({ 'detail-type': 'Scheduled Event' })).toContain('/v1/metrics')
      })
      expect(collector.faults).toEqual([])
    } finally {
      delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
      await collector.close()
    }
  })

  it('answers 500 where a variable of OpenTelemetry cannot be obeyed', async () => {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9'
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'grpc'
    try {
      const other = await anotherFunction()
      expect((await other.handler(await patchEvent({}))).statusCode).toBe(500)
    } finally {
      delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
      delete process.env.OTEL_EXPORTER_OTLP_PROTOCOL
    }
  })
})
