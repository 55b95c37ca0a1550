/**
 * Tokens of a program that acts for itself (RFC 6749 section 4.4): it proves who it is by a secret, or by a private key
 * that never leaves it (RFC 7523 section 2.2).
 */

import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'
import * as openid from 'openid-client'
import { ClientryError } from '../sdk/error.ts'
import type { Tokens } from './kept.ts'
import { parametersOf, partyOf, refused, tokensOf } from './party.ts'
import type { TokenRequest } from './token-request.ts'

/** The client, and one of the two ways in which it proves who it is. */
export interface ClientCredentials extends TokenRequest {
  readonly clientSecret?: string
  /** How the secret is sent; absent: in the header, where the issuer takes that (RFC 6749 section 2.3.1). */
  readonly secretIn?: 'header' | 'body'
  /** In PEM (PKCS #8): RSA, EC on P-256, P-384 or P-521, or Ed25519. */
  readonly privateKey?: string
  /** The `kid` of the key, where the issuer has several. */
  readonly keyId?: string
}

/**
 * New tokens.
 * @throws ClientryError `unauthenticated` if the issuer refuses, `unreachable`, `invalid_request` for a key that is none
 */
export async function byClientCredentials(request: ClientCredentials): Promise<Tokens> {
  const party = await partyOf(request, await proofOf(request))
  try {
    return tokensOf(await openid.clientCredentialsGrant(party, parametersOf(request)))
  } catch (error) {
    throw refused(error)
  }
}

async function proofOf(request: ClientCredentials): Promise<openid.ClientAuth> {
  const { clientSecret, privateKey, keyId, secretIn } = request
  if ((clientSecret === undefined) === (privateKey === undefined)) {
    throw invalid('Give either a client secret or a private key.')
  }
  if (privateKey !== undefined) {
    const key = await signingKey(privateKey)
    return openid.PrivateKeyJwt(keyId === undefined ? key : { key, kid: keyId })
  }
  const byHeader = openid.ClientSecretBasic(clientSecret)
  const byBody = openid.ClientSecretPost(clientSecret)
  return (server, ...more) => {
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } = server
    const takesHeader = methods.includes('client_secret_basic')
    const isInHeader = secretIn === undefined ? takesHeader : secretIn === 'header'
    return (isInHeader ? byHeader : byBody)(server, ...more)
  }
}

/** RFC 7518 section 3.1 and RFC 8037 section 3.1: which hash goes with which key. */
function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject) {
  const hash = 'SHA-256'
  if (type === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash }
  if (type === 'ed25519') return { name: 'Ed25519' }
  const curves: Readonly<Record<string, string>> = {
    prime256v1: 'P-256',
    secp384r1: 'P-384',
    secp521r1: 'P-521',
  }
  const namedCurve = curves[asymmetricKeyDetails?.namedCurve ?? '']
  return type === 'ec' && namedCurve !== undefined ? { name: 'ECDSA', namedCurve } : undefined
}

async function signingKey(pem: string): Promise<CryptoKey> {
  const key = readable(pem)
  const algorithm = key && algorithmOf(key)
  if (key === undefined || algorithm === undefined) {
    throw invalid(
      'The private key must be in PEM (PKCS #8): RSA, EC on P-256, P-384 or P-521, or Ed25519.',
    )
  }
  const bytes = key.export({ type: 'pkcs8', format: 'der' })
  return crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign'])
}

/** What the parser says may repeat the text. */
function readable(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

const invalid = (says: string) => new ClientryError('invalid_request', says)
