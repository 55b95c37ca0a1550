/**
 * Converts AWS events to plain requests and back: REST API (proxy v1), HTTP API v1 and v2, function URL, ALB,
 * and a bare event that has only path parameters, headers and a body.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */

import { ClientError } from '../core/errors.ts'
import { isRecord, type JsonObject } from '../core/json/json.ts'
import { asResponse, errorAnswer } from '../http/answer.ts'
import { ROUTES } from '../http/routes.ts'
import { answering } from '../http/wire/last-resort.ts'
import {
  type App,
  DEFAULT_DEADLINE_MS,
  type HttpRequest,
  type HttpResponse,
} from '../http/wire/message.ts'
import { bodyOf, headersOf, pathOf, prefixOf, queryOf } from './lambda-parts.ts'

export interface LambdaContext {
  getRemainingTimeInMillis?(): number
}

export interface LambdaResult {
  readonly statusCode: number
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces `headers` if the event has multi-value headers. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>
  /** Only for a load balancer. */
  readonly statusDescription?: string
  readonly body: string
  readonly isBase64Encoded: false
}

export interface LambdaOptions {
  /** A path prefix of every route, removed before the application sees the path. */
  readonly basePath?: string
}

/** Reserved so that the answer is sent before the function is stopped (milliseconds). */
const MARGIN_MS = 2_000

/** The first segments of the routes, used to find the route after a stage or a base path. */
const ROOTS = [...new Set(ROUTES.map(({ path }) => path.split('/')[1] ?? ''))]

/** Builds the handler; it never rejects. */
export function createLambdaHandler(app: App, { basePath = '' }: LambdaOptions = {}) {
  return async (event: unknown, context?: LambdaContext | null): Promise<LambdaResult> => {
    const remaining = context?.getRemainingTimeInMillis?.() ?? DEFAULT_DEADLINE_MS + MARGIN_MS
    const deadline = Date.now() + Math.min(DEFAULT_DEADLINE_MS, remaining - MARGIN_MS)
    const request = isRounded(event) ? undefined : requestOf(event, basePath, deadline)
    const unreadable = new ClientError('invalid_request', isRounded(event) ? ROUNDED : UNREADABLE)
    const response =
      request === undefined
        ? asResponse(errorAnswer(unreadable, EMPTY, 'none'), 'none')
        : await answering(async (one) => whole(await app(one)))(request)
    return resultOf(isRecord(event) ? event : {}, response)
  }
}

const UNREADABLE = 'The event is not an HTTP request.'
const ROUNDED =
  'The body of the event contains a number that was rounded when the event was parsed. Send the body as a string of JSON.'

/** A body that is an object was parsed by the runtime, with doubles for its numbers. */
const isRounded = (event: unknown) =>
  isRecord(event) && isRecord(event.body) && isUnsafe(event.body)

function isUnsafe(value: unknown): boolean {
  if (typeof value !== 'number') {
    return typeof value === 'object' && value !== null && Object.values(value).some(isUnsafe)
  }
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))
}

/** Lambda does not stream here: the whole stream is collected into one answer. */
async function whole({ stream, ...response }: HttpResponse): Promise<HttpResponse> {
  const pieces: Uint8Array[] = [Buffer.from(response.body)]
  for await (const piece of stream?.(AbortSignal.abort()) ?? []) pieces.push(piece)
  return { ...response, body: Buffer.concat(pieces).toString() }
}

const EMPTY: HttpRequest = {
  method: 'GET',
  path: '/',
  query: '',
  headers: {},
  body: undefined,
  deadline: 0,
}

/** The plain request of an event; `undefined` if the event is not an HTTP request. */
function requestOf(event: unknown, basePath: string, deadline: number): HttpRequest | undefined {
  if (!isRecord(event)) return undefined
  const context = isRecord(event.requestContext) ? event.requestContext : {}
  const http = isRecord(context.http) ? context.http : {}
  const path = pathOf(event, basePath, ROOTS)
  if (path === undefined) return undefined
  // A bare event is the documented endpoint: PATCH /clients/{clientId}.
  const method = text(http.method) ?? text(event.httpMethod) ?? 'PATCH'
  return {
    method: method === 'HEAD' ? 'GET' : method.toUpperCase(),
    path,
    prefix: prefixOf(event, path),
    query: queryOf(event),
    headers: headersOf(event),
    body: bodyOf(event),
    deadline,
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

function resultOf(event: JsonObject, { status, headers, body }: HttpResponse): LambdaResult {
  const context = isRecord(event.requestContext) ? event.requestContext : {}
  const balancer = isRecord(context.elb)
  const multiple = balancer && isRecord(event.multiValueHeaders)
  return {
    statusCode: status,
    ...(balancer ? { statusDescription: `${status} ${status < 400 ? 'OK' : 'Error'}` } : {}),
    ...(multiple
      ? {
          multiValueHeaders: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, [value]]),
          ),
        }
      : { headers }),
    body,
    isBase64Encoded: false,
  }
}
