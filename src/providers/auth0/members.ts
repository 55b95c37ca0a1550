/** Members of an Auth0 client by what the Management API v2 (OpenAPI) lets a caller do with them. */

/** Members that an update takes and no neutral field stands for. */
export const SETTINGS = [
  'addons',
  'allowed_clients',
  'async_approval_notification_channels',
  'client_aliases',
  'client_authentication_methods',
  'compliance_level',
  'cross_origin_authentication',
  'cross_origin_loc',
  'custom_login_page',
  'custom_login_page_on',
  'custom_login_page_preview',
  'default_organization',
  'encryption_key',
  'express_configuration',
  'fedcm_login',
  'form_template',
  'identity_assertion_authorization_grant',
  'is_token_endpoint_ip_header_trusted',
  'jwt_configuration',
  'mobile',
  'my_organization_configuration',
  'native_social_login',
  'oidc_logout',
  'organization_discovery_methods',
  'organization_require_behavior',
  'organization_usage',
  'par_request_expiry',
  'redirection_policy',
  'refresh_token',
  'require_proof_of_possession',
  'require_pushed_authorization_requests',
  'session_transfer',
  'signed_request_object',
  'skip_non_verifiable_callback_uri_confirmation_prompt',
  'sso',
  'sso_disabled',
  'token_exchange',
  'token_quota',
  'token_vault_privileged_access',
] as const

/** Members that are shown and refused in an update. */
export const READ_ONLY_KEYS = [
  'client_id',
  'tenant',
  'global',
  'is_first_party',
  'signing_keys',
  'resource_server_identifier',
  'external_metadata_type',
  'external_metadata_created_by',
  'external_client_id',
  'jwks_uri',
  'third_party_security_mode',
  'cross_origin_auth',
  'callback_url_template',
  'owners',
  'encrypted',
  'oidc_backchannel_logout',
  'created_at',
  'updated_at',
] as const

/** Members that may be set to null, which removes them. */
export const NULLABLE_PATHS = [
  'addons',
  'async_approval_notification_channels',
  'client_authentication_methods',
  'client_metadata.*',
  'compliance_level',
  'cross_origin_loc',
  'default_organization',
  'encryption_key',
  'express_configuration',
  'fedcm_login',
  'identity_assertion_authorization_grant',
  'my_organization_configuration',
  'native_social_login',
  'native_social_login.*',
  'organization_discovery_methods',
  'organization_require_behavior',
  'organization_usage',
  'par_request_expiry',
  'refresh_token',
  'session_transfer',
  'session_transfer.delegation',
  'signed_request_object',
  'skip_non_verifiable_callback_uri_confirmation_prompt',
  'token_endpoint_auth_method',
  'token_exchange',
  'token_quota',
] as const

/** Members whose values are secrets; add-ons keep those of other services. */
export const SECRET_PATHS = [
  'client_secret',
  'signing_keys',
  'addons.azure_blob.storageAccessKey',
  'addons.azure_sb.sasKey',
  'addons.firebase.secret',
  'addons.firebase.private_key',
  'addons.layer.privateKey',
  'addons.sap_api.servicePassword',
  'addons.wams.masterkey',
] as const

/** Members by which an application proves who it is, or by which a key of its own is trusted. */
export const CREDENTIAL_PATHS = [
  'token_endpoint_auth_method',
  'client_authentication_methods',
  'signed_request_object',
  'token_vault_privileged_access',
  'encryption_key',
  'jwks_uri',
] as const

/** Members of which the OpenAPI description says that they hold no secret, although their names look so. */
export const PUBLIC_PATHS = [
  'client_authentication_methods.*.credentials',
  'encryption_key',
  'refresh_token',
  'session_transfer',
  'signed_request_object.credentials',
  'token_quota.client_credentials',
  'token_vault_privileged_access',
  'token_vault_privileged_access.credentials',
  'token_vault_privileged_access.grants.connection',
] as const

const CREDENTIALS = 'credentials at Auth0 belong to the client that they were added to'

/** Members that no second client can have: credentials by their ids, names that are given once. */
export const BOUND_PATHS: Readonly<Record<string, string>> = {
  client_aliases: 'no two clients of a tenant can have the same alias',
  client_authentication_methods: CREDENTIALS,
  signed_request_object: CREDENTIALS,
  token_vault_privileged_access: CREDENTIALS,
}
