/**
 * Switching a client off: without grant types no token is given (400 `unauthorized_client`), but
 * the authorization endpoint still shows the login page, so the redirect URIs go too, and with them the logout
 * URLs, which need one of the same host.
 */

import type { Suspension } from '../../core/mapping/row.ts'

const EMPTY = { grant_types: [], redirect_uris: [], post_logout_redirect_uris: [] }

export const suspension: Suspension = {
  doesNotStop: [
    'access tokens and ID tokens that were issued, until they end',
    'sessions and consents at Hydra, which are revoked by another API',
  ],
  emulation: {
    keys: Object.keys(EMPTY),
    suspended: (native) => ({ ...native, ...EMPTY }),
  },
}
