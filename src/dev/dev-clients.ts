/** The clients that the development server starts with, one for each provider. */

import type { JsonObject } from '../core/json/json.ts'

export const EXAMPLE_ID = 'exampleClientId'
export const EXAMPLE_POOL = 'us-east-1_1234test'

export const auth0Example: JsonObject = {
  tenant: 'emulated',
  global: false,
  client_id: EXAMPLE_ID,
  client_secret: 'auth0-example-secret-for-development-only',
  name: 'Example',
  description: 'An application to try things with',
  app_type: 'regular_web',
  is_first_party: true,
  oidc_conformant: true,
  sso_disabled: false,
  cross_origin_authentication: false,
  custom_login_page_on: true,
  is_token_endpoint_ip_header_trusted: false,
  callbacks: ['https://app.example.com/callback'],
  allowed_logout_urls: ['https://app.example.com/logout'],
  web_origins: ['https://app.example.com'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'client_secret_post',
  jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 36_000, secret_encoded: false },
  refresh_token: {
    expiration_type: 'expiring',
    rotation_type: 'rotating',
    leeway: 0,
    infinite_token_lifetime: false,
    infinite_idle_token_lifetime: false,
    token_lifetime: 2_592_000,
    idle_token_lifetime: 1_296_000,
  },
  client_metadata: { team: 'identity' },
}

export const auth0Connections = [
  { id: 'con_users', name: 'Username-Password-Authentication', strategy: 'auth0' },
  { id: 'con_google', name: 'google-oauth2', strategy: 'google-oauth2' },
]

export const cognitoExample: JsonObject = {
  UserPoolId: EXAMPLE_POOL,
  ClientId: EXAMPLE_ID,
  ClientName: 'Example',
  ClientSecret: 'cognitoexamplesecretfordevelopmentonly012345678901',
  CreationDate: 1_750_000_000,
  LastModifiedDate: 1_750_000_000,
  RefreshTokenValidity: 30,
  AccessTokenValidity: 60,
  IdTokenValidity: 60,
  TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
  ReadAttributes: ['email', 'name'],
  WriteAttributes: ['name'],
  ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  SupportedIdentityProviders: ['COGNITO', 'Google'],
  CallbackURLs: ['https://app.example.com/callback'],
  LogoutURLs: ['https://app.example.com/logout'],
  AllowedOAuthFlows: ['code'],
  AllowedOAuthScopes: ['openid', 'email', 'profile'],
  AllowedOAuthFlowsUserPoolClient: true,
  PreventUserExistenceErrors: 'ENABLED',
  EnableTokenRevocation: true,
  EnablePropagateAdditionalUserContextData: false,
  AuthSessionValidity: 3,
}

export const localExample = {
  client_id: EXAMPLE_ID,
  client_secret: 'local-example-secret-for-development-only',
  client_name: 'Example',
  redirect_uris: ['https://app.example.com/callback'],
  post_logout_redirect_uris: ['https://app.example.com/logout'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  application_type: 'web',
  metadata: { team: 'identity' },
} satisfies JsonObject
