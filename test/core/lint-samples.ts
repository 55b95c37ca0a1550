/**
 * For each lint rule a client that breaks it, made of a fixture that breaks none, and the patch that
 * the finding must have. `null`: no patch can fix it.
 */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { LintedAt } from '../../src/core/lint/rule.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { opened } from '../../src/core/mapping/opened.ts'
import type { Dangling } from '../../src/core/mapping/row.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { mapping as entra } from '../../src/providers/entra/mapping.ts'
import { mapping as hydra } from '../../src/providers/hydra/mapping.ts'
import { mapping as keycloak } from '../../src/providers/keycloak/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { mapping as okta } from '../../src/providers/okta/mapping.ts'
import { mapping as registered } from '../../src/providers/rfc7592/index.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullEntraApplication } from '../fixtures/entra.ts'
import { fullHydraClient } from '../fixtures/hydra.ts'
import { fullKeycloakClient } from '../fixtures/keycloak.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { fullOktaApp } from '../fixtures/okta.ts'
import { fullRegisteredClient } from '../fixtures/registered.ts'

export const PROVIDERS = {
  auth0: { mapping: auth0, clean: fullAuth0Client },
  cognito: {
    mapping: cognito,
    clean: { ...fullCognitoClient, EnableTokenRevocation: true },
  },
  hydra: { mapping: hydra, clean: { ...fullHydraClient, skip_consent: false } },
  entra: { mapping: entra, clean: fullEntraApplication },
  keycloak: {
    mapping: keycloak,
    clean: { ...fullKeycloakClient, fullScopeAllowed: false },
  },
  local: {
    mapping: { ...local, uris: { ...local.uris, plainSchemes: ['cursor'] } },
    clean: fullLocalClient,
  },
  okta: { mapping: okta, clean: opened(fullOktaApp, okta.opened ?? []) },
  registered: {
    mapping: registered,
    clean: { ...fullRegisteredClient, grant_types: ['authorization_code'] },
  },
} as const satisfies Record<string, { mapping: Mapping; clean: JsonObject }>

export type ProviderName = keyof typeof PROVIDERS

export interface Sample {
  readonly provider: ProviderName
  /** Members in the place of the fixture's; `undefined` removes one. */
  readonly members: Readonly<Record<string, Json | undefined>>
  /** What the provider was found not to have. */
  readonly dangling?: readonly Dangling[]
  /** What the rule goes by that is in no record. */
  readonly at?: LintedAt
  readonly field: string
  readonly mend: JsonObject | null
}

const APP = 'https://app.example.com/callback'
const rotating = { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 }
const REALM = 'http://auth0.com/oauth/grant-type/password-realm'
const RO = 'http://auth0.com/oauth/legacy/grant-type/ro'
const ADMIN_SCOPE = 'aws.cognito.signin.user.admin'

const auth0Grants = (...grants: string[]) => ({ grant_types: [...grants, 'authorization_code'] })
const auth0Callbacks = (...uris: string[]) => ({ callbacks: [APP, ...uris] })

const setting = (name: string) => `client.providerSettings.${name}`

