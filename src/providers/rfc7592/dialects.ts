/**
 * What servers make of RFC 7591 and RFC 7592, as data: one plain object a server. A new server takes a
 * row here, or its switches in the configuration; docs/providers/rfc7592.md tells how to find them out.
 */

export interface Dialect {
  /** RFC 7592 section 2.2 has `client_id` in the body of an update; some servers refuse it there. */
  readonly clientIdInUpdate: boolean
  /**
   * What an update without `client_secret` does to the secret. `renewed`: every update of a client that
   * authenticates with a secret gives it another one, whatever is sent.
   */
  readonly secretInUpdate: 'kept' | 'cleared' | 'renewed'
  /** Answers hold `token_endpoint_auth_method` as a list; requests hold it as a text everywhere. */
  readonly authMethodAsList: boolean
  /** Which calls may answer with another registration access token (RFC 7592 section 3). */
  readonly renewsToken: 'never' | 'update' | 'always'
  /** `derived`: `registration_client_uri` does not lead there, the registration endpoint and the id do. */
  readonly clientUri: 'told' | 'derived'
  /** Whether a client must have a redirect URI, whatever its grant types. */
  readonly needsCallbacks: boolean
  /** Members of a registration that the server takes, may even echo, and does not store. */
  readonly drops: readonly string[]
}

/** A server that does what the RFCs say; the careful choice where they leave one. */
const standard: Dialect = {
  clientIdInUpdate: true,
  // A secret that is sent must be the one in force, so sending it is always right by section 2.2.
  secretInUpdate: 'cleared',
  authMethodAsList: false,
  renewsToken: 'update',
  clientUri: 'told',
  needsCallbacks: false,
  drops: [],
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
    ],
  },
} as const satisfies Readonly<Record<string, Dialect>>

export type DialectName = keyof typeof DIALECTS

export const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[]

/** A named dialect, with switches of its own on top. */
export function dialectOf(
  name: DialectName,
  switches: { readonly [S in keyof Dialect]?: Dialect[S] | undefined } = {},
): Dialect {
  const given = Object.entries(switches).filter(([, value]) => value !== undefined)
  return { ...DIALECTS[name], ...Object.fromEntries(given) }
}
