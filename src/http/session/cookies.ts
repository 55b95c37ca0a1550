/**
 * The two cookies of the console (RFC 6265; the `__Host-` prefix is section 4.1.3.2 of its successor, draft-ietf-httpbis-rfc6265bis):
 * bound to this host, sent over TLS only (browsers count the loopback host as that), never readable by a script.
 */

import type { HttpRequest } from '../wire/message.ts'

/** Holds the session. Requests that other sites cause do not carry it. */
export const SESSION_COOKIE = '__Host-clientry'
/** Holds a sign-in that is under way: the issuer is another site, and sends the browser back here. */
export const SIGN_IN_COOKIE = '__Host-clientry-sign-in'

/** Browsers drop a cookie that is longer, name and attributes included (RFC 6265 section 6.1, in bytes). */
const MOST_BYTES = 4_096

type CookieName = typeof SESSION_COOKIE | typeof SIGN_IN_COOKIE

const SAME_SITE = { [SESSION_COOKIE]: 'Strict', [SIGN_IN_COOKIE]: 'Lax' } as const

/** The value of a cookie; `undefined` where there is none, or more than one. */
export function cookieOf({ headers }: HttpRequest, name: CookieName): string | undefined {
  const values = (headers.cookie ?? [])
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  return values.length === 1 ? values[0] : undefined
}

/** `Set-Cookie`; without a value it removes the cookie. */
export function setCookie(name: CookieName, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=${SAME_SITE[name]}`
}

/** Whether a browser would keep it. */
export const fits = (cookie: string): boolean => Buffer.byteLength(cookie) <= MOST_BYTES
