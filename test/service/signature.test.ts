/** Signatures of webhooks, beside those that the library of the specification makes (npm standardwebhooks 1.1.1). */

import { expect, it } from 'vitest'
import { keyOf, signedHeaders } from '../../src/service/notify/signature.ts'

const MESSAGE = { id: 'event-1', timestamp: 1_764_500_000, body: '{"text":"ü ✓"}' }
/** By the number of bytes of the key, each of which is that number. */
const SIGNATURES = {
  24: 'v1,hC02Sx+UbPtyadAuKiAszE0LPyWCk9y+cXvq0/+h45U=',
  32: 'v1,kmmSeST29Pws5wDHKCbBIhWep41t8Tr0Dg5HGtfnVLs=',
  64: 'v1,aMwoj8REYNPuJZk4ov0eU7ngM+EuZZ60uBkbS6ckOjo=',
}
const written = (bytes: number) => `whsec_${Buffer.alloc(bytes, bytes).toString('base64')}`
const keyOfBytes = (bytes: number) => keyOf(written(bytes)) ?? Buffer.alloc(0)

it.each(Object.entries(SIGNATURES))('with a key of %s bytes', (bytes, signature) => {
  expect(signedHeaders(MESSAGE, [keyOfBytes(Number(bytes))])).toEqual({
    'webhook-id': 'event-1',
    'webhook-timestamp': '1764500000',
    'webhook-signature': signature,
  })
})

it('with two keys there are two', () => {
  const headers = signedHeaders(MESSAGE, [keyOfBytes(32), keyOfBytes(24)])
  expect(headers['webhook-signature']).toBe(`${SIGNATURES[32]} ${SIGNATURES[24]}`)
})

it.each([
  ['without its prefix', Buffer.alloc(32).toString('base64')],
  ['too short', written(23)],
  ['too long', written(65)],
  ['no base64', `whsec_${'*'.repeat(44)}`],
  ['another alphabet of base64', `whsec_${'-_'.repeat(22)}`],
  ['with a prefix of another length', `whsek_${Buffer.alloc(32).toString('base64')}`],
  ['two texts of base64', `${written(25)}${Buffer.alloc(25).toString('base64')}`],
])('a key is refused that is %s', (_, text) => {
  expect(keyOf(text)).toBeUndefined()
})

it('a key may be written without the signs that fill it up', () => {
  expect(keyOf(written(32).replace(/=+$/, ''))).toEqual(Buffer.alloc(32, 32))
})
