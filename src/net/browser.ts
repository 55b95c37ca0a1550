/**
 * How to recognise requests that a page in someone's browser sent to a server on the same machine. A
 * name that was pointed here after the page was loaded (DNS rebinding) stays in `Host`; a page of
 * another origin shows in `Sec-Fetch-Site`, and in `Origin`. https://www.w3.org/TR/fetch-metadata/,
 * RFC 9110 section 7.2, RFC 6454 section 7
 */

import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** The parts of a request that the checks read. */
export interface Arrival {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

export interface BrowserRefusal {
  readonly status: 403 | 421
  readonly error: string
}

/**
 * Refuses a request for another name than `localhost`. An address is fine, since no one can make it lead
 * elsewhere.
 */
export function hostRefusal({ url = '', headers }: Arrival): BrowserRefusal | undefined {
  // The host of an absolute target takes precedence over the header (RFC 9112 section 3.2.2).
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host ?? ''
  const name = authority.replace(/:\d*$/, '').toLowerCase()
  if (name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return undefined
  return {
    status: 421,
    error:
      'This server answers only on this machine. Send the request to localhost or to an IP address.',
  }
}

/** Refuses requests from pages of other origins. Programs other than browsers send none of these headers. */
export function pageRefusal({ headers }: Arrival): BrowserRefusal | undefined {
  const { 'sec-fetch-site': site, origin, host } = headers
  if (site === 'same-origin') return undefined
  const isOwn = origin === undefined || origin.toLowerCase() === `http://${host?.toLowerCase()}`
  if (isOwn && (site === undefined || site === 'none')) return undefined
  return {
    status: 403,
    error:
      'This request was sent by a page of another origin. Send it from a program or from a page of this server.',
  }
}

/** Whether a browser is navigating to an address, as it does for a link on any page. */
export const isVisit = ({ method, headers }: Arrival): boolean =>
  (method === 'GET' || method === 'HEAD') && headers['sec-fetch-mode'] === 'navigate'
