/**
 * What a page in someone's browser can have sent to a server on the same machine, and how that shows. A
 * name that leads here after the page was loaded (DNS rebinding) stays in `Host`; a page of another origin
 * shows in `Sec-Fetch-Site`, and in `Origin`.
 * https://www.w3.org/TR/fetch-metadata/, RFC 9110 section 7.2, RFC 6454 section 7
 */

import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/** The parts of a request that are judged. */
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
 * Refuses a request for another name than `localhost`. An address is fine: no one can make it lead
 * elsewhere than it says.
 */
export function hostRefusal({ url = '', headers }: Arrival): BrowserRefusal | undefined {
  // The host of an absolute target goes before the header (RFC 9112 section 3.2.2).
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host ?? ''
  const name = authority.replace(/:\d*$/, '').toLowerCase()
  if (name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return undefined
  return {
    status: 421,
    error:
      'This server answers on this machine only; send the request to localhost or to an address.',
  }
}

/** Refuses what a page of another origin has sent; whoever is no browser sends none of these headers. */
export function pageRefusal({ headers }: Arrival): BrowserRefusal | undefined {
  const { 'sec-fetch-site': site, origin, host } = headers
  if (site === 'same-origin') return undefined
  const isOwn = origin === undefined || origin.toLowerCase() === `http://${host?.toLowerCase()}`
  if (isOwn && (site === undefined || site === 'none')) return undefined
  return {
    status: 403,
    error:
      'This request was sent by a page of another origin; send it by a program, or from a page of this server.',
  }
}

/** Whether a browser goes to an address, which a link on any page may make it do. */
export const isVisit = ({ method, headers }: Arrival): boolean =>
  (method === 'GET' || method === 'HEAD') && headers['sec-fetch-mode'] === 'navigate'
