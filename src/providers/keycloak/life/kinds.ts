/**
 * What a new client starts from; every flag is spelled out, since their defaults depend on which others are sent.
 * Sources: RFC 9700 sections 2.1.1 (code flow with PKCE), 2.3 (tokens with no more rights than needed, fullScopeAllowed)
 * and 2.4 (no password grant); RFC 8252 section 8.4 (native apps are public clients); RFC 6749 section 4.4.
 */

import type { ClientKind } from '../../../core/client-kind.ts'
import type { JsonObject } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'

const COMMON = {
  protocol: 'openid-connect',
  enabled: true,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  fullScopeAllowed: false,
  redirectUris: [],
  webOrigins: [],
}
/** What the server adds by itself, and the two that are asked for: PKCE, and logout URLs of the client's own. */
const ATTRIBUTES = {
  'backchannel.logout.session.required': 'true',
  'backchannel.logout.revoke.offline.tokens': 'false',
  'post.logout.redirect.uris': '-',
}
const CODE_FLOW = {
  ...COMMON,
  standardFlowEnabled: true,
  serviceAccountsEnabled: false,
  attributes: { ...ATTRIBUTES, 'pkce.code.challenge.method': 'S256' },
}
const PUBLIC = { ...CODE_FLOW, publicClient: true }
const CONFIDENTIAL = { publicClient: false, clientAuthenticatorType: 'client-secret' }

const KINDS: Readonly<Record<ClientKind, JsonObject>> = {
  spa: PUBLIC,
  native: PUBLIC,
  web: { ...CODE_FLOW, ...CONFIDENTIAL },
  machine: {
    ...COMMON,
    ...CONFIDENTIAL,
    standardFlowEnabled: false,
    serviceAccountsEnabled: true,
    attributes: { ...ATTRIBUTES, 'use.refresh.tokens': 'false' },
  },
}

/** The record that a new client of a kind starts from. */
export const blank = (kind: ClientKind): Native => KINDS[kind]
