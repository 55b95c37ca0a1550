/** What callback, logout and default redirect URIs must be like. [measured] as in `rules.ts`. */

import { refuse } from '../refusal.ts'
import { list, type Rule } from './rule.ts'

/** `http` is for these only ([measured]; the API reference names localhost). */
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?([/?]|$)/i

function checkUri(uri: string): void {
  const absolute = /^https?:/i.test(uri) ? /^https?:\/\/[^/?#]/i : /^[a-z][a-z0-9+.-]*:./i
  // The API reference demands an absolute URI; the text is unverified.
  if (!absolute.test(uri)) refuse('InvalidParameterException', `${uri} is not a valid URL.`)
  if (uri.includes('#')) refuse('InvalidParameterException', `${uri} cannot use fragment`)
  if (/^http:/i.test(uri) && !LOOPBACK.test(uri)) {
    refuse('InvalidParameterException', `${uri} cannot use the HTTP protocol.`)
  }
}

export const uriRules: readonly Rule[] = [
  ({ next }) => list(next.CallbackURLs).forEach(checkUri),
  ({ next }) => list(next.LogoutURLs).forEach(checkUri),
  // [measured]. Also when other callbacks replace the one that the default names.
  ({ next: { DefaultRedirectURI: uri, CallbackURLs: callbacks } }) => {
    if (typeof uri === 'string' && !list(callbacks).includes(uri)) {
      refuse(
        'InvalidParameterException',
        `The default redirect URI ${uri} is not in the callback URIs list.`,
      )
    }
  },
]
