/** The `Authorization` header: one, of type Bearer, with a token. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isClientError } from '../../../src/core/errors.ts'
import { bearerToken } from '../../../src/http/auth/bearer.ts'
import type { HttpRequest } from '../../../src/http/wire/message.ts'
import { runs } from '../../property.ts'

const requestWith = (authorization?: readonly string[]): HttpRequest => ({
  method: 'GET',
  path: '/',
  query: '',
  headers: authorization === undefined ? {} : { authorization },
  body: undefined,
  deadline: 0,
})

function refusal(authorization?: readonly string[]): {
  code: string
  challenge: string | undefined
} {
  try {
    bearerToken(requestWith(authorization))
  } catch (thrown) {
    if (!isClientError(thrown)) throw thrown
    return { code: thrown.code, challenge: thrown.details.headers?.['www-authenticate'] }
  }
  throw new Error('The header was accepted.')
}

const PLAIN = 'Bearer realm="clientry"'

describe('bearerToken', () => {
  it('takes the token, whatever the case of the scheme and the number of blanks', () => {
    for (const header of [
      'Bearer a.b-c_d~e+f/g==',
      'bearer  a.b-c_d~e+f/g==',
      'BEARER a.b-c_d~e+f/g==',
    ]) {
      expect(bearerToken(requestWith([header]))).toBe('a.b-c_d~e+f/g==')
    }
  })

  it('answers a request without credentials with a challenge that has no error', () => {
    expect(refusal()).toEqual({ code: 'unauthenticated', challenge: PLAIN })
    expect(refusal([])).toEqual({ code: 'unauthenticated', challenge: PLAIN })
  })

  it('answers a header without a token or of another type with 401', () => {
    for (const header of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer    ',
      'Basic YTpi',
      'Bearerabc',
      'abc',
      'Bearer\tabc',
    ]) {
      expect(refusal([header]), header).toEqual({ code: 'unauthenticated', challenge: PLAIN })
    }
  })

  it('answers a token with strange characters with 401 invalid_token', () => {
    for (const token of ['a b', 'a,b', 'a"b', 'a=b', '=', 'ü', 'a,b,c']) {
      expect(refusal([`Bearer ${token}`]).challenge, token).toContain('error="invalid_token"')
    }
  })

  it('answers a doubled header with 400', () => {
    expect(refusal(['Bearer a', 'Bearer a']).code).toBe('invalid_request')
    // As an HTTP API of AWS joins them.
    for (const joined of ['Bearer a,Bearer b', 'Bearer a, Basic b', 'Basic a,bearer b']) {
      expect(refusal([joined]).challenge, joined).toContain('error="invalid_request"')
    }
  })

  it('never throws anything but our errors', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.string().map((text) => `Bearer ${text}`),
          ),
        ),
        (headers) => {
          try {
            expect(bearerToken(requestWith(headers))).toMatch(/^[\w.~+/=-]+$/)
          } catch (thrown) {
            expect(isClientError(thrown)).toBe(true)
          }
        },
      ),
      { numRuns: runs() },
    )
  })
})
