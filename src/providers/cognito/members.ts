/**
 * Members of an app client (cognito-idp 2016-04-18, UserPoolClientType and UpdateUserPoolClientRequest).
 * Unordered: the service gives lists back in an order of its own (terraform-provider-aws#4550).
 */

import { type MemberTable, POWERFUL_GRANTS } from '../../core/mapping/members.ts'

/** ExplicitAuthFlowsType; the last one in the text of GetClientToken alone. */
const FLOWS = [
  'ADMIN_NO_SRP_AUTH',
  'CUSTOM_AUTH_FLOW_ONLY',
  'USER_PASSWORD_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_CUSTOM_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_AUTH',
  'ALLOW_TOKEN_EXCHANGE_DELEGATION',
  'ALLOW_TOKEN_EXCHANGE_IMPERSONATION',
  'ALLOW_CLIENT_TOKEN_AUTH',
]

export const MEMBERS: MemberTable = {
  AccessTokenValidity: ['field'],
  AllowedOAuthFlows: ['field', 'empty-is-absent', 'unordered', POWERFUL_GRANTS],
  AllowedOAuthFlowsUserPoolClient: ['field'],
  AllowedOAuthScopes: ['field', 'empty-is-absent', 'unordered'],
  CallbackURLs: ['field', 'empty-is-absent', 'unordered'],
  ClientId: ['field'],
  ClientName: ['field'],
  ClientSecret: ['field', 'create-only', 'secret'],
  CreationDate: ['field', 'read-only'],
  DefaultRedirectURI: ['field'],
  IdTokenValidity: ['field'],
  LastModifiedDate: ['field', 'read-only', 'volatile'],
  LogoutURLs: ['field', 'empty-is-absent', 'unordered'],
  RefreshTokenRotation: ['field'],
  RefreshTokenValidity: ['field'],
  SupportedIdentityProviders: ['field', 'empty-is-absent', 'unordered'],
  TokenValidityUnits: ['field', 'empty-is-absent'],
  ReadAttributes: ['setting', 'unordered', 'privileged'],
  WriteAttributes: ['setting', 'unordered', 'privileged'],
  ExplicitAuthFlows: ['setting', 'unordered', { values: FLOWS }, 'privileged'],
  AnalyticsConfiguration: ['setting'],
  PreventUserExistenceErrors: ['setting'],
  EnableTokenRevocation: ['setting'],
  EnablePropagateAdditionalUserContextData: ['setting'],
  AuthSessionValidity: ['setting'],
  // An update that names it rotates or deletes the secret at once, and nothing brings that back.
  PublishSecretsInAWSSecretsManager: ['command', 'public'],
  ClientSecretArn: ['read-only', 'public'],
  ClientType: ['read-only'],
  UserPoolId: ['hidden'],
  ClientSecrets: ['hidden', 'public'],
  'ClientSecrets.ClientSecretId': ['public'],
  'ClientSecrets.ClientSecretCreateDate': ['public'],
}
