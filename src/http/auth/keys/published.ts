/**
 * What an issuer publishes: its key set (RFC 7517), and where no address of it is configured the
 * document that names it (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3).
 */

import { isRecord } from '../../../core/json/json.ts'
import { parseUrl } from '../../../core/uri/uri-reading.ts'
import { type AcceptedKeys, acceptKeys } from './jwk.ts'

/** An answer of whatever status. */
export interface Fetched {
  readonly status: number
  readonly text: string
}

/** Fetches an address; rejects where no whole answer came by the deadline (epoch milliseconds). */
export type FetchDocument = (url: string, deadline: number) => Promise<Fetched>

/** Whose keys they are, and where. */
export interface KeyAddress {
  readonly issuer: string
  /** Absent: where the issuer's own document says. */
  readonly jwksUrl?: string
}

/** Why there are no keys: of which address, what status it answered, and what was wrong. */
export interface KeyFault {
  readonly url: string
  /** Absent: no answer came. */
  readonly status?: number
  readonly cause: string
}

export type FetchedKeys =
  | { readonly url: string; readonly accepted: AcceptedKeys }
  | { readonly fault: KeyFault }

/** Fetches the keys of an issuer; never rejects. */
export async function fetchKeys(
  { issuer, jwksUrl }: KeyAddress,
  fetchDocument: FetchDocument,
  deadline: number,
): Promise<FetchedKeys> {
  const address = jwksUrl ?? (await discover(issuer, fetchDocument, deadline))
  if (typeof address !== 'string') return address
  const answer = await documentAt(address, fetchDocument, deadline)
  if ('fault' in answer) return answer
  const faulty = (cause: string) => ({ fault: { url: address, status: answer.status, cause } })
  const accepted = acceptKeys(answer.document)
  if (accepted === undefined) return faulty('the answer is not a JSON Web Key Set')
  // Keys that must not be used are an answer, and none at all is a mistake that may pass.
  const isEmpty = accepted.keys.length + accepted.refused.length === 0
  return isEmpty ? faulty('the key set is empty') : { url: address, accepted }
}

/** The addresses of an issuer's document, in the order in which they are tried. */
export function discoveryUrls(issuer: string): readonly [string, string] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

/** The address of the keys, as the issuer's document has it. */
async function discover(
  issuer: string,
  fetchDocument: FetchDocument,
  deadline: number,
): Promise<string | { readonly fault: KeyFault }> {
  const [first, second] = discoveryUrls(issuer)
  const one = await documentAt(first, fetchDocument, deadline)
  const isMissing =
    'fault' in one && (one.fault.status ?? 0) >= 400 && (one.fault.status ?? 0) < 500
  const url = isMissing ? second : first
  const answer = isMissing ? await documentAt(second, fetchDocument, deadline) : one
  if ('fault' in answer) {
    const { fault } = answer
    const cause = isMissing
      ? `${fault.cause}, and there is no document at ${first} either`
      : fault.cause
    return {
      fault: { ...fault, cause: `${cause}; set jwksUrl if the issuer has no such document` },
    }
  }
  const faulty = (cause: string) => ({ fault: { url, status: answer.status, cause } })
  const { document } = answer
  if (!isRecord(document)) return faulty('the answer is not a discovery document')
  // OpenID Connect Discovery section 4.3, RFC 8414 section 3.3: identical, or it is someone else's.
  if (document.issuer !== issuer) {
    return faulty('the document is of another issuer than the configured one')
  }
  const { jwks_uri: address } = document
  return typeof address === 'string' && isSafe(address, issuer)
    ? address
    : faulty('jwks_uri is not an https URL')
}

/** TLS; or no worse than the issuer itself, which the configuration has judged. */
function isSafe(address: string, issuer: string): boolean {
  const parsed = parseUrl(address)
  if (parsed === undefined) return false
  const { protocol, origin, username, password } = parsed
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || origin === new URL(issuer).origin
}

type Answered =
  | { readonly status: number; readonly document: unknown }
  | { readonly fault: KeyFault }

async function documentAt(
  url: string,
  fetchDocument: FetchDocument,
  deadline: number,
): Promise<Answered> {
  let answer: Fetched
  try {
    answer = await fetchDocument(url, deadline)
  } catch (error) {
    return { fault: { url, cause: causeOf(error) } }
  }
  const { status, text } = answer
  if (status !== 200) return { fault: { url, status, cause: `it answered ${status}` } }
  try {
    return { status, document: JSON.parse(text) }
  } catch {
    return { fault: { url, status, cause: 'the answer is not JSON' } }
  }
}

/** Codes of Node (`ECONNREFUSED`, `CERT_HAS_EXPIRED`) say it all; other messages may repeat what came. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it could not be fetched'
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.message === 'timeout' ? 'there was no answer in time' : error.name
}
