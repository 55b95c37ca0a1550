/** Which bodies are read at all, and as what. */

import { describe, expect, it } from 'vitest'
import { readBody } from '../../src/http/wire/body.ts'
import { single } from '../../src/http/wire/headers.ts'
import type { HttpRequest } from '../../src/http/wire/message.ts'
import { KINDS } from './form-kinds.ts'
import { refusalOf } from './refusal.ts'

const JSON_TEXT = '{"client":{"name":"a"}}'

function requestOf(
  headers: HttpRequest['headers'],
  body: HttpRequest['body'] | string = JSON_TEXT,
): HttpRequest {
  const bytes = typeof body === 'string' && body !== 'too_large' ? Buffer.from(body) : body
  return {
    method: 'PATCH',
    path: '/clients/a',
    query: '',
    headers,
    body: bytes as HttpRequest['body'],
    deadline: 0,
  }
}

const typed = (type: string, body?: HttpRequest['body'] | string) =>
  readBody(requestOf({ 'content-type': [type] }, body), KINDS)
const refused = (...sent: Parameters<typeof requestOf>) => refusalOfBody(requestOf(...sent))

async function refusalOfBody(request: HttpRequest) {
  const [result] = await Promise.allSettled([readBody(request, KINDS)])
  return refusalOf(() => {
    if (result?.status === 'rejected') throw result.reason
  })
}

describe('a body', () => {
  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    ' application/json ; Charset=utf-8 ; x=y',
    'application/merge-patch+json',
  ])('of type %j is a merge patch', async (type) => {
    expect(await typed(type)).toEqual({ kind: 'merge', value: { client: { name: 'a' } } })
  })

  it('of type application/json-patch+json is a JSON patch, bare or in an object', async () => {
    const type = 'application/json-patch+json'
    expect(await typed(type, '[{"op":"remove","path":"/name"}]')).toEqual({
      kind: 'json-patch',
      value: [{ op: 'remove', path: '/name' }],
    })
    expect(await typed(type, '{"provider":"a","client":[]}')).toEqual({
      kind: 'json-patch',
      value: { provider: 'a', client: [] },
    })
  })

  it('of a form is what the JSON body would be', async () => {
    expect(await typed('application/x-www-form-urlencoded', 'client[name]=a')).toEqual({
      kind: 'merge',
      value: { client: { name: 'a' } },
    })
  })

  it('of a form must be UTF-8 too', async () => {
    const error = await refused(
      { 'content-type': ['application/x-www-form-urlencoded'] },
      Buffer.from([0xff, 0x3d, 0x61]),
    )
    expect(error).toMatchObject({ code: 'invalid_request', message: 'The body must be UTF-8.' })
  })

  it.each([
    '',
    'text/json',
    'text/plain',
    'application/jsonp',
    'application/json, application/json',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset="utf-8',
    'application/json; charset',
    'multipart/form-data; boundary=x',
  ])('of type %j is refused with the types that are taken', async (type) => {
    const error = await refused({ 'content-type': [type] })
    expect(error).toMatchObject({ code: 'unsupported_media_type', status: 415 })
    expect(error.details.headers?.['accept-patch']).toContain('application/json')
  })

  it('without a type is refused', async () => {
    expect(await refused({})).toMatchObject({ code: 'unsupported_media_type' })
  })

  it.each(['gzip', 'br', 'identity, gzip', ''])('encoded as %j is refused', async (encoding) => {
    const headers = { 'content-type': ['application/json'], 'content-encoding': [encoding] }
    expect(await refused(headers)).toMatchObject({ code: 'unsupported_media_type', status: 415 })
  })

  it('encoded as identity is read', async () => {
    const headers = { 'content-type': ['application/json'], 'content-encoding': ['Identity'] }
    expect((await readBody(requestOf(headers), KINDS)).kind).toBe('merge')
  })

  it.each([
    ['absent', undefined],
    ['empty', new Uint8Array()],
  ])('that is %s is refused with what it must have, whatever the type', async (_, body) => {
    for (const headers of [{ 'content-type': ['application/json'] }, {}]) {
      const request = { ...requestOf(headers), body }
      const error = await refusalOfBody(request)
      expect(error).toMatchObject({ code: 'invalid_request', field: 'client' })
      expect(error.message).toContain('"client"')
    }
  })

  it('that is too large is refused, whatever the type', async () => {
    expect(await refused({}, 'too_large')).toMatchObject({ code: 'too_large', status: 413 })
  })
})

describe('a header that may come once', () => {
  it.each(['content-type', 'content-encoding'])('is refused twice: %s', async (name) => {
    const twice = { 'content-type': ['application/json'], [name]: ['identity', 'identity'] }
    expect(await refused(twice)).toMatchObject({ code: 'invalid_request', field: name })
  })

  it('is given, or undefined', () => {
    expect(single(requestOf({ 'if-match': ['"a"'] }), 'if-match')).toBe('"a"')
    expect(single(requestOf({}), 'if-match')).toBeUndefined()
  })
})
