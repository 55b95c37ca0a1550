/**
 * What servers make of RFC 7591 and RFC 7592, as data: one plain object a server. A new server takes a
 * row here, or its switches in the configuration; docs/providers/rfc7592.md tells how to find them out.
 */

import { withoutMembers } from '../../../core/json/json.ts'
import { methodOf } from '../../registration/registration.ts'
import type { Dialect } from './dialect.ts'
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
  },
  /** Keycloak 26. */
  keycloak: { ...standard, ...keycloak },
  /** Ory Hydra 2. */
  hydra: { ...standard, ...hydra },
  /** A server that keeps what an update leaves out, as Canaille 0.3 does, and takes no `null`. */
  merging: {
    ...standard,
    update: 'merges',
    secretInUpdate: 'kept',
    renewsToken: 'never',
    // The client of an update with an empty scope cannot be read any more.
    uncleared: ['scope'],
    blankIsUnset: true,
    refusedToken: 'access_denied',
    ways: {
      shown: (record) =>
        typeof record.scope === 'string' ? record : withoutMembers(record, ['scope']),
      // Left out, it becomes client_secret_basic.
      sent: ({ next }, body) => ({ token_endpoint_auth_method: methodOf(next), ...body }),
    },
  },
} as const satisfies Readonly<Record<string, Dialect>>

export type DialectName = keyof typeof DIALECTS

export const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[]

/** A named dialect, with switches of its own on top. */
export function dialectOf(
  name: DialectName,
  switches: { readonly [S in keyof Dialect]?: Dialect[S] | undefined } = {},
): Dialect {
  const switchList = Object.entries(switches).filter(([, value]) => value !== undefined)
  return { ...DIALECTS[name], ...Object.fromEntries(switchList) }
}
