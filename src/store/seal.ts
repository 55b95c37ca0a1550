/**
 * Sealing of what must be kept and must not be read from the disk: AES-256-GCM with a key from the
 * configuration, bound to the place where it is stored, so that a sealed text cannot be moved.
 */

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { ClientError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { parseJson, stringifyJson } from '../core/json-text.ts'

export interface Seal {
  /** `place` names the row; the same words are needed to open it. */
  close(value: JsonObject, place: string): string
  /**
   * The same text for the same value at the same place, so that what did not change is stored once. It tells that
   * two values are the same, and nothing else.
   */
  closeAlike(value: JsonObject, place: string): string
  /** @throws ClientError `internal` when the text was changed, moved or sealed with another key */
  open(sealed: string, place: string): JsonObject
}

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** `key` is the installation's key, 32 bytes. */
export function createSeal(key: Uint8Array): Seal {
  const sealingKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'clientry seal', 32))
  const nonceKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'clientry seal nonce', 32))

  function sealed(text: string, place: string, nonce: Buffer): string {
    const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce)
    cipher.setAAD(Buffer.from(place))
    const bytes = Buffer.concat([cipher.update(text), cipher.final()])
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), bytes]).toString('base64')
  }

  return {
    close: (value, place) => sealed(stringifyJson(value), place, randomBytes(NONCE_BYTES)),
    closeAlike: (value, place) => {
      const text = stringifyJson(value)
      // A nonce made of what is sealed, as RFC 5297 does: two values with one nonce take a collision.
      const code = createHmac('sha256', nonceKey)
        .update(JSON.stringify([place, text]))
        .digest()
      return sealed(text, place, code.subarray(0, NONCE_BYTES))
    },
    open: (sealed, place) => {
      try {
        const bytes = Buffer.from(sealed, 'base64')
        if (bytes[0] !== VERSION) throw new TypeError('unknown version')
        const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
        const tagEnd = 1 + NONCE_BYTES + TAG_BYTES
        const decipher = createDecipheriv('aes-256-gcm', sealingKey, nonce)
        decipher.setAAD(Buffer.from(place))
        decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, tagEnd))
        const text = Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()])
        return parseJson(text.toString()) as JsonObject
      } catch (cause) {
        throw new ClientError('internal', 'A sealed record cannot be opened with the key in use.', {
          cause,
        })
      }
    },
  }
}
