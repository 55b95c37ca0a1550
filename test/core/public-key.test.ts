/** A public key is taken as one; a key with any private part is refused, and no value of it is repeated. */

import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isClientError } from '../../src/core/errors.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { pemOf, publicKeyOf, thumbprintOf } from '../../src/core/keys/public-key.ts'
import { jwk, privateJwk } from '../fixtures/public-keys.ts'

function refusal(value: Json | undefined): string {
  try {
    publicKeyOf(value)
  } catch (error) {
    if (isClientError(error, 'invalid_field') && error.field === 'key') return error.message
    throw error
  }
  throw new TypeError('it was taken')
}

describe('publicKeyOf', () => {
  it.each(['rsa', 'ec', 'ed'] as const)('takes %s, and the PEM is the same key', (kind) => {
    const key = publicKeyOf(jwk(kind, { kid: 'one', use: 'sig' }))
    expect(key).toEqual({ ...jwk(kind), kid: 'one', use: 'sig' })
    expect(createPublicKey(pemOf(key)).export({ format: 'jwk' })).toEqual(jwk(kind))
  })

  it('names a key by the thumbprint of RFC 7638, section 3.1', () => {
    // The example of the RFC.
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
    const key = { kty: 'RSA', n, e: 'AQAB', alg: 'RS256' }
    const thumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
    expect(thumbprintOf({ ...key, kid: '2011-04-29' })).toBe(thumbprint)
    expect(publicKeyOf(key).kid).toBe(thumbprint)
  })

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
    'refuses the private member %s',
    (name) => {
      for (const value of ['private-part-of-it', '', null, []] as const) {
        const says = refusal(jwk('rsa', { [name]: value }))
        expect(says).toMatch(/private part/)
        expect(says).not.toContain('private-part-of-it')
      }
    },
  )

  it.each(['rsa', 'ec', 'ed'] as const)('repeats nothing of a private key of kind %s', (kind) => {
    const key = privateJwk(kind)
    const says = refusal(key)
    for (const value of Object.values(key)) {
      if (String(value).length > 7) expect(says).not.toContain(value)
    }
  })

  it.each([
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
    ['a symmetric key without its value', { kty: 'oct' }],
    ['a weak key', jwk('weak')],
    ['a kind that no one knows', { kty: 'XYZ' }],
    ['a name that every object has', { kty: 'constructor' }],
    ['no key', {}],
    ['a set of keys', { keys: [jwk('rsa')] }],
    ['a member of another kind', jwk('rsa', { crv: 'P-256' })],
    ['an address of keys', jwk('rsa', { x5u: 'https://keys.example/' })],
    ['a point that is not on its curve', jwk('ec', { y: jwk('ec').x ?? '' })],
    ['a kid that is no text', jwk('rsa', { kid: 7 })],
    ['a kid with a slash', jwk('rsa', { kid: 'a/b' })],
    ['a kid with a space', jwk('rsa', { kid: 'a b' })],
    ['an empty kid', jwk('rsa', { kid: '' })],
    ['a long kid', jwk('rsa', { kid: 'k'.repeat(129) })],
    ['uses that are no list', jwk('rsa', { key_ops: 'verify' })],
    ['a use that is no text', jwk('rsa', { key_ops: ['verify', 7] })],
    ['certificates that are no texts', jwk('rsa', { x5c: [7] })],
    ['a text that is none', jwk('rsa', { use: 7 })],
    ['a kid that goes up', jwk('rsa', { kid: '..' })],
    ['a kid that stays', jwk('rsa', { kid: '.' })],
  ] as readonly (readonly [string, JsonObject])[])('refuses %s', (_, key) => {
    expect(refusal(key)).toMatch(/^key must [^.]+\.( |$)/)
  })

  it.each([
    [{ kty: 'oct' }, /private part/],
    [{ ...jwk('rsa'), kty: ['RSA'] }, /must have kty RSA, EC or OKP/],
    [jwk('rsa', { use: 7 }), /must have texts as its members/],
    [jwk('rsa', { key_ops: ['verify', 7] }), /must have texts as its members/],
    [
      jwk('ed', { n: 'x' }),
      /must hold only crv, kty, x, kid, use, key_ops, alg, x5c, x5t, x5t#S256\./,
    ],
  ])('says what is wrong with %o', (key, says) => {
    expect(refusal(key as JsonObject)).toMatch(says)
  })

  it('takes lists of texts, and a kid of 128 characters', () => {
    const more = { key_ops: ['verify', 'encrypt'], x5c: ['certificate'], kid: 'k'.repeat(128) }
    expect(publicKeyOf(jwk('ec', more))).toEqual({ ...jwk('ec'), ...more })
  })

  it.each([undefined, null, 'text', 7, [jwk('rsa')]])('refuses %o', (value) => {
    expect(refusal(value as Json)).toMatch(/must be a JSON Web Key/)
  })
})

it('has no thumbprint where it is no key', () => {
  expect(thumbprintOf({ kty: 'oct' })).toBeUndefined()
  expect(thumbprintOf({})).toBeUndefined()
})
