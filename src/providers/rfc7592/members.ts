/**
 * Members of a registration, as IANA lists them ("OAuth Dynamic Client Registration Metadata"). What is
 * not listed goes along as well, once a client has it.
 */

import { joined, type MemberTable, POWERFUL_GRANTS } from '../../core/mapping/members.ts'
import { CREDENTIALS, REGISTRATION_DEFAULTS } from '../registration/registration.ts'

/** The member of a record that names the registration it was read with; no setting. */
export const READ_WITH = '$registration'

/** Read-only is what the server makes, and what RFC 7592 section 2.2 keeps out of an update. */
export const MEMBERS: MemberTable = joined(
  {
    application_type: ['field'],
    authorization_details_types: ['setting'],
    authorization_encrypted_response_alg: ['setting'],
    authorization_encrypted_response_enc: ['setting'],
    authorization_signed_response_alg: ['setting'],
    backchannel_authentication_request_signing_alg: ['setting'],
    backchannel_client_notification_endpoint: ['setting'],
    backchannel_logout_session_required: ['setting'],
    backchannel_logout_uri: ['setting'],
    backchannel_token_delivery_mode: ['setting'],
    backchannel_user_code_parameter: ['setting'],
    client_id: ['field', 'read-only'],
    client_id_issued_at: ['field', 'read-only'],
    client_name: ['field'],
    client_secret: ['field', 'read-only', 'secret'],
    client_secret_expires_at: ['read-only'],
    client_uri: ['setting', 'empty-is-absent'],
    contacts: ['setting', 'unordered'],
    default_acr_values: ['setting', 'unordered'],
    default_max_age: ['setting'],
    dpop_bound_access_tokens: ['setting'],
    frontchannel_logout_session_required: ['setting'],
    frontchannel_logout_uri: ['setting'],
    grant_types: ['field', 'unordered', POWERFUL_GRANTS],
    id_token_encrypted_response_alg: ['setting'],
    id_token_encrypted_response_enc: ['setting'],
    id_token_signed_response_alg: ['field'],
    initiate_login_uri: ['field', 'empty-is-absent'],
    introspection_encrypted_response_alg: ['setting'],
    introspection_encrypted_response_enc: ['setting'],
    introspection_signed_response_alg: ['setting'],
    jwks: ['setting'],
    jwks_uri: ['setting', 'empty-is-absent'],
    logo_uri: ['field', 'empty-is-absent'],
    policy_uri: ['setting', 'empty-is-absent'],
    post_logout_redirect_uris: ['field', 'unordered'],
    redirect_uris: ['field', 'unordered'],
    [READ_WITH]: ['hidden'],
    request_object_encryption_alg: ['setting'],
    request_object_encryption_enc: ['setting'],
    request_object_signing_alg: ['setting'],
    request_uris: ['setting', 'unordered'],
    require_auth_time: ['setting'],
    require_pushed_authorization_requests: ['setting'],
    require_signed_request_object: ['setting'],
    response_modes: ['setting'],
    response_types: ['field', 'unordered'],
    scope: ['field', 'empty-is-absent', 'unordered'],
    sector_identifier_uri: ['setting'],
    software_id: ['setting'],
    software_statement: ['setting', 'privileged'],
    software_version: ['setting'],
    subject_type: ['setting'],
    tls_client_auth_san_dns: ['setting'],
    tls_client_auth_san_email: ['setting'],
    tls_client_auth_san_ip: ['setting'],
    tls_client_auth_san_uri: ['setting'],
    tls_client_auth_subject_dn: ['setting'],
    tls_client_certificate_bound_access_tokens: ['setting', 'public'],
    token_endpoint_auth_method: ['field'],
    token_endpoint_auth_signing_alg: ['setting'],
    tos_uri: ['setting', 'empty-is-absent'],
    use_mtls_endpoint_aliases: ['setting'],
    userinfo_encrypted_response_alg: ['setting'],
    userinfo_encrypted_response_enc: ['setting'],
    userinfo_signed_response_alg: ['setting'],
  },
  CREDENTIALS,
)

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
