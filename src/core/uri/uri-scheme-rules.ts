/** Which schemes a URI may have: https, http on the machine itself, private-use ones of native clients. */

import type { UriReading } from './uri-reading.ts'
import { isPage, type UriCase, type UriPolicy, type UriRule } from './uri-rule.ts'

/** Hosts that only the machine itself reaches, compared whole (CVE-2024-8883, CVE-2026-18211). */
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Schemes that run or read something where they are opened (CVE-2026-9086, CVE-2024-21637). */
const DANGEROUS_SCHEMES: ReadonlySet<string> = new Set(
  'about blob chrome data feed file filesystem intent jar javascript resource vbscript view-source'.split(
    ' ',
  ),
)

/** Schemes that browsers and systems open by themselves. */
const COMMON_SCHEMES: ReadonlySet<string> = new Set(
  'ftp ftps geo http https imap irc ldap magnet mailto news pop sftp sip sms smtp ssh tel telnet urn ws wss xmpp'.split(
    ' ',
  ),
)

/** Origins of web views, which native applications register (Capacitor and Ionic, security guide). */
const WEB_VIEW_ORIGINS: ReadonlySet<string> = new Set([
  'capacitor://localhost',
  'ionic://localhost',
])

/** Which schemes are taken. */
export const SCHEME_RULES: readonly UriRule[] = [
  {
    id: 'dangerous_scheme',
    says: 'must not have a scheme that browsers run or read locally',
    breaks: ({ uri }) => DANGEROUS_SCHEMES.has(uri.scheme.toLowerCase()),
  },
  {
    // RFC 8252 sections 7.1, 7.3 and 8.4; RFC 9700 section 2.1
    id: 'scheme',
    says: schemeClause,
    breaks: (uriCase) => schemeFault(uriCase) !== undefined,
  },
]

/** Whether a scheme has no dot, and the configuration allows it (RFC 8252 section 7.1 asks for one). */
export const isPlainScheme = (scheme: string, { plainSchemes = [] }: UriPolicy): boolean =>
  plainSchemes.includes(scheme.toLowerCase())

/** Schemes that no application has for itself. */
export const isTakenScheme = (scheme: string): boolean =>
  DANGEROUS_SCHEMES.has(scheme) || COMMON_SCHEMES.has(scheme)

/** Whether a URI leads to the machine on which it is opened. */
export const isLoopback = (uri: UriReading) => LOOPBACK_HOSTS.has(uri.host)

function schemeClause(uriCase: UriCase): string {
  return schemeFault(uriCase) ?? ''
}

function schemeFault({ uri, use, policy, native }: UriCase): string | undefined {
  const scheme = uri.scheme.toLowerCase()
  if (scheme === 'https') return undefined
  if (isPage(use)) return 'must be an https URL'
  if (scheme === 'http') {
    if (isLoopback(uri)) return undefined
    return 'must use https; http is only for 127.0.0.1, [::1] and localhost'
  }
  if (!policy.customSchemes) return 'must use https'
  if (!native) return 'must use https; private-use schemes are for native clients'
  if (use === 'origin') return WEB_VIEW_ORIGINS.has(uri.value) ? undefined : 'must use https'
  if (scheme.includes('.') || isPlainScheme(scheme, policy)) return undefined
  return 'must use https or a scheme in reverse domain order, such as com.example.app; plainSchemes in the configuration of the provider allows others'
}
