/**
 * Members of an Ory Hydra client, by what the admin API (v2.3.0) does with them, measured on the server; the table
 * of docs/providers/hydra.md shows it.
 */

import { type MemberTable, membersOf, POWERFUL_GRANTS } from '../../core/mapping/members.ts'

export const MEMBERS: MemberTable = {
  access_token_strategy: ['setting', 'empty-is-absent'],
  allowed_cors_origins: ['field', 'empty-is-absent'],
  audience: ['setting', 'empty-is-absent', 'privileged'],
  authorization_code_grant_access_token_lifespan: ['field', 'nullable'],
  authorization_code_grant_id_token_lifespan: ['field', 'nullable'],
  authorization_code_grant_refresh_token_lifespan: ['field', 'nullable'],
  backchannel_logout_session_required: ['setting', 'empty-is-absent'],
  backchannel_logout_uri: ['setting', 'empty-is-absent'],
  client_credentials_grant_access_token_lifespan: ['setting', 'nullable'],
  client_id: ['field', 'read-only'],
  client_name: ['field', 'empty-is-absent'],
  client_secret: ['field', 'secret', 'unseen'],
  client_secret_expires_at: ['read-only'],
  client_uri: ['field', 'empty-is-absent'],
  contacts: ['field', 'empty-is-absent'],
  created_at: ['field', 'read-only'],
  frontchannel_logout_session_required: ['setting', 'empty-is-absent'],
  frontchannel_logout_uri: ['setting', 'empty-is-absent'],
  grant_types: ['field', 'empty-is-absent', POWERFUL_GRANTS],
  implicit_grant_access_token_lifespan: ['setting', 'nullable'],
  implicit_grant_id_token_lifespan: ['setting', 'nullable'],
  jwks: ['setting', 'credential', 'nullable', 'empty-is-absent'],
  jwks_uri: ['field', 'credential', 'empty-is-absent'],
  jwt_bearer_grant_access_token_lifespan: ['setting', 'nullable'],
  logo_uri: ['field', 'empty-is-absent'],
  metadata: ['field', 'empty-is-absent'],
  owner: ['setting', 'empty-is-absent'],
  policy_uri: ['field', 'empty-is-absent'],
  post_logout_redirect_uris: ['field', 'empty-is-absent'],
  redirect_uris: ['field', 'empty-is-absent'],
  refresh_token_grant_access_token_lifespan: ['setting', 'nullable'],
  refresh_token_grant_id_token_lifespan: ['setting', 'nullable'],
  refresh_token_grant_refresh_token_lifespan: ['setting', 'nullable'],
  request_object_signing_alg: ['setting', 'empty-is-absent'],
  request_uris: ['setting', 'empty-is-absent'],
  response_types: ['field', 'empty-is-absent'],
  scope: ['field'],
  sector_identifier_uri: ['setting', 'empty-is-absent'],
  skip_consent: ['field', 'empty-is-absent', 'privileged'],
  skip_logout_consent: ['setting', 'privileged'],
  subject_type: ['setting', 'nullable', 'empty-is-absent'],
  token_endpoint_auth_method: ['field', 'credential', 'nullable', 'empty-is-absent'],
  token_endpoint_auth_signing_alg: ['setting', 'credential', 'empty-is-absent'],
  tos_uri: ['field', 'empty-is-absent'],
  updated_at: ['field', 'read-only', 'volatile'],
  userinfo_signed_response_alg: ['setting', 'nullable', 'empty-is-absent'],
}

/** What the server makes. */
export const SERVERS_OWN = membersOf(MEMBERS, 'read-only')

/** What an absent or empty member means. */
export const DEFAULTS = {
  subject_type: 'public',
  token_endpoint_auth_method: 'client_secret_basic',
  userinfo_signed_response_alg: 'none',
} as const

/** Whether a member is a lifetime, those of later versions included (device flow). */
export const isLifespan = (name: string): boolean => name.endsWith('_lifespan')
