/** The key by which a store signs what it hands out as evidence: Ed25519 (RFC 8032), wrapped in the keyring as all keys are. */

import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { isHeld, parseRing, ringText, unwrapKey } from './keyring.ts'
import { type KeysRequest, ringOf, wrappedKey } from './keys.ts'

export interface Signer {
  readonly keyId: string
  /** The 32 bytes of RFC 8032 in base64url, as `x` of a JWK has them (RFC 8037). */
  readonly publicKey: string
  /** In base64url. */
  sign(text: string): string
}

const SEED_BYTES = 32
/** What stands before the seed of a private key in DER (RFC 8410 section 7). */
const PKCS8_START = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The newest signing key of a store, which gets one where it has none. */
export async function openSigner(request: KeysRequest): Promise<Signer> {
  const { cell, wrappers, now } = request
  await ringOf(request)
  for (;;) {
    const text = await cell.read()
    const ring = text === undefined ? await ringOf(request) : parseRing(text)
    const key = ring.keys.filter(isHeld).findLast(({ purpose }) => purpose === 'signing')
    if (key !== undefined) return signerOf(key.id, await unwrapKey(wrappers, key))
    const about = { purpose: 'signing' as const, at: now() }
    const added = await wrappedKey(wrappers[0], randomBytes(SEED_BYTES), about)
    // Where another process was first, its key is the one.
    await cell.replace(text, ringText({ keys: [...ring.keys, added] }))
  }
}

function signerOf(keyId: string, seed: Uint8Array): Signer {
  const der = Buffer.concat([PKCS8_START, seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return {
    keyId,
    publicKey: x,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
  }
}

/** Whether a text was signed by the key with this public part. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: publicKey },
      format: 'jwk',
    })
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}
