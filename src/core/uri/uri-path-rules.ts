/**
 * Rules about what follows the host, about the authority of a private-use scheme, which an app or a
 * library may decode as it does a path, and about the canonical form of the whole.
 */

import { domainToUnicode } from 'node:url'
import { isWeb, type UriReading } from './uri-reading.ts'
import { isPage, type UriRule } from './uri-rule.ts'

/** What may follow the scheme, beside what the rules on hosts judge. */
export const PATH_RULES: readonly UriRule[] = [
  {
    // RFC 8252 section 7.1; https and http need a host, which is judged before
    id: 'nothing_after_scheme',
    says: 'must have a path or a host after its scheme, such as com.example.app:/callback',
    breaks: ({ uri }) => !uri.authority && uri.path === '',
  },
  {
    // RFC 6749 section 3.1.2; a page is opened with the fragment that it has
    id: 'fragment',
    says: 'must not contain a fragment (#)',
    breaks: ({ uri, use }) => uri.fragment !== undefined && !isPage(use),
  },
  {
    // RFC 3986 section 2.1; UTF-8: overlong forms such as %c0%af read as a slash somewhere
    id: 'percent_encoding',
    says: 'must have two hexadecimal digits after each % and encode valid UTF-8',
    breaks: ({ uri }) => !isDecodable([uri.authority, uri.path, uri.query].join('?')),
  },
  {
    // Keycloak CVE-2024-1132; `%25`: decoded twice somewhere
    id: 'encoded_delimiter',
    says: 'must not contain an encoded slash, backslash, dot, percent sign or control character, and before its path no encoded : ? # [ ] @ either',
    breaks: ({ uri }) =>
      /%(?:2[ef5]|5c|[01][0-9a-f]|7f)/i.test(`${uri.authority ?? ''}${uri.path}`) ||
      // RFC 3986 section 2.2: decoded, they would end the host or begin another part
      /%(?:3[af]|23|40|5[bd])/i.test(uri.authority ?? '') ||
      /%(?:[01][0-9a-f]|7f)/i.test(uri.query ?? ''),
  },
  {
    // Keycloak CVE-2024-1132 and CVE-2026-3872: `..;/` is `../` to servlet containers
    id: 'dot_segment',
    says: 'must not contain the path segments . and .., with or without a parameter (..;)',
    breaks: ({ uri }) =>
      [uri.authority ?? '', ...uri.path.split('/')].some((part) => /^\.\.?(?:$|;|%3b)/i.test(part)),
  },
  {
    // RFC 6454 section 4 and section 6.2
    id: 'origin_only',
    says: 'must be an origin: scheme, host and port, with nothing after them',
    breaks: ({ uri, use }) => use === 'origin' && (uri.path !== '' || uri.query !== undefined),
  },
]

/** Providers compare byte by byte (RFC 9700 section 2.1), so only one spelling can ever match. */
export const CANONICAL_RULES: readonly UriRule[] = [
  {
    id: 'unparseable',
    says: 'must be a URI that browsers can open',
    breaks: ({ uri }) => uri.url === undefined || hasBadPunycode(uri.url.hostname),
  },
  {
    id: 'canonical',
    says: ({ uri }) =>
      uri.url === undefined || uri.plain !== uri.value
        ? 'must be written as browsers write it: lower-case host, no default port, no dot segments'
        : `must be written as browsers write it: ${uri.url.href}`,
    breaks: ({ uri }) => uri.url !== undefined && !isCanonical(uri, uri.url),
  },
]

function isCanonical(uri: UriReading, url: URL): boolean {
  if (uri.plain === url.href) return true
  // iOS bundle ids carry capital letters and are registered as they are: `com.example.MyApp://…`
  if (!isWeb(uri)) return url.protocol + uri.plain.slice(url.protocol.length) === url.href
  return uri.plain === `${url.origin}${url.search}`
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    // Broken, or no UTF-8.
  }
  return false
}

/** Punycode that stands for nothing: older parsers refuse it, newer ones let it pass (RFC 5891 section 4.4). */
export function hasBadPunycode(host: string): boolean {
  return host
    .split('.')
    .filter((label) => label.startsWith('xn--'))
    .some((label) => ['', label].includes(domainToUnicode(label)))
}
