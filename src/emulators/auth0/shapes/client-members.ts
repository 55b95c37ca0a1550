/**
 * The members of a client that both `POST /clients` and `PATCH /clients/{id}` take, with their types
 * and limits (Auth0 Management API OpenAPI, where nothing else is said).
 */

import {
  ACTIVE,
  B2B_INTEGRATION,
  EXPRESS_CONFIGURATION,
  FEDCM_LOGIN_PATCH,
  MY_ORGANIZATION,
  TOKEN_QUOTA,
} from './configurations.ts'
import {
  ADDONS,
  BOOLEAN,
  CLIENT_METADATA,
  JWT_CONFIGURATION,
  list,
  MOBILE,
  NATIVE_SOCIAL_LOGIN_PATCH,
  nullable,
  OIDC_LOGOUT,
  OPEN,
  oneOf,
  REFRESH_TOKEN,
  SESSION_TRANSFER,
  TEXT_ID,
} from './parts.ts'
import type { ListShape, Shape } from './shapes.ts'

/** The schema has no limit; Auth0 docs, "Application settings": 100 URLs per field. */
const MAX_URLS = 100

function urls(format: 'callback-url' | 'url-with-placeholders', about: string): ListShape {
  return { ...list({ type: 'string', format }, { max: MAX_URLS }), about }
}

const APP_TYPES = oneOf(
  ...(
    'native spa regular_web non_interactive resource_server express_configuration rms box ' +
    'cloudbees concur dropbox mscrm echosign egnyte newrelic office365 salesforce sentry ' +
    'sharepoint slack springcm zendesk zoom sso_integration oag'
  ).split(' '),
)

const TEXT: Shape = { type: 'string' }

/** Members that create and update share, as an update takes them: with `null` where that removes. */
export const SHARED_MEMBERS: Readonly<Record<string, Shape>> = {
  name: {
    type: 'string',
    min: 1,
    pattern: /^[^<>]+$/,
    about: 'Name of this client (min length: 1 character, does not allow `<` or `>`).',
  },
  description: {
    type: 'string',
    max: 140,
    about: 'Free text description of this client (max length: 140 characters).',
  },
  logo_uri: {
    type: 'string',
    format: 'absolute-uri-or-empty',
    about: 'URL of the logo to display for this client. Recommended size is 150x150 pixels.',
  },
  callbacks: urls('callback-url', 'Comma-separated list of URLs whitelisted for Auth0 to use'),
  allowed_logout_urls: urls('url-with-placeholders', 'URLs that are valid to redirect to'),
  allowed_origins: urls('url-with-placeholders', 'URLs allowed to make requests from JavaScript'),
  web_origins: urls('url-with-placeholders', 'Allowed origins for Cross-Origin Authentication'),
  grant_types: list(TEXT_ID),
  client_aliases: list(TEXT_ID),
  allowed_clients: list(TEXT_ID),
  oidc_logout: OIDC_LOGOUT,
  session_transfer: nullable(SESSION_TRANSFER),
  jwt_configuration: JWT_CONFIGURATION,
  encryption_key: nullable(OPEN),
  token_endpoint_auth_method: nullable(oneOf('none', 'client_secret_post', 'client_secret_basic')),
  app_type: APP_TYPES,
  is_first_party: BOOLEAN,
  oidc_conformant: BOOLEAN,
  sso: BOOLEAN,
  sso_disabled: BOOLEAN,
  cross_origin_authentication: BOOLEAN,
  cross_origin_loc: nullable({ type: 'string', format: 'url' }),
  custom_login_page_on: BOOLEAN,
  custom_login_page: TEXT,
  custom_login_page_preview: TEXT,
  form_template: TEXT,
  is_token_endpoint_ip_header_trusted: BOOLEAN,
  require_pushed_authorization_requests: BOOLEAN,
  require_proof_of_possession: BOOLEAN,
  initiate_login_uri: {
    type: 'string',
    format: 'absolute-https-uri-with-placeholders-or-empty',
    about: 'Initiate login uri, must be https',
  },
  client_metadata: CLIENT_METADATA,
  mobile: MOBILE,
  native_social_login: nullable(NATIVE_SOCIAL_LOGIN_PATCH),
  refresh_token: nullable(REFRESH_TOKEN),
  organization_usage: nullable(oneOf('deny', 'allow', 'require')),
  organization_require_behavior: nullable(
    oneOf('no_prompt', 'pre_login_prompt', 'post_login_prompt'),
  ),
  organization_discovery_methods: nullable(list(oneOf('email', 'organization_name'), { min: 1 })),
  default_organization: nullable({
    type: 'object',
    required: ['organization_id', 'flows'],
    members: { organization_id: TEXT_ID, flows: list(oneOf('client_credentials'), { min: 1 }) },
  }),
  // The schema has no null here; recorded traffic clears it with one.
  addons: nullable(ADDONS),
  compliance_level: nullable(
    oneOf(
      'none',
      'fapi1_adv_pkj_par',
      'fapi1_adv_mtls_par',
      'fapi2_sp_pkj_mtls',
      'fapi2_sp_mtls_mtls',
    ),
  ),
  token_exchange: nullable({
    type: 'object',
    members: {
      allow_any_profile_of_type: list(
        oneOf('custom_authentication', 'on_behalf_of_token_exchange'),
      ),
    },
  }),
  token_quota: nullable(TOKEN_QUOTA),
  par_request_expiry: nullable({ type: 'integer', min: 10, max: 600 }),
  skip_non_verifiable_callback_uri_confirmation_prompt: nullable(BOOLEAN),
  anonymous_sessions: nullable(ACTIVE),
  b2b_integration_configuration: B2B_INTEGRATION,
  express_configuration: nullable(EXPRESS_CONFIGURATION),
  my_organization_configuration: nullable(MY_ORGANIZATION),
  async_approval_notification_channels: nullable(list(oneOf('guardian-push', 'email'), { min: 1 })),
  fedcm_login: nullable(FEDCM_LOGIN_PATCH),
  identity_assertion_authorization_grant: nullable(ACTIVE),
  third_party_security_mode: oneOf('strict', 'permissive'),
  redirection_policy: oneOf('allow_always', 'open_redirect_protection'),
}
