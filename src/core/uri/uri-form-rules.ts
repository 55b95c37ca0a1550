/** Whether a text can be taken for a URI at all: its characters, its braces, and that it is absolute. */

import { isWeb, type UriReading } from './uri-reading.ts'
import { placeholdersFor, type UriRule } from './uri-rule.ts'

/** RFC 3986 appendix A has none of these. Braces are judged as placeholders. */
const STRANGE = /[^\x21-\x7e]|[\\"<>^`|]/

const BRACKET = /[[\]]/

/** Whether the text can be taken for a URI at all. */
export const FORM_RULES: readonly UriRule[] = [
  {
    // Homographs: people see `а` (Cyrillic), machines see punycode. RFC 5890 section 2.3.2.1
    id: 'unicode_host',
    says: ({ uri }) =>
      uri.url === undefined
        ? 'must have a host in punycode (xn--…)'
        : `must have its host in punycode: ${uri.url.hostname}`,
    breaks: ({ uri }) => isWeb(uri) && /[^\0-\x7f]/.test(uri.host),
  },
  {
    id: 'characters',
    says: 'must not contain white space, control or non-ASCII characters, nor any of \\ " < > ^ ` |',
    breaks: ({ uri }) => STRANGE.test(uri.value),
  },
  {
    // RFC 3986 section 3.2.2: only around an IPv6 address
    id: 'brackets',
    says: 'must not contain [ or ] except around an IPv6 address',
    breaks: ({ uri }) => BRACKET.test(isWeb(uri) ? afterHost(uri) : uri.value),
  },
  {
    // Auth0, "Subdomain URL placeholders"
    id: 'placeholder',
    says: (uriCase) => {
      const names = placeholdersFor(uriCase)
      return names.length === 0
        ? 'must not contain braces'
        : `may contain, in braces, only ${names.join(', ')}`
    },
    breaks: (uriCase) =>
      /[{}]/.test(uriCase.uri.value.replace(/\{[^{}]*\}/g, '')) ||
      uriCase.uri.placeholders.some(
        (name) => !placeholdersFor(uriCase).some((one) => isNamed(one, name)),
      ),
  },
  {
    // RFC 6749 section 3.1.2
    id: 'absolute',
    says: 'must be an absolute URI, such as https://app.example.com/callback',
    breaks: ({ uri }) => uri.scheme === '',
  },
]

function afterHost({ port, path, query = '', fragment = '' }: UriReading): string {
  return port + path + query + fragment
}

function isNamed(pattern: string, name: string): boolean {
  if (!pattern.endsWith('*')) return pattern === name
  const start = pattern.slice(0, -1)
  return name.startsWith(start) && /^[A-Za-z0-9_-]+$/.test(name.slice(start.length))
}
