/**
 * Members of a registration, as IANA lists them ("OAuth Dynamic Client Registration Metadata"). What is
 * not listed goes along as well, once a client has it.
 */

import { REGISTRATION_DEFAULTS } from '../registration/registration.ts'

/** Members without an attribute of their own: `providerSettings`. */
export const SETTINGS = [
  'authorization_details_types',
  'authorization_encrypted_response_alg',
  'authorization_encrypted_response_enc',
  'authorization_signed_response_alg',
  'backchannel_authentication_request_signing_alg',
  'backchannel_client_notification_endpoint',
  'backchannel_logout_session_required',
  'backchannel_logout_uri',
  'backchannel_token_delivery_mode',
  'backchannel_user_code_parameter',
  'client_uri',
  'contacts',
  'default_acr_values',
  'default_max_age',
  'dpop_bound_access_tokens',
  'frontchannel_logout_session_required',
  'frontchannel_logout_uri',
  'id_token_encrypted_response_alg',
  'id_token_encrypted_response_enc',
  'introspection_encrypted_response_alg',
  'introspection_encrypted_response_enc',
  'introspection_signed_response_alg',
  'jwks',
  'jwks_uri',
  'policy_uri',
  'request_object_encryption_alg',
  'request_object_encryption_enc',
  'request_object_signing_alg',
  'request_uris',
  'require_auth_time',
  'require_pushed_authorization_requests',
  'require_signed_request_object',
  'response_modes',
  'sector_identifier_uri',
  'software_id',
  'software_statement',
  'software_version',
  'subject_type',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_email',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_uri',
  'tls_client_auth_subject_dn',
  'tls_client_certificate_bound_access_tokens',
  'token_endpoint_auth_signing_alg',
  'tos_uri',
  'use_mtls_endpoint_aliases',
  'userinfo_encrypted_response_alg',
  'userinfo_encrypted_response_enc',
  'userinfo_signed_response_alg',
] as const

/** Members that the server makes, and that RFC 7592 section 2.2 keeps out of an update. */
export const SERVERS_OWN = [
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
]

/** Lists that are sets: servers give them back in an order of their own. */
export const SETS = [
  'contacts',
  'default_acr_values',
  'grant_types',
  'post_logout_redirect_uris',
  'redirect_uris',
  'request_uris',
  'response_types',
]

/** What an absent member means; a server may show it or leave it out. */
export const DEFAULTS = {
  ...REGISTRATION_DEFAULTS,
  backchannel_logout_session_required: false,
  contacts: [],
  default_acr_values: [],
  dpop_bound_access_tokens: false,
  frontchannel_logout_session_required: false,
  request_uris: [],
  require_auth_time: false,
  require_pushed_authorization_requests: false,
} as const
