/** A key-encryption key that is at hand: AES-256-GCM with a key derived from it. */

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { ClientError } from '../../core/errors.ts'
import type { KeyWrapper } from './keyring.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const ID_CHARACTERS = 12

/** `key`: 32 bytes; `at`: where the configuration names it. */
export function createKeyWrapper(key: Uint8Array, at: string): KeyWrapper {
  const derived = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, 32))
  const wrappingKey = derived('clientry key wrap')
  const id = createHmac('sha256', derived('clientry key id')).digest('base64url')
  return {
    id: id.slice(0, ID_CHARACTERS),
    at,
    secret: key,
    wrap: async (inner, place) => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce)
      cipher.setAAD(Buffer.from(place))
      const bytes = Buffer.concat([cipher.update(inner), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString('base64')
    },
    unwrap: async (wrapped, place) => {
      try {
        const bytes = Buffer.from(wrapped, 'base64')
        const tagEnd = NONCE_BYTES + TAG_BYTES
        const nonce = bytes.subarray(0, NONCE_BYTES)
        const decipher = createDecipheriv('aes-256-gcm', wrappingKey, nonce)
        decipher.setAAD(Buffer.from(place))
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, tagEnd))
        return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()])
      } catch (cause) {
        throw new ClientError('internal', 'A key of the store was changed or moved.', { cause })
      }
    },
  }
}
