/** The parts of an AWS event, each of which has several spellings. */

import { isRecord, type JsonObject } from '../core/json/json.ts'
import { type HttpRequest, MAX_BODY_BYTES } from '../http/wire/message.ts'

/** A function URL sends the event of an HTTP API, but leaves the path encoded. */
const FUNCTION_URL = /\.lambda-url\.[a-z0-9-]+\.on\.aws$/

/**
 * The path of the route, percent-encoded. A stage (HTTP API v2, and REST custom domains without a
 * mapped stage) or a base path may precede it: the path starts at the first segment that begins a route.
 * An empty segment is the root's only at the end. A bare event has only path parameters.
 */
export function pathOf(
  event: JsonObject,
  basePath: string,
  roots: readonly string[],
): string | undefined {
  const raw = [event.rawPath, event.path].find((value) => typeof value === 'string')
  if (typeof raw !== 'string') return pathOfParameters(event)
  const pathname = isDecoded(event) ? encodedPath(raw) : (raw.split('?', 1)[0] ?? '/')
  if (basePath !== '' && (pathname === basePath || pathname.startsWith(`${basePath}/`))) {
    return pathname.slice(basePath.length) || '/'
  }
  const segments = pathname.split('/').slice(1)
  const start = segments.findIndex(
    (segment, index) =>
      roots.includes(segment) && (segment !== '' || index === segments.length - 1),
  )
  return start <= 0 ? pathname : `/${segments.slice(start).join('/')}`
}

/** Segments that cannot lead to another host; an empty first segment would begin a host name. */
const PREFIX = /^(?:\/[\w.~%-]+)+$/

/**
 * What the caller sent before the path of the route: a base path, or a stage, which a REST API
 * reports only in the context. Empty if it is unknown.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function prefixOf(event: JsonObject, path: string): string {
  const context = isRecord(event.requestContext) ? event.requestContext : {}
  const fullPath = [context.path, event.rawPath, event.path].find(
    (value) => typeof value === 'string',
  )
  if (typeof fullPath !== 'string') return ''
  const whole = isDecoded(event) ? encodedPath(fullPath) : (fullPath.split('?', 1)[0] ?? '')
  const prefix = whole.endsWith(path) ? whole.slice(0, -path.length) : ''
  return PREFIX.test(prefix) ? prefix : ''
}

/**
 * An HTTP API decodes the path, in both payload versions; REST APIs, function URLs and load balancers
 * leave it as sent. Decoding twice would name another client.
 * https://github.com/middleapi/standard-server/pull/93, https://github.com/wakujs/waku/pull/458
 */
function isDecoded({ version, requestContext }: JsonObject): boolean {
  if (version === '1.0') return true
  const domain = isRecord(requestContext) ? requestContext.domainName : undefined
  return version === '2.0' && !(typeof domain === 'string' && FUNCTION_URL.test(domain))
}

const encodedPath = (decoded: string) => decoded.split('/').map(encoded).join('/')

/** `encodeURIComponent` throws on a lone surrogate, which a JSON event can contain. */
const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))

function pathOfParameters({ pathParameters }: JsonObject): string | undefined {
  if (!isRecord(pathParameters)) return undefined
  const { clientId } = pathParameters
  if (typeof clientId !== 'string') return undefined
  // An HTTP API decodes path parameters and others do not; the result is encoded exactly once.
  return `/clients/${encoded(decodedOnce(clientId))}`
}

function decodedOnce(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** The query as it was sent, without the question mark. */
export function queryOf(event: JsonObject): string {
  if (typeof event.rawQueryString === 'string') return event.rawQueryString
  const context = isRecord(event.requestContext) ? event.requestContext : {}
  // A load balancer leaves the values encoded; a REST API decodes them.
  const encode = isRecord(context.elb) ? (value: string) => value : encodedValue
  const multiple = isRecord(event.multiValueQueryStringParameters)
    ? event.multiValueQueryStringParameters
    : isRecord(event.queryStringParameters)
      ? event.queryStringParameters
      : {}
  return valuesOf(multiple)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&')
}

/** What was no UTF-8 came to be U+FFFD as it was decoded; it is handed on as what no UTF-8 has, and refused as such. */
const encodedValue = (decoded: string) => encoded(decoded).replaceAll('%EF%BF%BD', '%FF')

/** Headers with every value that was sent, names in lower case. */
export function headersOf({ headers, multiValueHeaders }: JsonObject): HttpRequest['headers'] {
  const values = new Map<string, string[]>()
  const several = isRecord(multiValueHeaders) ? valuesOf(multiValueHeaders) : []
  const single = isRecord(headers) ? valuesOf(headers) : []
  const names = new Set(several.map(([name]) => name.toLowerCase()))
  // `headers` repeats only the last of the values in `multiValueHeaders`.
  for (const [name, value] of [
    ...several,
    ...single.filter(([one]) => !names.has(one.toLowerCase())),
  ]) {
    const lower = name.toLowerCase()
    values.set(lower, [...(values.get(lower) ?? []), value])
  }
  return Object.fromEntries(values)
}

/** The body as bytes; form bodies come in base64 from an HTTP API, JSON bodies as text. */
export function bodyOf({ body, isBase64Encoded }: JsonObject): HttpRequest['body'] {
  if (isRecord(body)) return limited(Buffer.from(JSON.stringify(body)))
  if (typeof body !== 'string' || body === '') return undefined
  return limited(Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'))
}

const limited = (bytes: Buffer) => (bytes.length > MAX_BODY_BYTES ? 'too_large' : bytes)

function valuesOf(record: JsonObject): readonly (readonly [string, string])[] {
  return Object.entries(record).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => typeof one === 'string')
      .map((one): readonly [string, string] => [name, one]),
  )
}
