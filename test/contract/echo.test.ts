/** The same request through every entry: the application must see the same, whichever way it came. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../src/http/wire/message.ts'
import { ENTRY_KINDS } from './entry-kinds.ts'
import type { Received, Sent } from './http-cases.ts'

/** An application that answers what it was asked. */
const echo: App = async ({ method, path, query, headers, body, deadline }) => ({
  status: 207,
  headers: { 'content-type': 'application/json; charset=utf-8', etag: '"echo"' },
  body: JSON.stringify({
    method,
    path,
    query: [...new URLSearchParams(query)],
    headers,
    body: body === undefined || body === 'too_large' ? (body ?? null) : textOf(body),
    inTime: deadline > Date.now() + 20_000 && deadline < Date.now() + 30_000,
  }),
})

const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const body = '{"client":{"name":"né 漢 😀 \\u0000"}}'

const SENT: readonly (Sent & { readonly name: string })[] = [
  { name: 'a patch', method: 'PATCH', path: '/clients/abc', headers: json, body },
  {
    name: 'a form',
    method: 'PATCH',
    path: '/clients/abc',
    headers: form,
    body: 'client[name]=%C3%A9+%26&client[callbacks][]=a%2Bb',
  },
  {
    name: 'an id that needs encoding',
    method: 'PATCH',
    path: '/clients/a%2Bb%25c%C3%BC%20d%3F%23%26',
    headers: json,
    body,
  },
  {
    name: 'an id that looks like a route',
    method: 'PATCH',
    path: '/clients/healthz',
    headers: json,
    body,
  },
  { name: 'an id that is clients', method: 'PATCH', path: '/clients/clients', headers: json, body },
  {
    name: 'headers with odd values',
    method: 'PATCH',
    path: '/clients/abc',
    headers: { ...json, 'if-match': '"a", "b,c"', 'x-odd': 'a=b; c="d, e"' },
    body,
  },
  {
    name: 'a query',
    method: 'GET',
    path: '/clients/abc',
    query: 'provider=a%26b%3D&userPoolId=eu_1&empty=&plus=1%2B1+2&utf=%C3%A9%25',
  },
  { name: 'no body', method: 'DELETE', path: '/clients/abc' },
  { name: 'an empty body', method: 'POST', path: '/clients/abc', headers: json, body: '' },
  { name: 'a route without a parameter', method: 'GET', path: '/openapi.json' },
  { name: 'a deep route', method: 'POST', path: '/clients/abc/rotate-secret', headers: json, body },
  { name: 'an unknown path', method: 'GET', path: '/clients/a/b/c/d' },
]

describe.each(ENTRY_KINDS)('$name', (kind) => {
  let entry: { send(sent: Sent): Promise<Received>; close(): Promise<void> }

  beforeAll(async () => {
    entry = await kind.open(echo)
  })

  afterAll(() => entry.close())

  it.for(SENT)('gives the application $name', async ({ name: _, ...sent }, { skip }) => {
    const reason = kind.cannot?.(sent)
    if (reason !== undefined) skip(`${kind.name} cannot send this: ${reason}`)
    const { status, headers, body: seen } = await entry.send(sent)
    expect(status).toBe(207)
    expect(headers.etag).toBe('"echo"')
    const expected = {
      method: sent.method,
      query: [...new URLSearchParams(sent.query)],
      body: sent.body || null,
      inTime: true,
    }
    expect(seen).toMatchObject(expected)
    expect(decodedSegments(seen.path)).toEqual(decodedSegments(sent.path))
    for (const [header, value] of Object.entries(sent.headers ?? {})) {
      expect(seen.headers).toMatchObject({ [header]: [value] })
    }
  })
})

/** Segments compared decoded: whether `'` is sent as `%27` is the sender's choice. */
const decodedSegments = (path: unknown) => String(path).split('/').map(decodeURIComponent)
