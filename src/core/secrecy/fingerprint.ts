/**
 * Keyed fingerprints: of a client's whole state (the `ETag`), and of secrets where a record must show that
 * one changed without holding it. Keyed, so that a fingerprint is no oracle for a guessed value.
 */

import { createHmac, hkdfSync } from 'node:crypto'
import type { Json } from '../json/json.ts'
import { canonicalJson } from '../json/json.ts'
import { withoutPaths } from '../json/paths.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { stateOf } from '../mapping/mapping.ts'
import type { Native } from '../mapping/row.ts'
import { once, onceForBoth } from '../once.ts'
import { isFingerprint, replaceHidden } from './hidden.ts'

export interface Fingerprints {
  /** Of the client's complete state; equal exactly when the settings are equal. */
  ofState(mapping: Mapping, native: Native): string
  /** Of a text, for one purpose; those of two purposes cannot be compared. */
  ofText(purpose: string, text: string): string
  /** Of one secret value, short enough for people to compare. */
  ofSecret(value: string): string
  /** A record in which each secret is replaced by its fingerprint. */
  withoutSecrets(mapping: Mapping, native: Native): Native
  /** The same without what is no setting. */
  masked(mapping: Mapping, native: Native): Native
}

const STATE_CHARACTERS = 32
const SECRET_CHARACTERS = 12

/** `key` is the digest key of the store, 32 bytes; states and secrets get keys of their own from it. */
export function createFingerprints(key: Uint8Array): Fingerprints {
  const digestOfState = createDigest(key, 'clientry state')
  const digestOfSecret = createDigest(key, 'clientry secret')
  const ofState = once((state: Native) =>
    digestOfState(canonicalJson(state)).slice(0, STATE_CHARACTERS),
  )
  const ofSecret = (value: string) =>
    `fingerprint:${digestOfSecret(value).slice(0, SECRET_CHARACTERS)}`
  // Purposes are words of our own: there are a few.
  const digests = new Map<string, (text: string) => string>()
  const digestFor = (purpose: string) => {
    const digest = digests.get(purpose) ?? createDigest(key, `clientry ${purpose}`)
    digests.set(purpose, digest)
    return digest
  }
  const withoutSecrets = onceForBoth((mapping: Mapping, native: Native) =>
    replaceHidden(mapping, native, (value) => maskOf(value, ofSecret)),
  )
  return {
    ofState: (mapping, native) => ofState(stateOf(mapping, native)),
    ofText: (purpose, text) => digestFor(purpose)(text),
    ofSecret,
    withoutSecrets,
    masked: onceForBoth((mapping, native) =>
      withoutPaths(withoutSecrets(mapping, native), mapping.hiddenKeys),
    ),
  }
}

/** What stands for a hidden value in a record; a fingerprint stands for itself. */
export function maskOf(value: Json, ofSecret: (value: string) => string): Json {
  if (isFingerprint(value)) return value
  return ofSecret(typeof value === 'string' ? value : canonicalJson(value))
}

/** HMAC-SHA-256 in base64url; each purpose has a key of its own, derived from the store's digest key. */
export function createDigest(key: Uint8Array, purpose: string): (text: string) => string {
  const derived = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, 32))
  return (text) => createHmac('sha256', derived).update(text).digest('base64url')
}
