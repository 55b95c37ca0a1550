/**
 * The URI rules of a provider as one regular expression of JSON Schema (ECMA-262): every URI that the rules take
 * matches it. What an expression cannot say (public suffixes, whether the client is native) stays with the rules.
 */

import type { UriPolicy, UriUse } from '../../core/uri/uri-rule.ts'
import { isPage } from '../../core/uri/uri-rule.ts'

/** RFC 1123 section 2.1, in lower case as browsers write it. */
const LABEL = '[a-z0-9](-*[a-z0-9])*'
const LAST_LABEL = '[a-z](-*[a-z0-9])*'
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
/** One character of ASCII but delimiters, `%` and controls, or one of UTF-8 (RFC 3629 section 4). */
const ENCODED = [
  `%(2[0-46-9A-Da-d]|[346]${HEX}|5[0-9ABD-Fabd-f]|7[0-9A-Ea-e])`,
  `%([Cc][2-9A-Fa-f]|[Dd]${HEX})${NEXT_BYTE}`,
  `%([Ee]0%[ABab]${HEX}|[Ee][1-9ABCEFabcef]${NEXT_BYTE}|[Ee][Dd]%[89]${HEX})${NEXT_BYTE}`,
  `%([Ff]0%[9ABab]${HEX}|[Ff][1-3]${NEXT_BYTE}|[Ff]4%8${HEX})${NEXT_BYTE}${NEXT_BYTE}`,
].join('|')
/** Any octets that are UTF-8: a query may also encode the delimiters of a path. */
const ENCODED_IN_QUERY = `%[2-6]${HEX}|%7[0-9A-Ea-e]|${ENCODED}`
/** Of a fragment, and of what follows a private-use scheme; a `*` stands in hosts alone. */
const INNER = '[!#-)+-;=?-Z_a-z~]'

/** The expression for URIs of one use, from start to end. */
export function uriPattern(use: UriUse, policy: UriPolicy): string {
  const { wildcards, placeholders, loginPlaceholders = [] } = policy
  const star = wildcards && !isPage(use) ? '*' : ''
  const names = use === 'login' ? [...placeholders, ...loginPlaceholders] : placeholders
  const placeholder = names.length === 0 ? '' : `|\\{(${names.map(patternOfName).join('|')})\\}`
  const first = star === '' ? LABEL : `[a-z0-9*](-*[a-z0-9*])*`
  const host = `((${first}${placeholder})\\.)?((${LABEL}${placeholder})\\.)*(${LAST_LABEL}${placeholder})|${IPV4}|${IPV6}`
  const path = `(/([A-Za-z0-9._~!$&'()+,;=:@-]|${ENCODED}${placeholder})*)+`
  const inQuery = `([A-Za-z0-9._~!$&()+,;=:@/?-]|${ENCODED_IN_QUERY})`
  // Browsers drop a ? right after the host that nothing follows.
  const rest = `(${path}(\\?${inQuery}*)?|\\?${inQuery}+)?`
  const https = `https://(${host})${PORT}`
  if (isPage(use)) return `^${https}${rest}(#${INNER}*)?$`
  const web = `(${https}|http://${LOOPBACK}${PORT})`
  const others = `${ownSchemes(use, policy)}${words(use, policy)}`
  return use === 'origin' ? `^(${web}${others})$` : `^(${web}${rest}${others})$`
}

/** Private-use schemes of native clients (RFC 8252 section 7.1); web views have origins. */
function ownSchemes(use: UriUse, { customSchemes, plainSchemes = [] }: UriPolicy): string {
  if (!customSchemes) return ''
  if (use === 'origin') return '|(capacitor|ionic)://localhost'
  const schemes = ['[A-Za-z][A-Za-z0-9+-]*\\.[A-Za-z0-9+.-]*', ...plainSchemes.map(anyCase)]
  return `|(${schemes.join('|')}):${INNER}+`
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
