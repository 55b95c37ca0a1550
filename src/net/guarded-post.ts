/**
 * A POST to an address that is judged before anything is sent. The name is resolved once, every address that it has must be
 * allowed, and the connection goes to these addresses alone, so that a name which leads elsewhere a moment later changes
 * nothing (DNS rebinding). TLS always; a redirect is an answer like any other; each request has a connection of its own.
 */

import { lookup } from 'node:dns/promises'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'

export interface GuardedPost {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly timeoutMs: number
  /** An authority that is trusted in place of the public ones, in PEM. */
  readonly ca?: string
  isAllowed(address: string): boolean
  /** All addresses of a name; absent: by the system. */
  resolve?(name: string): Promise<readonly Address[]>
}

export interface Address {
  readonly address: string
  readonly family: number
}

export interface Answered {
  readonly status: number
  readonly retryAfter: string | undefined
}

/** Why nothing was sent. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** The status of the answer; its body is not read. Rejects where there is none in time. */
export async function guardedPost(post: GuardedPost): Promise<Answered> {
  const url = new URL(post.url)
  if (url.protocol !== 'https:') throw new AddressRefused('not https')
  const until = performance.now() + post.timeoutMs
  const addresses = await within(addressesOf(url.hostname, post.resolve), post.timeoutMs)
  if (addresses.length === 0 || !addresses.every(({ address }) => post.isAllowed(address))) {
    throw new AddressRefused('address not allowed')
  }
  return send(url, addresses, { ...post, timeoutMs: Math.max(until - performance.now(), 1) })
}

async function addressesOf(
  hostname: string,
  resolve: GuardedPost['resolve'] = (name) => lookup(name, { all: true, verbatim: true }),
): Promise<readonly Address[]> {
  const name = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(name)
  return family === 0 ? resolve(name) : [{ address: name, family }]
}

function send(
  url: URL,
  addresses: readonly Address[],
  { headers, body, timeoutMs, ca }: GuardedPost,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = https.request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      // A connection that is kept would go on to where the name led before.
      agent: false,
      lookup: pinned(addresses),
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    })
    const timer = setTimeout(() => request.destroy(new Error('timeout')), timeoutMs)
    request.once('close', () => clearTimeout(timer))
    request.once('error', reject)
    request.once('response', ({ statusCode = 0, headers: { 'retry-after': retryAfter } }) => {
      resolve({ status: statusCode, retryAfter })
      request.destroy()
    })
    request.end(body)
  })
}

/** Answers with these addresses, whatever name is asked for. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_, { all }, answer) => {
    const [first = { address: '', family: 0 }] = addresses
    if (all === true) answer(null, [...addresses])
    else answer(null, first.address, first.family)
  }
}

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
