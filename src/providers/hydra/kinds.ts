/**
 * What a new client starts from. Sources: RFC 9700 section 2.1.1 (code flow; whether PKCE is demanded is a setting
 * of the server, `oauth2.pkce`); RFC 8252 section 8.4 (native apps are public clients); RFC 6749 section 2.3.1
 * (Basic) and 4.4 (client credentials for confidential clients only); Ory, "OAuth 2.0 refresh token grant" (a
 * refresh token needs the scope offline_access).
 */

import type { ClientKind } from '../../core/client-kind.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'

const CODE_FLOW = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid offline_access',
}
const PUBLIC = { token_endpoint_auth_method: 'none', ...CODE_FLOW }

const KINDS: Readonly<Record<ClientKind, JsonObject>> = {
  spa: PUBLIC,
  native: PUBLIC,
  web: { token_endpoint_auth_method: 'client_secret_basic', ...CODE_FLOW },
  machine: {
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    // There is no client without a scope; this one gives a machine nothing.
    scope: 'openid',
  },
}

/** The record that a new client of a kind starts from. */
export const blank = (kind: ClientKind): Native => KINDS[kind]
