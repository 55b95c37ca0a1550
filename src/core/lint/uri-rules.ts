/**
 * What URIs of a client deserve a second look. What may be in a URI is judged by the URI rules (`uri.ts`);
 * here is what their findings mean for the client, and how to fix it.
 */

import type { FieldName } from '../client.ts'
import type { JudgedUri } from '../plan/judged-uri.ts'
import { readUri } from '../uri/uri-reading.ts'
import { isLoopback } from '../uri/uri-scheme-rules.ts'
import type { LintCase, LintRule, RuleFinding, RuleText } from './rule.ts'
import { listed, replaceUris } from './uri-mends.ts'

interface UriRow extends RuleText {
  /** Whether the rule is about this URI. */
  concerns(uri: JudgedUri, lintCase: LintCase): boolean
  /** A clause after the URIs. */
  readonly reason: string | ((uri: JudgedUri) => string)
  /** What would stand in its place; `null`: nothing. Absent: only its owner can know. */
  replace?(value: string): string | null
}

const has = (...rules: readonly string[]) => {
  return ({ findings }: JudgedUri) => findings.some(({ rule }) => rules.includes(rule))
}

const isWild = ({ value }: JudgedUri) => value.includes('*')
const isRedirect = ({ use }: JudgedUri) => use === 'redirect'
const isHttp = (uri: JudgedUri) => /^http:/i.test(uri.value) && has('scheme')(uri)
const isLocal = ({ value }: JudgedUri) => isLoopback(readUri(value))

/** A client that people use: a browser is sent to a real host, and no native app listens locally. */
const isInProduction = ({ client, uris }: LintCase) =>
  client.appType !== 'native' &&
  uris.some((uri) => uri.field === 'callbacks' && /^https:/i.test(uri.value) && !isLocal(uri))

const WILDCARD = 'anyone who controls a host that the wildcard matches receives what is sent there'

const ROWS: readonly UriRow[] = [
  {
    id: 'wildcard_redirect',
    severity: 'error',
    says: 'a redirect URI with a wildcard',
    source: 'RFC 9700 section 2.1',
    concerns: (uri) => isWild(uri) && isRedirect(uri),
    reason: `${WILDCARD}. List the hosts one by one`,
  },
  {
    id: 'http',
    severity: 'error',
    says: 'a URI with http that does not point to the machine itself',
    source: 'RFC 9700 section 2.6',
    concerns: isHttp,
    reason: 'without TLS, anyone on the network path can read and change what is sent',
    replace: (value) => value.replace(/^http:/i, 'https:'),
  },
  {
    id: 'uri_refused',
    severity: 'error',
    says: 'a URI that breaks another URI rule, so that it could not be set today',
    source: 'docs/security.md, URIs',
    concerns: (uri) =>
      !isWild(uri) && !isHttp(uri) && uri.findings.some(({ severity }) => severity === 'violation'),
    reason: ({ findings }) => `such a URI ${findings[0]?.says}`,
  },
  {
    id: 'wildcard_uri',
    severity: 'warning',
    says: 'a logout URI or an origin with a wildcard',
    source: 'Auth0, "Subdomain URL placeholders"; RFC 9700 section 4.1.1',
    concerns: (uri) => isWild(uri) && !isRedirect(uri),
    reason: `${WILDCARD}. List the hosts one by one`,
  },
  {
    id: 'localhost_in_production',
    severity: 'warning',
    says: 'a client with https callbacks, not a native app, that also has URIs on localhost or 127.0.0.1',
    source: 'RFC 9700 section 2.6; RFC 8252 sections 7.3 and 8.3',
    concerns: (uri, lintCase) => isLocal(uri) && isInProduction(lintCase),
    reason:
      "any program that listens on the user's machine receives what is sent there. Use a separate client for development",
    replace: () => null,
  },
  {
    id: 'localhost_name',
    severity: 'warning',
    says: 'a native app whose redirect URI says localhost instead of 127.0.0.1 or [::1]',
    source: 'RFC 8252 section 8.3',
    concerns: (uri, { client }) =>
      client.appType === 'native' && isRedirect(uri) && has('localhost')(uri),
    reason: 'the name may resolve to another machine, and the app may listen on more than loopback',
    replace: (value) => value.replace('//localhost', '//127.0.0.1'),
  },
  {
    id: 'shared_suffix',
    severity: 'warning',
    says: 'a URI whose host is a suffix below which anyone can register a name',
    source: 'RFC 9700 section 4.1.1; publicsuffix.org',
    concerns: has('shared_suffix'),
    reason: 'anyone can register a name there',
  },
  {
    id: 'plain_scheme',
    severity: 'warning',
    says: 'a URI with a private-use scheme without a dot, which the configuration allows',
    source: 'RFC 8252 section 7.1',
    concerns: has('plain_scheme'),
    reason:
      'any other application can take the scheme, and receive what is sent there. Use a domain of your own in reverse order, such as com.example.app',
  },
  {
    id: 'nested_url',
    severity: 'warning',
    says: 'a URI with a query parameter that is itself a URL',
    source: 'RFC 9700 section 4.11',
    concerns: has('nested_url'),
    reason: 'open redirectors look like this',
  },
  {
    id: 'ip_host',
    severity: 'info',
    says: 'an https URI whose host is an IP address',
    source: 'docs/security.md, URIs',
    concerns: has('ip_host'),
    reason: 'the address may belong to someone else tomorrow',
  },
  {
    id: 'scheme_case',
    severity: 'info',
    says: 'a URI with capital letters in its scheme',
    source: 'RFC 3986 section 6.2.2.1',
    concerns: has('scheme_case'),
    reason: 'some systems compare it case-sensitively',
  },
]

/** The rules; each has one finding for each field and clause. */
export const URI_RULES: readonly LintRule[] = ROWS.map(
  ({ concerns, reason, replace, ...text }): LintRule => ({
    ...text,
    find: (lintCase) => {
      const matches = lintCase.uris
        .filter((uri) => concerns(uri, lintCase))
        .map((uri) => ({ ...uri, clause: typeof reason === 'string' ? reason : reason(uri) }))
      return grouped(matches).map(({ field, clause, values }): RuleFinding => {
        return {
          field: `client.${field}`,
          message: `client.${field} has ${listed(values)}: ${clause}.`,
          ...(replace && { mend: replaceUris(lintCase.client, field, values, replace) }),
        }
      })
    },
  }),
)

interface Group {
  readonly field: FieldName
  readonly clause: string
  readonly values: readonly string[]
}

/** By field and clause, in the order in which they come first; each value once. */
function grouped(matches: readonly (JudgedUri & { readonly clause: string })[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const { field, clause, value } of matches) {
    const key = JSON.stringify([field, clause])
    const { values } = groups.get(key) ?? { values: [] }
    groups.set(key, { field, clause, values: [...new Set([...values, value])] })
  }
  return [...groups.values()]
}
