/** The key-encryption keys that a configuration names: at hand, from the environment or a file, or kept by AWS KMS. */

import * as z from 'zod/mini'
import type { Secret } from '../../core/secrecy/secret.ts'
import { type Reference, reference, url } from '../../providers/setting-schemas.ts'

/** An alias can be led to another key, so it is the key itself that is named. */
const KMS_KEY = /^arn:aws(-[a-z]+)*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/

const kmsKey = z.strictObject({
  kms: z.string().check(z.regex(KMS_KEY)),
  /** A private endpoint. */
  endpoint: z.optional(url),
})

/** 32 bytes in base64, by reference, or a key that never leaves AWS KMS. */
export const encryptionKey = z.union([...reference.def.options, kmsKey])

export type RawEncryptionKey = z.infer<typeof encryptionKey>

/** A key-encryption key, and where the configuration names it. */
export type EncryptionKey = { readonly at: string } & (
  | { readonly key: Uint8Array }
  | { readonly kms: string; readonly endpoint?: string }
)

interface Reading {
  lookUp(reference: Reference, at: string): Secret
  checkUrl(url: string, at: string): void
  readonly faults: string[]
}

const KEY_BYTES = 32

/** Reads a key; what is wrong with it is added to the faults. */
export function encryptionKeyOf(
  raw: RawEncryptionKey,
  at: string,
  { lookUp, checkUrl, faults }: Reading,
): EncryptionKey {
  if ('kms' in raw) {
    const { kms, endpoint } = raw
    if (endpoint !== undefined) checkUrl(endpoint, `${at}.endpoint`)
    return { at, kms, ...(endpoint === undefined ? {} : { endpoint }) }
  }
  const text = lookUp(raw, at).reveal()
  const key = Buffer.from(text, 'base64')
  if (text !== '' && key.length !== KEY_BYTES) {
    faults.push(`${at} must be 32 bytes in base64. Generate one with: openssl rand -base64 32`)
  }
  return { at, key }
}