export const SAMPLES: Readonly<Record<string, Sample>> = {
  dangling_reference: {
    provider: 'cognito',
    members: { SupportedIdentityProviders: ['COGNITO', 'Google'] },
    dangling: [{ field: 'supportedIdp', value: 'Google' }],
    field: 'client.supportedIdp',
    mend: { supportedIdp: { remove: ['Google'] } },
  },
  plain_scheme: {
    provider: 'local',
    members: {
      application_type: 'native',
      redirect_uris: ['cursor://callback'],
    },
    field: 'client.callbacks',
    mend: null,
  },
  wildcard_redirect: {
    provider: 'auth0',
    members: auth0Callbacks('https://*.preview.example.com/cb'),
    field: 'client.callbacks',
    mend: null,
  },
  http: {
    provider: 'cognito',
    members: {
      CallbackURLs: [APP, 'http://app.example.com/cb'],
      DefaultRedirectURI: 'http://app.example.com/cb',
    },
    field: 'client.callbacks',
    mend: {
      callbacks: { remove: ['http://app.example.com/cb'], add: ['https://app.example.com/cb'] },
      defaultCallback: 'https://app.example.com/cb',
    },
  },
  uri_refused: {
    provider: 'local',
    members: { redirect_uris: [APP, 'https://good.example.com@evil.example.net/'] },
    field: 'client.callbacks',
    mend: null,
  },
  wildcard_uri: {
    provider: 'auth0',
    members: { web_origins: ['https://*.preview.example.com'] },
    field: 'client.webOrigins',
    mend: null,
  },
  localhost_in_production: {
    provider: 'auth0',
    members: auth0Callbacks('http://localhost:3000/cb', 'http://127.0.0.1/cb'),
    field: 'client.callbacks',
    mend: { callbacks: { remove: ['http://localhost:3000/cb', 'http://127.0.0.1/cb'] } },
  },
  localhost_name: {
    provider: 'local',
    members: {
      application_type: 'native',
      redirect_uris: ['http://localhost/cb'],
      rotate_refresh_tokens: true,
      token_endpoint_auth_method: 'none',
      client_secret: undefined,
    },
    field: 'client.callbacks',
    mend: { callbacks: { remove: ['http://localhost/cb'], add: ['http://127.0.0.1/cb'] } },
  },
  shared_suffix: {
    provider: 'auth0',
    members: auth0Callbacks('https://github.io/cb'),
    field: 'client.callbacks',
    mend: null,
  },
  nested_url: {
    provider: 'auth0',
    members: auth0Callbacks('https://app.example.com/cb?next=https://elsewhere.example.com'),
    field: 'client.callbacks',
    mend: null,
  },
  ip_host: {
    provider: 'local',
    members: { redirect_uris: [APP, 'https://192.0.2.1/cb'] },
    field: 'client.callbacks',
    mend: null,
  },
  scheme_case: {
    provider: 'auth0',
    members: {
      app_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      callbacks: ['com.example.MyApp://cb'],
    },
    field: 'client.callbacks',
    mend: null,
  },
  password_grant: {
    provider: 'auth0',
    members: auth0Grants('password'),
    field: 'client.grantTypes',
    mend: { grantTypes: { remove: ['password'] } },
  },
  implicit_grant: {
    provider: 'cognito',
    members: { AllowedOAuthFlows: ['code', 'implicit'] },
    field: 'client.grantTypes',
    mend: { grantTypes: { remove: ['implicit'] } },
  },
  public_with_secret: {
    provider: 'auth0',
    members: { app_type: 'spa', ...auth0Grants('refresh_token'), refresh_token: rotating },
    field: 'client.tokenEndpointAuthMethod',
    mend: { tokenEndpointAuthMethod: 'none' },
  },
  confidential_without_secret: {
    provider: 'auth0',
    members: { token_endpoint_auth_method: 'none', ...auth0Grants() },
    field: 'client.tokenEndpointAuthMethod',
    mend: { tokenEndpointAuthMethod: 'client_secret_basic' },
  },
  symmetric_id_token: {
    provider: 'auth0',
    members: {
      app_type: 'spa',
      token_endpoint_auth_method: 'none',
      ...auth0Grants(),
      jwt_configuration: { alg: 'HS256', lifetime_in_seconds: 36000 },
    },
    field: 'client.idTokenSignedResponseAlg',
    mend: { idTokenSignedResponseAlg: 'RS256' },
  },
  refresh_not_rotated: {
    provider: 'cognito',
    members: { ClientSecret: undefined, EnablePropagateAdditionalUserContextData: undefined },
    field: 'client.refreshTokenRotation',
    mend: { refreshTokenRotation: { enabled: true } },
  },
  refresh_long_lived: {
    provider: 'cognito',
    members: { RefreshTokenValidity: 3_650 },
    field: 'client.refreshTokenLifetime',
    mend: { refreshTokenLifetime: 2_592_000 },
  },
  rule_broken: {
    provider: 'cognito',
    members: { DefaultRedirectURI: 'https://gone.example.com/cb' },
    field: 'client.defaultCallback',
    mend: null,
  },
  near_limit: {
    provider: 'auth0',
    members: { callbacks: Array.from({ length: 90 }, (_, index) => `${APP}/${index}`) },
    field: 'client.callbacks',
    mend: null,
  },
  oauth_off: {
    provider: 'cognito',
    members: { AllowedOAuthFlowsUserPoolClient: false, AllowedOAuthFlows: ['code', 'implicit'] },
    field: 'client.grantTypes',
    mend: { grantTypes: ['authorization_code', 'refresh_token'] },
  },
  write_attributes_default: {
    provider: 'cognito',
    members: { WriteAttributes: undefined },
    field: setting('WriteAttributes'),
    mend: null,
  },
  read_attributes_default: {
    provider: 'cognito',
    members: { ReadAttributes: undefined },
    field: setting('ReadAttributes'),
    mend: null,
  },
  user_existence_errors: {
    provider: 'cognito',
    members: { PreventUserExistenceErrors: 'LEGACY' },
    field: setting('PreventUserExistenceErrors'),
    mend: { providerSettings: { PreventUserExistenceErrors: 'ENABLED' } },
  },
  token_revocation_off: {
    provider: 'cognito',
    members: { EnableTokenRevocation: false },
    field: setting('EnableTokenRevocation'),
    mend: { providerSettings: { EnableTokenRevocation: true } },
  },
  user_password_flow: {
    provider: 'cognito',
    members: { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'] },
    field: setting('ExplicitAuthFlows'),
    mend: { providerSettings: { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] } },
  },
  user_admin_scope: {
    provider: 'cognito',
    members: { AllowedOAuthScopes: ['openid', ADMIN_SCOPE] },
    field: 'client.scopes',
    mend: { scopes: { remove: [ADMIN_SCOPE] } },
  },
  cdk_callback: {
    provider: 'cognito',
    members: { CallbackURLs: [APP, 'https://example.com'] },
    field: 'client.callbacks',
    mend: { callbacks: { remove: ['https://example.com'] } },
  },
  password_realm_grant: {
    provider: 'auth0',
    members: auth0Grants(REALM),
    field: 'client.grantTypes',
    mend: { grantTypes: { remove: [REALM] } },
  },
  legacy_grant: {
    provider: 'auth0',
    members: auth0Grants(RO),
    field: 'client.grantTypes',
    mend: { grantTypes: { remove: [RO] } },
  },
  not_oidc_conformant: {
    provider: 'auth0',
    members: { oidc_conformant: false },
    field: 'client.oidcConformant',
    mend: { oidcConformant: true },
  },
  cross_origin_authentication: {
    provider: 'auth0',
    members: { cross_origin_authentication: true },
    field: setting('cross_origin_authentication'),
    mend: { providerSettings: { cross_origin_authentication: false } },
  },
  third_party: {
    provider: 'auth0',
    members: { is_first_party: false },
    field: 'client.firstParty',
    mend: null,
  },
  wildcard_scope: {
    provider: 'hydra',
    members: { scope: 'openid offline_access orders.*' },
    field: 'client.scopes',
    mend: { scopes: { remove: ['orders.*'] } },
  },
  no_offline_scope: {
    provider: 'hydra',
    members: { scope: 'openid' },
    field: 'client.scopes',
    mend: { scopes: { add: ['offline_access'] } },
  },
  consent_skipped: {
    provider: 'hydra',
    members: { skip_consent: true },
    field: 'client.firstParty',
    mend: null,
  },
  jwt_access_tokens: {
    provider: 'hydra',
    members: { access_token_strategy: 'jwt' },
    field: setting('access_token_strategy'),
    mend: null,
  },
  lifetimes_differ: {
    provider: 'hydra',
    members: { refresh_token_grant_id_token_lifespan: null },
    field: 'client.idTokenLifetime',
    mend: { providerSettings: { refresh_token_grant_id_token_lifespan: '1h0m0s' } },
  },
  full_scope: {
    provider: 'keycloak',
    members: { fullScopeAllowed: true },
    field: setting('fullScopeAllowed'),
    mend: null,
  },
  no_pkce: {
    provider: 'keycloak',
    members: {
      publicClient: true,
      secret: undefined,
      serviceAccountsEnabled: false,
      authorizationServicesEnabled: undefined,
      attributes: { 'post.logout.redirect.uris': '-' },
    },
    field: setting('attributes'),
    mend: { providerSettings: { attributes: { 'pkce.code.challenge.method': 'S256' } } },
  },
  any_origin: {
    provider: 'keycloak',
    members: { webOrigins: ['*', 'https://app.example.com'] },
    field: 'client.webOrigins',
    mend: { webOrigins: { remove: ['*'] } },
  },
  no_consent: {
    provider: 'keycloak',
    members: { consentRequired: false },
    field: 'client.firstParty',
    mend: null,
  },
  unused_secret: {
    provider: 'local',
    members: { token_endpoint_auth_method: 'none', rotate_refresh_tokens: true },
    field: 'client.secret',
    mend: null,
  },
  subdomain_wildcard: {
    provider: 'okta',
    members: { 'settings.oauthClient.wildcard_redirect': 'SUBDOMAIN' },
    field: setting('settings.oauthClient.wildcard_redirect'),
    mend: null,
  },
  pkce_optional: {
    provider: 'okta',
    members: { 'credentials.oauthClient.pkce_required': false },
    field: setting('credentials.oauthClient.pkce_required'),
    mend: { providerSettings: { credentials: { oauthClient: { pkce_required: true } } } },
  },
  static_refresh_tokens: {
    provider: 'okta',
    members: {
      'settings.oauthClient.application_type': 'browser',
      'credentials.oauthClient.token_endpoint_auth_method': 'none',
      'settings.oauthClient.refresh_token.rotation_type': 'STATIC',
      'settings.oauthClient.refresh_token.leeway': undefined,
    },
    field: 'client.refreshTokenRotation',
    mend: { refreshTokenRotation: { enabled: true, graceSeconds: 0 } },
  },
  long_leeway: {
    provider: 'okta',
    members: { 'settings.oauthClient.refresh_token.leeway': 60 },
    field: 'client.refreshTokenRotation',
    mend: null,
  },
  third_party_login: {
    provider: 'okta',
    members: {
      'settings.oauthClient.idp_initiated_login': { mode: 'SPEC', default_scope: ['openid'] },
    },
    field: setting('settings.oauthClient.idp_initiated_login'),
    mend: null,
  },
  secret_of_service: {
    provider: 'okta',
    members: {
      'settings.oauthClient.application_type': 'service',
      'settings.oauthClient.grant_types': ['client_credentials'],
      'settings.oauthClient.response_types': ['token'],
      'settings.oauthClient.redirect_uris': [],
      'settings.oauthClient.post_logout_redirect_uris': undefined,
      'settings.oauthClient.initiate_login_uri': undefined,
      'settings.oauthClient.refresh_token.rotation_type': undefined,
      'settings.oauthClient.refresh_token.leeway': undefined,
    },
    field: 'client.tokenEndpointAuthMethod',
    mend: null,
  },
  registration_refused: {
    provider: 'registered',
    members: {},
    at: { shut: true },
    field: 'client',
    mend: null,
  },
  secret_expired: {
    provider: 'registered',
    members: { client_secret_expires_at: 1_800_000_000 },
    at: { now: 1_800_000_000_000 },
    field: 'client.secret',
    mend: null,
  },
  secret_expires: {
    provider: 'registered',
    members: { client_secret_expires_at: 1_802_592_000 },
    at: { now: 1_800_000_000_000 },
    field: 'client.secret',
    mend: null,
  },
  credential_ended: {
    provider: 'entra',
    members: { passwordCredentials: [{ keyId: 'a', endDateTime: '2026-01-01T00:00:00Z' }] },
    at: { now: Date.parse('2026-01-01T00:00:00Z') },
    field: 'client.secret',
    mend: null,
  },
  credential_ending: {
    provider: 'entra',
    members: { passwordCredentials: [{ keyId: 'a', endDateTime: '2026-01-30T00:00:00Z' }] },
    at: { now: Date.parse('2026-01-01T00:00:00Z') },
    field: 'client.secret',
    mend: null,
  },
  any_tenant: {
    provider: 'entra',
    members: { signInAudience: 'AzureADMultipleOrgs' },
    field: setting('signInAudience'),
    mend: { providerSettings: { signInAudience: 'AzureADMyOrg' } },
  },
  public_fallback: {
    provider: 'entra',
    members: { isFallbackPublicClient: true },
    field: setting('isFallbackPublicClient'),
    mend: { providerSettings: { isFallbackPublicClient: false } },
  },
}
