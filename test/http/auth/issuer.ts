/** A token issuer for tests: real keys, a real key server on a loopback socket, a clock set by hand. */

import http, { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CryptoKey, JWK } from 'jose'
import { CompactSign } from 'jose/jws/compact/sign'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'

/** Where the clock of every test starts (epoch seconds). */
export const START = 1_900_000_000

export interface SigningKey {
  readonly alg: string
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** Signs any text as claims, under any header. */
export function sign(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>> | string,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const text = typeof claims === 'string' ? claims : JSON.stringify(claims)
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey)
}

/** What stands between two dots. */
export const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A clock in epoch milliseconds, moved by hand. */
export function createClock() {
  let time = START * 1_000
  return {
    now: () => time,
    pass: (seconds: number) => {
      time += seconds * 1_000
    },
  }
}

export interface KeyServer {
  readonly url: string
  readonly origin: string
  /** How many requests came. */
  count(): number
  /** What is answered from now on. */
  publish(...keys: readonly SigningKey[]): void
  answer(how: (response: ServerResponse, path: string) => void): void
  close(): Promise<void>
}

/** A key server on a loopback socket. */
export async function startKeyServer(): Promise<KeyServer> {
  let requests = 0
  let respond = (response: ServerResponse, _path: string): void => json(response, { keys: [] })
  const server = createServer((request, response) => {
    requests += 1
    respond(response, request.url ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/jwks.json`,
    origin: `http://127.0.0.1:${port}`,
    count: () => requests,
    publish: (...keys) => {
      respond = (response) => json(response, { keys: keys.map(({ jwk }) => jwk) })
    },
    answer: (how) => {
      respond = how
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Answers with any JSON value. */
export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

/** The real time that a stalled fetch may take in a test (milliseconds). */
const STALL_MS = 1_000

/** A fetch as the program has it: rejects where no whole answer comes, and when stalled. */
export function fetchDocument(url: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { timeout: STALL_MS }, async (response) => {
      try {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() })
      } catch (cause) {
        reject(cause)
      }
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', reject)
  })
}
