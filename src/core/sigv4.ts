/**
 * AWS Signature Version 4 for one JSON request, on `node:crypto` alone: the SDK's signer is some 160 kB
 * for what takes fifty lines. Its signatures are those of `@smithy/signature-v4`, byte for byte.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

import { createHash, createHmac } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Present with temporary credentials. */
  readonly sessionToken?: string
}

export interface SignableRequest {
  readonly method: string
  readonly url: string | URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly region: string
  readonly service: string
  readonly credentials: Credentials
  readonly at: Date
}

/** What proxies and agents change on the way, so that a signature over it would break. */
const UNSIGNABLE =
  /^(authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|(proxy|sec)-.*)$/

/** All headers to send, names in lower case: the given ones, `host`, `x-amz-*` and `authorization`. */
export function signRequest(request: SignableRequest): Record<string, string> {
  const { credentials, region, service } = request
  const url = new URL(request.url)
  const date = request.at.toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`
  const bodyHash = sha256(request.body)
  const headers = unsignedHeaders(request, url, date, bodyHash)
  const names = Object.keys(headers)
    .filter((name) => !UNSIGNABLE.test(name))
    .sort()
  const canonical = [
    request.method,
    canonicalPath(url),
    canonicalQuery(url),
    ...names.map((name) => `${name}:${folded(headers[name] ?? '')}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n')
  const key = signingKey(credentials, scope)
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`
  headers.authorization = [
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}`,
    `SignedHeaders=${names.join(';')}`,
    `Signature=${hmac(key, toSign).toString('hex')}`,
  ].join(', ')
  return headers
}

function unsignedHeaders(
  { headers, credentials }: SignableRequest,
  url: URL,
  date: string,
  bodyHash: string,
): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return {
    ...Object.fromEntries(pairs),
    host: url.host,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': date,
    ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
  }
}

/**
 * Escaped once more than it is sent, as every service but S3 has it; empty segments fall away, and dot
 * segments too, some of which the URL parser of Node 20 leaves behind a doubled slash.
 */
function canonicalPath(url: URL): string {
  const segments: string[] = []
  for (const segment of url.pathname.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const end = segments.length > 0 && url.pathname.endsWith('/') ? '/' : ''
  return `/${segments.map(escaped).join('/')}${end}`
}

function canonicalQuery(url: URL): string {
  const pairs = [...url.searchParams].map(
    ([name, value]) => [escaped(name), escaped(value)] as const,
  )
  const order = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
  return pairs
    .sort(([name, value], [otherName, other]) => order(name, otherName) || order(value, other))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function folded(value: string): string {
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '')
}

/** The keys of a day, by secret and scope; a few pools and two days at midnight fit. */
const signingKeys = new Map<string, Buffer>()
const MAX_SIGNING_KEYS = 32

function signingKey({ secretAccessKey }: Credentials, scope: string): Buffer {
  const name = `${secretAccessKey}\n${scope}`
  const cached = signingKeys.get(name)
  if (cached) return cached
  const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`))
  if (signingKeys.size >= MAX_SIGNING_KEYS) signingKeys.clear()
  signingKeys.set(name, key)
  return key
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
