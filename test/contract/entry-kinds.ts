/** Every entry, as a way to send one and the same plain request through it. */

import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { App } from '../../src/http/wire/message.ts'
import {
  createLambdaHandler,
  type LambdaOptions,
  type LambdaResult,
} from '../../src/lambda/lambda-event.ts'
import { createNodeServer } from '../../src/node/node-server.ts'
import type { Received, Sent } from './http-cases.ts'

export interface EntryKind {
  readonly name: string
  /** Why it cannot take a request; absent: it takes every one. */
  cannot?(sent: Sent): string | undefined
  open(app: App): Promise<{ send(sent: Sent): Promise<Received>; close(): Promise<void> }>
}

const STAGE = 'prod'

/** API Gateway hands JSON on as text and a form in base64 (HTTP API). */
const encodedBody = ({ headers = {}, body }: Sent) =>
  body !== undefined && headers['content-type'] === 'application/x-www-form-urlencoded'
    ? { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
    : { body: body ?? null, isBase64Encoded: false }

/** Values decoded, the last of each name: what REST APIs and HTTP API v1 events hold. */
const decodedQuery = ({ query = '' }: Sent) => {
  const entries = [...new URLSearchParams(query)]
  if (entries.length === 0)
    return { queryStringParameters: null, multiValueQueryStringParameters: null }
  return {
    queryStringParameters: Object.fromEntries(entries),
    multiValueQueryStringParameters: Object.fromEntries(
      entries.map(([name, value]) => [name, [value]]),
    ),
  }
}

const many = (headers: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))

/** Case as clients send it; API Gateway v1 keeps it. */
const cased = (headers: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  )

function restV1(prefix: string, stage: string) {
  return (sent: Sent) => ({
    resource: '/{proxy+}',
    path: `${prefix}${sent.path}`,
    httpMethod: sent.method,
    headers: cased(sent.headers),
    multiValueHeaders: many(cased(sent.headers)),
    ...decodedQuery(sent),
    pathParameters: { proxy: sent.path.slice(1) },
    stageVariables: null,
    requestContext: { resourcePath: '/{proxy+}', stage, path: `/${stage}${prefix}${sent.path}` },
    body: sent.body ?? null,
    isBase64Encoded: false,
  })
}

/** An HTTP API decodes the path; a function URL does not (see `isDecoded` in `lambda-parts.ts`). */
function httpV2(prefix: string, domainName: string, stage: string) {
  const decoded = (path: string) =>
    domainName.includes('.lambda-url.') ? path : decodeURIComponent(path)
  return (sent: Sent) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: `${prefix}${decoded(sent.path)}`,
    rawQueryString: sent.query ?? '',
    headers: sent.headers ?? {},
    requestContext: {
      domainName,
      stage,
      http: { method: sent.method, path: `${prefix}${sent.path}`, protocol: 'HTTP/1.1' },
    },
    ...encodedBody(sent),
  })
}

function balancer(multiple: boolean) {
  return (sent: Sent) => {
    const query = Object.fromEntries(
      (sent.query ?? '')
        .split('&')
        .filter(Boolean)
        .map((pair) => pair.split('=') as [string, string]),
    )
    return {
      requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:...' } },
      httpMethod: sent.method,
      path: sent.path,
      ...(multiple
        ? { multiValueHeaders: many(sent.headers), multiValueQueryStringParameters: many(query) }
        : { headers: sent.headers ?? {}, queryStringParameters: query }),
      ...encodedBody(sent),
    }
  }
}

const bare = (sent: Sent) => ({
  pathParameters: { clientId: decodeURIComponent(sent.path.split('/').at(-1) ?? '') },
  headers: sent.headers ?? {},
  body: sent.body ?? null,
})

function onlyDocumented({ method, path, query = '', headers = {} }: Sent): string | undefined {
  if (method !== 'PATCH' || !/^\/clients\/[^/]+$/.test(path))
    return 'it is PATCH /clients/{clientId} only'
  if (query !== '') return 'it has no query'
  return headers['content-type'] === undefined ? 'it has headers' : undefined
}

function lambda(
  name: string,
  eventOf: (sent: Sent) => object,
  options: LambdaOptions = {},
  cannot?: EntryKind['cannot'],
): EntryKind {
  return {
    name,
    ...(cannot === undefined ? {} : { cannot }),
    open: async (app) => {
      const handler = createLambdaHandler(app, options)
      return {
        // Events are JSON when they reach a function.
        send: async (sent) => received(await handler(JSON.parse(JSON.stringify(eventOf(sent))))),
        close: async () => {},
      }
    },
  }
}

function received({ statusCode, headers, multiValueHeaders, body }: LambdaResult): Received {
  const single = Object.fromEntries(
    Object.entries(multiValueHeaders ?? {}).map(([name, [value = '']]) => [name, value]),
  )
  return { status: statusCode, headers: headers ?? single, body: bodyOf(body) }
}

/** An answer without content, such as a 304, has an empty one here. */
const bodyOf = (text: string): JsonObject => (text === '' ? {} : JSON.parse(text))

const node = (basePath: string): EntryKind => ({
  name: basePath === '' ? 'Node server' : 'Node server behind a base path',
  open: async (app) => {
    const { server, listen, close } = createNodeServer(app, { basePath })
    await listen(0, '127.0.0.1')
    const { port } = server.address() as AddressInfo
    return { send: (sent) => overSocket(port, basePath, sent), close: () => close(0) }
  },
})

function overSocket(port: number, basePath: string, sent: Sent): Promise<Received> {
  const { method, path, query = '', headers = {}, body } = sent
  return new Promise((resolve, reject) => {
    const target = `${basePath}${path}${query === '' ? '' : `?${query}`}`
    const request = http.request({ host: '127.0.0.1', port, method, path: target, headers })
    request.once('error', reject)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string>,
          body: bodyOf(Buffer.concat(chunks).toString()),
        }),
      )
    })
    request.end(body)
  })
}

export const ENTRY_KINDS: readonly EntryKind[] = [
  node(''),
  node('/clientry/v1'),
  lambda('REST API v1', restV1('', STAGE)),
  lambda('REST API v1 on a custom domain with a base path', restV1('/identity', STAGE)),
  lambda('REST API v1 with a configured base path', restV1('/clients-api', STAGE), {
    basePath: '/clients-api',
  }),
  lambda('HTTP API v1 payload', (sent) => ({
    version: '1.0',
    ...restV1('', '$default')(sent),
    path: decodeURIComponent(sent.path),
    ...encodedBody(sent),
  })),
  lambda('HTTP API v2', httpV2('', 'abc.execute-api.eu-west-1.amazonaws.com', '$default')),
  lambda('HTTP API v2 with a stage', httpV2(`/${STAGE}`, 'api.example.com', STAGE)),
  lambda('function URL', httpV2('', 'abc.lambda-url.eu-west-1.on.aws', '$default')),
  lambda('ALB', balancer(false)),
  lambda('ALB with multi-value headers', balancer(true)),
  lambda('bare event', bare, {}, onlyDocumented),
]
