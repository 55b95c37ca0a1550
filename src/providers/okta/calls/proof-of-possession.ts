/** Proofs that the one who uses a token has the key to which it is bound (DPoP, RFC 9449 section 4). */

import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'

export interface ProofMaker {
  /** A proof for one request; `token`: the access token that goes along, `nonce`: the server's. */
  proof(
    request: { readonly method: string; readonly url: string },
    more: { readonly token?: string; readonly nonce?: string | undefined },
  ): Promise<string>
}

/** Makes proofs with a key of its own, which never leaves the process. */
export function createProofMaker(now: () => number): ProofMaker {
  let pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined
  return {
    proof: async ({ method, url }, { token, nonce }) => {
      pair ??= generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      const jwk = await exportJWK(pair.publicKey)
      const target = new URL(url)
      return new SignJWT({
        jti: randomUUID(),
        htm: method,
        // Without query and fragment.
        htu: `${target.origin}${target.pathname}`,
        iat: Math.floor(now() / 1_000),
        ...(token === undefined ? {} : { ath: digestOf(token) }),
        ...(nonce === undefined ? {} : { nonce }),
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .sign(pair.privateKey)
    },
  }
}

const digestOf = (token: string) => createHash('sha256').update(token).digest('base64url')
