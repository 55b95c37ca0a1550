/**
 * A URI taken apart by its spelling alone (RFC 3986, appendix B), next to what the WHATWG parser
 * makes of it. The rules compare the two: where readers differ, attackers live (CVE-2026-7504).
 */

/** One URI, taken apart. */
export interface UriReading {
  readonly value: string
  /** The value with placeholders and wildcards replaced by plain letters. */
  readonly plain: string
  /** As spelled, without the colon; empty when there is none. */
  readonly scheme: string
  /** Between `//` and the path; `undefined` when there is no `//`. */
  readonly authority: string | undefined
  /** As spelled, without user information and port; of `value`, so with wildcard and placeholder. */
  readonly host: string
  /** What follows the host in the authority, colon included: empty or `:8080`. */
  readonly port: string
  readonly path: string
  readonly query: string | undefined
  readonly fragment: string | undefined
  /** What the WHATWG parser makes of `plain`. */
  readonly url: URL | undefined
  /** What stands between braces, in order. */
  readonly placeholders: readonly string[]
}

/** Stands in for a placeholder or a `*`: legal in a label and in a path, and canonical. */
const STAND_IN = 'x'

/** Cannot fail after the scheme, so it never goes back: linear time. */
const PARTS = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/i

const PLACEHOLDER = /\{([^{}]*)\}/g

/** Takes any text apart; never throws. */
export function readUri(value: string): UriReading {
  const [, scheme = '', authority, path = '', query, fragment] = PARTS.exec(value) ?? []
  const whole = authority ?? ''
  const placed = whole.slice(whole.lastIndexOf('@') + 1)
  const afterHost = placed.startsWith('[') ? placed.indexOf(']') + 1 : placed.indexOf(':')
  const hostEnd = afterHost < 1 ? placed.length : afterHost
  const plain = value.replace(PLACEHOLDER, STAND_IN).replaceAll('*', STAND_IN)
  return {
    value,
    plain,
    scheme,
    authority,
    host: placed.slice(0, hostEnd),
    port: placed.slice(hostEnd),
    path,
    query,
    fragment,
    url: parseUrl(plain),
    placeholders: Array.from(value.matchAll(PLACEHOLDER), ([braced]) => braced.slice(1, -1)),
  }
}

/** The host with placeholders and wildcards replaced by plain letters. */
export function plainHost(reading: UriReading): string {
  return reading.host.replace(PLACEHOLDER, STAND_IN).replaceAll('*', STAND_IN)
}

/** Whether the URI is read by the rules for `http` and `https`. */
export function isWeb(reading: UriReading): boolean {
  const scheme = reading.scheme.toLowerCase()
  return scheme === 'https' || scheme === 'http'
}

/**
 * A text as browsers read it as a URL; `undefined` where they cannot. In place of `URL.canParse`, which on Node
 * 20, once it is compiled, takes Latin-1 for UTF-8 and says no to what can be read.
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    // Browsers cannot read it.
  }
  return undefined
}
