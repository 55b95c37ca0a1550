/**
 * Members of an Auth0 client by what the Management API v2 (OpenAPI) lets a caller do with them: what PATCH
 * /api/v2/clients/{id} takes, what it merges (as recorded), where a `null` removes, what is a secret (add-ons keep
 * those of other services), and of what the description says that it holds none.
 */

import type { MemberTable } from '../../core/mapping/members.ts'
import { AVAILABLE, ENABLED } from './connections.ts'

/** The values that the description lists; `asn` of a session transfer as recorded (terraform-provider-auth0). */
const oneOf = (...values: readonly string[]) => ({ values })

/** No second client can have them: they are named by their ids. */
const CREDENTIALS = { bound: 'credentials at Auth0 belong to the client that they were added to' }

/**
 * Volatile are times, which Auth0 shows since September 2026 of clients that are older too, and members that the answer
 * to an update leaves out.
 */
export const MEMBERS: MemberTable = {
  addons: ['setting', 'merged', 'nullable'],
  'addons.azure_blob.storageAccessKey': ['secret'],
  'addons.azure_sb.sasKey': ['secret'],
  'addons.firebase.private_key': ['secret'],
  'addons.firebase.secret': ['secret'],
  'addons.layer.privateKey': ['secret'],
  'addons.sap_api.servicePassword': ['secret'],
  'addons.wams.masterkey': ['secret'],
  allowed_clients: ['setting'],
  allowed_logout_urls: ['field', 'empty-is-absent'],
  allowed_origins: ['field', 'empty-is-absent'],
  anonymous_sessions: ['setting', 'nullable'],
  app_type: ['field'],
  async_approval_notification_channels: ['setting', 'nullable', oneOf('guardian-push', 'email')],
  b2b_integration_configuration: ['setting'],
  'b2b_integration_configuration.integration_type': [
    oneOf('custom_auth_server', 'third_party', 'application'),
  ],
  callback_url_template: ['read-only'],
  callbacks: ['field', 'empty-is-absent'],
  client_aliases: ['setting', { bound: 'no two clients of a tenant can have the same alias' }],
  client_authentication_methods: ['setting', 'credential', 'nullable', CREDENTIALS],
  'client_authentication_methods.*.credentials': ['public'],
  client_id: ['field', 'read-only'],
  client_metadata: ['field', 'merged', 'empty-is-absent'],
  'client_metadata.*': ['nullable'],
  client_secret: ['field', 'secret'],
  compliance_level: [
    'setting',
    'nullable',
    oneOf(
      'none',
      'fapi1_adv_pkj_par',
      'fapi1_adv_mtls_par',
      'fapi2_sp_pkj_mtls',
      'fapi2_sp_mtls_mtls',
    ),
  ],
  [ENABLED]: ['field', 'read-only', 'merged', 'empty-is-absent'],
  created_at: ['field', 'read-only', 'volatile'],
  cross_origin_auth: ['mirror'],
  cross_origin_authentication: ['setting'],
  cross_origin_loc: ['setting', 'nullable'],
  custom_login_page: ['setting'],
  custom_login_page_on: ['setting'],
  custom_login_page_preview: ['setting'],
  default_organization: ['setting', 'nullable'],
  'default_organization.flows': [oneOf('client_credentials')],
  description: ['field', 'empty-is-absent'],
  encrypted: ['read-only'],
  encryption_key: ['setting', 'credential', 'public', 'nullable'],
  express_configuration: ['setting', 'nullable'],
  external_client_id: ['read-only', 'volatile'],
  external_metadata_created_by: ['read-only', 'volatile'],
  external_metadata_type: ['read-only', 'volatile'],
  fedcm_login: ['setting', 'nullable'],
  form_template: ['setting'],
  global: ['read-only'],
  grant_types: ['field'],
  identity_assertion_authorization_grant: ['setting', 'nullable'],
  initiate_login_uri: ['field', 'empty-is-absent'],
  is_first_party: ['field', 'create-only'],
  is_token_endpoint_ip_header_trusted: ['setting'],
  jwks_uri: ['read-only', 'credential'],
  jwt_configuration: ['setting', 'merged'],
  logo_uri: ['field', 'empty-is-absent'],
  mobile: ['setting', 'merged'],
  my_organization_configuration: ['setting', 'nullable'],
  'my_organization_configuration.allowed_strategies': [
    oneOf('pingfederate', 'adfs', 'waad', 'google-apps', 'okta', 'oidc', 'samlp'),
  ],
  'my_organization_configuration.connection_deletion_behavior': [oneOf('allow', 'allow_if_empty')],
  name: ['field'],
  native_social_login: ['setting', 'merged', 'nullable'],
  'native_social_login.*': ['nullable'],
  oidc_backchannel_logout: ['mirror'],
  oidc_conformant: ['field'],
  oidc_logout: ['setting', 'empty-is-absent'],
  organization_discovery_methods: ['setting', 'nullable', oneOf('email', 'organization_name')],
  organization_require_behavior: [
    'setting',
    'nullable',
    oneOf('no_prompt', 'pre_login_prompt', 'post_login_prompt'),
  ],
  organization_usage: ['setting', 'nullable', oneOf('deny', 'allow', 'require')],
  owners: ['read-only'],
  par_request_expiry: ['setting', 'nullable'],
  redirection_policy: ['setting', oneOf('allow_always', 'open_redirect_protection')],
  refresh_token: ['setting', 'public', 'nullable'],
  require_proof_of_possession: ['setting'],
  require_pushed_authorization_requests: ['setting'],
  resource_server_identifier: ['create-only'],
  session_transfer: ['setting', 'public', 'merged', 'nullable'],
  'session_transfer.allowed_authentication_methods': [oneOf('cookie', 'query')],
  'session_transfer.delegation': ['nullable'],
  'session_transfer.delegation.enforce_device_binding': [oneOf('ip', 'asn')],
  'session_transfer.enforce_device_binding': [oneOf('ip', 'asn', 'none')],
  signed_request_object: ['setting', 'credential', 'merged', 'nullable', CREDENTIALS],
  'signed_request_object.credentials': ['public'],
  signing_keys: ['read-only', 'hidden', 'secret'],
  skip_non_verifiable_callback_uri_confirmation_prompt: ['setting', 'nullable'],
  sso: ['setting'],
  sso_disabled: ['setting'],
  tenant: ['read-only'],
  [AVAILABLE]: ['hidden'],
  third_party_security_mode: ['create-only', oneOf('strict', 'permissive')],
  token_endpoint_auth_method: ['field', 'credential', 'nullable'],
  token_exchange: ['setting', 'nullable'],
  'token_exchange.allow_any_profile_of_type': [
    oneOf('custom_authentication', 'on_behalf_of_token_exchange'),
  ],
  token_quota: ['setting', 'nullable'],
  'token_quota.client_credentials': ['public'],
  token_vault_privileged_access: ['setting', 'credential', 'public', 'nullable', CREDENTIALS],
  'token_vault_privileged_access.credentials': ['public'],
  'token_vault_privileged_access.grants.connection': ['public'],
  updated_at: ['field', 'read-only', 'volatile'],
  web_origins: ['field', 'empty-is-absent'],
}
