/**
 * What servers make of RFC 7591 and RFC 7592, as data: one plain object a server. A new server takes a row
 * here, or its switches in the configuration; docs/providers/rfc7592.md says how to find them out.
 */

import { ClientError } from '../../../core/errors.ts'
import { withoutMembers } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import { methodOf } from '../../registration/registration.ts'
import type { Dialect, Switches } from './dialect.ts'
import type { DialectName } from './dialect-names.ts'
import { hydra } from './hydra.ts'
import { keycloak } from './keycloak.ts'

/** A server that does what the RFCs say; the careful choice where they leave one. */
const standard: Dialect = {
  update: 'replaces',
  repeats: 'none',
  clientIdInUpdate: true,
  // A secret that is sent must be the one in force, so sending it is always right by section 2.2.
  secretInUpdate: 'cleared',
  authMethodAsList: false,
  renewsToken: 'update',
  clientUri: 'told',
  needsCallbacks: false,
  drops: [],
  hides: [],
  takes: [],
  shows: [],
  mirrors: [],
  volatile: [],
  uncleared: [],
  defaults: {},
  emptied: {},
  blankIsUnset: false,
  refusedToken: 401,
  ways: {},
}

/** Glewlwyd makes every client that it updates confidential, which no read shows. */
function checkConfidential(base: Native): void {
  if (methodOf(base) !== 'none') return
  throw new ClientError(
    'unsupported_operation',
    'Glewlwyd makes a client without authentication confidential with every update, which would cut off its application. Nothing was sent. Change the client at the server itself.',
  )
}

/** By the name that a configuration gives. */
export const DIALECTS = {
  standard,
  /** oidc-provider 9. */
  'oidc-provider': { ...standard, secretInUpdate: 'kept' },
  /** Glewlwyd 2.7, with the properties of clients that its own set-up makes. */
  glewlwyd: {
    ...standard,
    secretInUpdate: 'renewed',
    authMethodAsList: true,
    renewsToken: 'never',
    clientUri: 'derived',
    needsCallbacks: true,
    drops: [
      'post_logout_redirect_uris',
      'logo_uri',
      'initiate_login_uri',
      'application_type',
      'id_token_signed_response_alg',
      'scope',
      'client_uri',
      'contacts',
      'policy_uri',
      'tos_uri',
      'dpop_bound_access_tokens',
      'require_pushed_authorization_requests',
    ],
    ways: { check: checkConfidential },
  },
  /** Keycloak 26. */
  keycloak: { ...standard, ...keycloak },
  /** Ory Hydra 2. */
  hydra: { ...standard, ...hydra },
  /**
   * A server that keeps what an update leaves out, as Canaille 0.3 does, and takes no `null`. What has a default goes
   * along as it is: authlib 1.7, on which Canaille stands, sets that where it is left out
   * (`oidc/registration/claims.py`, `oauth2/rfc9101/registration.py`: `setdefault`).
   */
  merging: {
    ...standard,
    update: 'merges',
    repeats: 'defaulted',
    secretInUpdate: 'kept',
    renewsToken: 'never',
    // The client of an update with an empty scope cannot be read any more.
    uncleared: ['scope'],
    blankIsUnset: true,
    refusedToken: 'access_denied',
    ways: {
      shown: (record) =>
        typeof record.scope === 'string' ? record : withoutMembers(record, ['scope']),
      // Left out, it becomes client_secret_basic, also where no read has shown it.
      sent: ({ next }, body) => ({ token_endpoint_auth_method: methodOf(next), ...body }),
    },
  },
} as const satisfies Readonly<Record<DialectName, Dialect>>

/** A named dialect, with switches of its own on top. */
export function dialectOf(name: DialectName, switches: Switches = {}): Dialect {
  const switchList = Object.entries(switches).filter(([, value]) => value !== undefined)
  return { ...DIALECTS[name], ...Object.fromEntries(switchList) }
}
