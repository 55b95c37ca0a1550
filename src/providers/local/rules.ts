/**
 * What the OpenID Provider demands between several settings of a client, as sentences for the caller.
 * oidc-provider would silently correct some of these, which would change settings that no one named.
 */

import type { Rule } from '../../core/mapping/row.ts'
import { methodOf, REGISTRATION_RULES, SECRET_METHODS } from '../registration/registration.ts'

export const rules: readonly Rule[] = [
  ...REGISTRATION_RULES,
  {
    says: 'client.tokenEndpointAuthMethod needs a secret: set client.secret in the same request.',
    field: 'client.tokenEndpointAuthMethod',
    // A client that is only being made has no id yet, and gets a secret along with it.
    holds: (next) =>
      !SECRET_METHODS.includes(String(methodOf(next))) ||
      typeof next.client_secret === 'string' ||
      next.client_id === undefined,
  },
]
