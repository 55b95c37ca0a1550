/**
 * What a new local client starts from: OpenID Connect Dynamic Client Registration 1.0 section 2
 * (application_type, grant_types, response_types, token_endpoint_auth_method). The OpenID Provider's
 * own defaults (`DEFAULTS`) are not stored; rotation of refresh tokens is one of them.
 *
 * Sources: RFC 9700 section 2.1.1 (code flow; public clients use PKCE, which `configuration.ts`
 * demands of them) and section 4.14.2 (refresh tokens of public clients rotate); RFC 8252 section 8.4
 * and 8.5 (native apps are public clients); RFC 6749 section 2.3.1 (Basic) and 4.4 (client credentials
 * for confidential clients only).
 */

import type { ClientKind } from '../../core/client-kind.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'

const CODE_FLOW = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
}

const KINDS: Readonly<Record<ClientKind, JsonObject>> = {
  spa: { application_type: 'web', token_endpoint_auth_method: 'none', ...CODE_FLOW },
  native: { application_type: 'native', token_endpoint_auth_method: 'none', ...CODE_FLOW },
  web: { application_type: 'web', token_endpoint_auth_method: 'client_secret_basic', ...CODE_FLOW },
  machine: {
    application_type: 'web',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  },
}

/** The record that a new client of a kind starts from. */
export const blank = (kind: ClientKind): Native => KINDS[kind]
