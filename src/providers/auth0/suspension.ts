/**
 * Switching an Auth0 application off: with no grant types, every flow is refused ("Grant type ... not
 * allowed for the client", Application Grant Types). What that does not reach is reported with it.
 */

import type { Suspension } from '../../core/mapping/row.ts'

export const suspension: Suspension = {
  doesNotStop: [
    'issued access tokens and ID tokens, until they expire',
    'sessions at Auth0 and single sign-on of other applications',
    'SAML and WS-Federation add-ons, which use no grant types',
  ],
  emulation: {
    keys: ['grant_types'],
    suspended: (native) => ({ ...native, grant_types: [] }),
  },
}
