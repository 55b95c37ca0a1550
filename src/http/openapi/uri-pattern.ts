/**
 * The URI rules of a provider as one regular expression of JSON Schema (ECMA-262): every URI that the rules take
 * matches it. What an expression cannot say (public suffixes, whether the client is native) stays with the rules.
 */

import type { UriPolicy, UriUse } from '../../core/uri/uri-rule.ts'
import { isPage } from '../../core/uri/uri-rule.ts'

/** RFC 1123 section 2.1, in lower case as browsers write it. */
const LABEL = '[a-z0-9](-*[a-z0-9])*'
const LAST_LABEL = '[a-z](-*[a-z0-9])*'
/** One `*` in the first of at least three labels. */
const STARRED_HOST = `(${LABEL}-*)?\\*(-*[a-z0-9])*(\\.${LABEL})+\\.${LAST_LABEL}`
const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const IPV4 = `${OCTET}(\\.${OCTET}){3}`
const GROUP = '(0|[1-9a-f][0-9a-f]{0,3})'
/** RFC 5952 section 4, as far as an expression of this length can say it. */
const IPV6 = `\\[((${GROUP}:){7}${GROUP}|(${GROUP}(:${GROUP}){0,5})?::(${GROUP}(:${GROUP}){0,5})?)\\]`
const PORT =
  '(:(0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?'
const LOOPBACK = '(localhost|127\\.0\\.0\\.1|\\[::1\\])'

const HEX = '[0-9A-Fa-f]'
const NEXT_BYTE = `%[89ABab]${HEX}`
/** One character beyond ASCII in UTF-8 (RFC 3629 section 4). */
const ENCODED_BEYOND_ASCII = [
  `%([Cc][2-9A-Fa-f]|[Dd]${HEX})${NEXT_BYTE}`,
  `%([Ee]0%[ABab]${HEX}|[Ee][1-9ABCEFabcef]${NEXT_BYTE}|[Ee][Dd]%[89]${HEX})${NEXT_BYTE}`,
  `%([Ff]0%[9ABab]${HEX}|[Ff][1-3]${NEXT_BYTE}|[Ff]4%8${HEX})${NEXT_BYTE}${NEXT_BYTE}`,
].join('|')
/** One character but `.`, `/`, a backslash, `%` and controls. */
const ENCODED = `%(2[0-46-9A-Da-d]|[346]${HEX}|5[0-9ABD-Fabd-f]|7[0-9A-Ea-e])|${ENCODED_BEYOND_ASCII}`
/** But `#`, `:`, `?`, `@` and brackets too, which would end a host if they were decoded. */
const ENCODED_IN_AUTHORITY = `%(2[0-246-9A-Da-d]|3[0-9B-Eb-e]|4[1-9A-Fa-f]|5[0-9AEFaef]|6${HEX}|7[0-9A-Ea-e])|${ENCODED_BEYOND_ASCII}`
/** Any octets that are UTF-8: a query may also encode the delimiters of a path. */
const ENCODED_IN_QUERY = `%[2-6]${HEX}|%7[0-9A-Ea-e]|${ENCODED_BEYOND_ASCII}`
/** Of a fragment; a `*` stands in hosts alone. */
const INNER = '[!#-)+-;=?-Z_a-z~]'

/** Of a path between two slashes. */
const IN_SEGMENT = `[A-Za-z0-9._~!$&'()+,;=:@-]|${ENCODED}`
const SEGMENT = `(${IN_SEGMENT})`
const AUTHORITY = `([A-Za-z0-9._~!$&'()+,;=:-]|${ENCODED_IN_AUTHORITY})+`
/** What follows a private-use scheme: an authority, a path or both, and perhaps a query (RFC 3986 section 3). */
const AFTER_OWN_SCHEME = [
  `(//(${AUTHORITY}(/${SEGMENT}*)*|(/${SEGMENT}*)+)|/(${SEGMENT}+(/${SEGMENT}*)*)?|${SEGMENT}+(/${SEGMENT}*)*)`,
  `(\\?([A-Za-z0-9._~!$&'()+,;=:@/?-]|${ENCODED_IN_QUERY})*)?`,
].join('')

/** The expression for URIs of one use, from start to end. */
export function uriPattern(use: UriUse, policy: UriPolicy): string {
  const { wildcards, placeholders, loginPlaceholders = [] } = policy
  const names = use === 'login' ? [...placeholders, ...loginPlaceholders] : placeholders
  const placeholder = names.length === 0 ? '' : `|\\{(${names.map(patternOfName).join('|')})\\}`
  const host = `((${LABEL}${placeholder})\\.)*(${LAST_LABEL}${placeholder})|${IPV4}|${IPV6}`
  const rest = restWith(placeholder)
  const https = `https://(${host})${PORT}`
  if (isPage(use)) return `^${https}${rest}(#${INNER}*)?$`
  const isOrigin = use === 'origin'
  const web = `(${https}|http://${LOOPBACK}${PORT})${isOrigin ? '' : rest}`
  // No placeholder stands next to a *.
  const starred = wildcards ? `|https://${STARRED_HOST}${PORT}${isOrigin ? '' : restWith('')}` : ''
  return `^(${web}${starred}${ownSchemes(use, policy)}${words(use, policy)})$`
}

/** What follows the host of a web URI: a path, in which the placeholder may stand, and a query. */
function restWith(placeholder: string): string {
  const path = `(/(${IN_SEGMENT}${placeholder})*)+`
  const inQuery = `([A-Za-z0-9._~!$&()+,;=:@/?-]|${ENCODED_IN_QUERY})`
  // Browsers drop a ? right after the host that nothing follows.
  return `(${path}(\\?${inQuery}*)?|\\?${inQuery}+)?`
}

/** Private-use schemes of native clients (RFC 8252 section 7.1); web views have origins. */
function ownSchemes(use: UriUse, { customSchemes, plainSchemes = [] }: UriPolicy): string {
  if (!customSchemes) return ''
  if (use === 'origin') return '|(capacitor|ionic)://localhost'
  const schemes = ['[A-Za-z][A-Za-z0-9+-]*\\.[A-Za-z0-9+.-]*', ...plainSchemes.map(anyCase)]
  return `|(${schemes.join('|')}):${AFTER_OWN_SCHEME}`
}

/** Values that are no URIs, such as `+` for those of another list. */
const words = (use: UriUse, { words = {} }: UriPolicy): string =>
  (use === 'logout' || use === 'origin' ? (words[use] ?? []) : [])
    .map((word) => `|${word.replace(/[^A-Za-z0-9]/g, '\\$&')}`)
    .join('')

const anyCase = (scheme: string): string =>
  scheme
    .replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)
    .replace(/[.+]/g, '\\$&')

const patternOfName = (name: string): string =>
  name.replace(/\./g, '\\.').replace(/\*$/, '[A-Za-z0-9_-]+')
