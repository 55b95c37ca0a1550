/**
 * Rules about what stands between `//` and the path: user information, host, port, and where a
 * wildcard or a placeholder may stand. They read the spelling; that browsers read the same host
 * follows from the canonical form, which is demanded later.
 */

import { isPublicSuffix } from './public-suffixes.ts'
import { isWeb, plainHost } from './uri-reading.ts'
import { isPage, placeholdersFor, type UriCase, type UriRule } from './uri-rule.ts'

/** RFC 1035 section 2.3.4 */
const MAX_HOST_LENGTH = 253
/** A wildcard below a top-level domain would match foreign registrations. */
const MIN_LABELS_WITH_WILDCARD = 3

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const IPV6 = /^\[[0-9a-f:.]+\]$/i
/** RFC 1123 section 2.1; at most 63 characters, so that any way of matching is short. */
const LABEL = /^(?!-)[a-z0-9-]{1,63}$/i

/** Whether the text is an IP address as it stands in a URI. */
export function isIpLiteral(host: string): boolean {
  return IPV4.test(host) || IPV6.test(host)
}

/** What the authority must look like. */
export const HOST_RULES: readonly UriRule[] = [
  {
    // Browsers repair `https:host` and `https:///host`; no one else does. RFC 9110 section 4.2.1
    id: 'host_missing',
    says: 'must have a host after //',
    breaks: ({ uri }) => isWeb(uri) && uri.host === '',
  },
  {
    // RFC 9110 section 4.2.4; Keycloak CVE-2026-7504, Pocket ID CVE-2026-28512
    id: 'user_information',
    says: 'must not contain user information (@ before the host)',
    breaks: ({ uri }) => uri.authority?.includes('@') ?? false,
  },
  {
    id: 'port',
    says: 'must have a number as its port',
    breaks: ({ uri }) => isWeb(uri) && !/^(?::\d{1,5})?$/.test(uri.port),
  },
  {
    // `a.example.` and `a.example` are one host to the resolver and two to a comparison
    id: 'trailing_dot',
    says: 'must not have a dot at the end of its host',
    breaks: ({ uri }) => isWeb(uri) && uri.host.endsWith('.'),
  },
  {
    // Numbers such as `2130706433` and `0x7f.1` are addresses to some readers and names to others
    id: 'host',
    says: 'must have a host name of letters, digits and inner hyphens, or a plain IP address',
    breaks: ({ uri }) => isWeb(uri) && uri.host !== '' && !isHost(plainHost(uri)),
  },
  {
    // RFC 9700 section 4.1.3: exact matching, unless the provider defines wildcards
    id: 'wildcard',
    says: 'must not contain *',
    breaks: ({ uri, policy, use }) => uri.value.includes('*') && (!policy.wildcards || isPage(use)),
  },
  {
    // Auth0, "Subdomain URL placeholders"; Keycloak CVE-2026-18206
    id: 'wildcard_place',
    says: 'may have one *, in the first label of a host with at least two more labels',
    breaks: ({ uri }) => uri.value.includes('*') && !isWildcardPlaced(uri.value, uri.host),
  },
  {
    // Anyone can have a host there that the wildcard matches; publicsuffix.org
    id: 'wildcard_suffix',
    says: 'must not have a * below a public suffix, where anyone can have a host',
    breaks: ({ uri }) => uri.value.includes('*') && isPublicSuffix(parentOf(uri.host)),
  },
  {
    // Auth0, "Subdomain URL placeholders" and "Custom domain URL placeholders"
    id: 'placeholder_place',
    says: 'must have a placeholder as a whole label of its host; one without a key as the first of at least three, and never next to *',
    breaks: (uriCase) => uriCase.uri.placeholders.length > 0 && !arePlaceholdersPlaced(uriCase),
  },
]

const parentOf = (host: string) => host.slice(host.indexOf('.') + 1)

function isHost(host: string): boolean {
  if (host.length > MAX_HOST_LENGTH) return false
  if (isIpLiteral(host)) return true
  const labels = host.split('.')
  return labels.every(isLabel) && /^[a-z]/i.test(labels.at(-1) ?? '')
}

function isLabel(label: string): boolean {
  return LABEL.test(label) && !label.endsWith('-')
}

function isWildcardPlaced(value: string, host: string): boolean {
  const labels = host.split('.')
  return (
    value.indexOf('*') === value.lastIndexOf('*') &&
    (labels[0]?.includes('*') ?? false) &&
    labels.length >= MIN_LABELS_WITH_WILDCARD &&
    /^https?:/i.test(value) &&
    !value.includes('{')
  )
}

/** `{name}` is a first label; `{group.KEY}` may be any label, or stand in the path. */
function arePlaceholdersPlaced(uriCase: UriCase): boolean {
  const { uri } = uriCase
  const isKeyed = (name: string) =>
    placeholdersFor(uriCase).some((one) => one.endsWith('*') && name.startsWith(one.slice(0, -1)))
  const mark = (text: string) =>
    text.replace(/\{([^{}]*)\}/g, (_, name: string) => (isKeyed(name) ? '{*}' : '{}'))
  const labels = mark(uri.host).split('.')
  return (
    isWeb(uri) &&
    labels.every((label, index) => {
      if (!label.includes('{') || label === '{*}') return true
      return label === '{}' && index === 0 && labels.length >= MIN_LABELS_WITH_WILDCARD
    }) &&
    !mark(uri.path).includes('{}') &&
    !`${uri.port}${uri.query ?? ''}${uri.fragment ?? ''}`.includes('{')
  )
}
