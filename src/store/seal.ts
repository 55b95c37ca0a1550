/**
 * Sealing of what must be kept and must not be read from the disk: AES-256-GCM with a data key, bound to the
 * place where it is stored, so that a sealed text cannot be moved. A text names its data key by number.
 */

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import { ClientError } from '../core/errors.ts'
import type { JsonObject } from '../core/json/json.ts'
import { parseJson, stringifyJson } from '../core/json/json-text.ts'
import { createCutter } from './seal-parts.ts'

export interface Seal {
  /** `place` names the row; the same words are needed to open it. */
  close(value: JsonObject, place: string): string
  /**
   * The same text for the same value at the same place, so that what did not change is stored once. It
   * shows that two values are the same, and nothing else.
   */
  closeAlike(value: JsonObject, place: string): string
  /** @throws ClientError `internal` when the text was changed, moved or sealed with another key */
  open(sealed: string, place: string): JsonObject
  /** Whether a text can no longer be opened because it was old enough to be dropped; absent: nothing is dropped. */
  isDropped?(sealed: string): boolean
}

/** The first byte: of a text without a number, sealed with the key of a version before data keys, or with one. */
const PLAIN = 1
const NUMBERED = 2
const NUMBER_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What is longer is sealed in parts, where it is to be sealed alike (bytes). */
const WHOLE = 4_096
/** Begins a text of several parts, and stands between them; neither is in base64. */
const PARTED = '~'
const BETWEEN = '.'

/** The number of the data key that a text was sealed with; 0 for one without a number. */
export function dataKeyOf(sealed: string): number {
  const begin = sealed.startsWith(PARTED) ? PARTED.length : 0
  const header = Buffer.from(sealed.slice(begin, begin + HEADER_CHARACTERS), 'base64')
  return header[0] === NUMBERED && header.length > NUMBER_BYTES ? header.readUInt32BE(1) : 0
}

/** So many characters of base64 that the number is in them. */
const HEADER_CHARACTERS = 8

function headerOf(number: number): Buffer {
  if (number === 0) return Buffer.of(PLAIN)
  const header = Buffer.alloc(1 + NUMBER_BYTES, NUMBERED)
  header.writeUInt32BE(number, 1)
  return header
}

/** `key`: 32 bytes; `number`: that of the data key, 0 for the key of a version before data keys. */
export function createSeal(key: Uint8Array, number = 0): Seal {
  const header = headerOf(number)
  const sealingKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'clientry seal', 32))
  const nonceKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'clientry seal nonce', 32))
  const partsOf = createCutter(key)

  function sealed(content: string | Buffer, place: string, nonce: Buffer): string {
    const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce)
    cipher.setAAD(Buffer.from(place))
    const bytes = Buffer.concat([cipher.update(content), cipher.final()])
    return Buffer.concat([header, nonce, cipher.getAuthTag(), bytes]).toString('base64')
  }

  /** A nonce made of what is sealed, as RFC 5297 does: two values with one nonce take a collision. */
  function alike(content: Buffer, place: string): string {
    const code = createHmac('sha256', nonceKey)
      .update(JSON.stringify([place, content.toString('base64')]))
      .digest()
    return sealed(content, place, code.subarray(0, NONCE_BYTES))
  }

  function opened(text: string, place: string): Buffer {
    const bytes = Buffer.from(text, 'base64')
    const nonceEnd = header.length + NONCE_BYTES
    if (!bytes.subarray(0, header.length).equals(header)) throw new TypeError('another data key')
    const nonce = bytes.subarray(header.length, nonceEnd)
    const tagEnd = nonceEnd + TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', sealingKey, nonce)
    decipher.setAAD(Buffer.from(place))
    decipher.setAuthTag(bytes.subarray(nonceEnd, tagEnd))
    return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()])
  }

  /** Each part by itself, and last what all of them together are: none can be left out or put elsewhere. */
  function inParts(bytes: Buffer, place: string): string {
    const parts = partsOf(bytes).map((part) => alike(part, partPlace(place)))
    const whole = alike(digestOf(bytes), wholePlace(place))
    return `${PARTED}${[...parts, whole].join(BETWEEN)}`
  }

  function openedParts(text: string, place: string): Buffer {
    const parts = text.slice(PARTED.length).split(BETWEEN)
    const whole = opened(parts.pop() ?? '', wholePlace(place))
    const bytes = Buffer.concat(parts.map((part) => opened(part, partPlace(place))))
    if (!digestOf(bytes).equals(whole)) throw new TypeError('parts of something else')
    return bytes
  }

  return {
    close: (value, place) => sealed(stringifyJson(value), place, randomBytes(NONCE_BYTES)),
    closeAlike: (value, place) => {
      const bytes = Buffer.from(stringifyJson(value))
      return bytes.length > WHOLE ? inParts(bytes, place) : alike(bytes, place)
    },
    open: (sealed, place) => {
      try {
        const isParted = sealed.startsWith(PARTED)
        return parseJson((isParted ? openedParts : opened)(sealed, place).toString()) as JsonObject
      } catch (cause) {
        throw new ClientError(
          'internal',
          'A sealed record cannot be opened with the keys in use.',
          {
            cause,
          },
        )
      }
    },
  }
}

const partPlace = (place: string) => JSON.stringify(['part', place])
const wholePlace = (place: string) => JSON.stringify(['parts', place])

const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest()
