/** What is allowed in a URI and still worth reporting: smells, and things that hold for tests only. */

import { isPublicSuffix } from './public-suffixes.ts'
import { isIpLiteral } from './uri-host-rules.ts'
import { isWeb } from './uri-reading.ts'
import type { UriRule } from './uri-rule.ts'
import { isPlainScheme } from './uri-scheme-rules.ts'

/** Reported only where nothing is broken. */
export const WARNINGS: readonly UriRule[] = [
  {
    // RFC 8252 section 7.1
    id: 'plain_scheme',
    says: 'has a private-use scheme without a dot, which any other application can take as well',
    breaks: ({ uri, policy }) => isPlainScheme(uri.scheme, policy),
  },
  {
    // RFC 8252 section 8.3
    id: 'localhost',
    says: 'should name 127.0.0.1 or [::1]: localhost may resolve elsewhere',
    breaks: ({ uri }) => isWeb(uri) && uri.host === 'localhost',
  },
  {
    id: 'ip_host',
    says: 'has an IP address as its host, which may belong to someone else tomorrow',
    breaks: ({ uri }) => uri.scheme === 'https' && isIpLiteral(uri.host),
  },
  {
    // Auth0, "Subdomain URL placeholders": not for production
    id: 'wildcard_used',
    says: 'has a wildcard: anyone who controls a matching host receives the answers',
    breaks: ({ uri }) => uri.value.includes('*'),
  },
  {
    // publicsuffix.org
    id: 'shared_suffix',
    says: 'has a host below which anyone can register a name',
    breaks: ({ uri }) => isPublicSuffix(uri.host),
  },
  {
    // RFC 9700 section 4.11: open redirectors
    id: 'nested_url',
    says: 'has a query parameter that is itself a URL, like an open redirector',
    breaks: ({ uri }) =>
      [...new URLSearchParams(uri.query ?? '').values()].some((value) =>
        /^\s*(?:[a-z][a-z0-9+.-]*:)?[\\/]{2}/i.test(value),
      ),
  },
  {
    // RFC 3986 section 6.2.2.1
    id: 'scheme_case',
    says: 'has capital letters in its scheme, which some systems compare case-sensitively',
    breaks: ({ uri }) => uri.scheme !== uri.scheme.toLowerCase(),
  },
]
