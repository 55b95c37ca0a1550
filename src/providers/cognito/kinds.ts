/**
 * What a new app client starts from. `KINDS` is what we decide; `DEFAULTS` is what the service shows
 * where a creation names nothing (terraform-provider-aws, TestAccCognitoIDPUserPoolClient_basic, which
 * runs against AWS), so that only what differs is sent.
 *
 * Sources of the kinds: RFC 9700 section 2.1.1 (code flow, no implicit), section 2.4 (no password
 * flows) and section 4.14.2 (refresh tokens of public clients rotate); OpenID Connect Core 1.0 section
 * 3.1.2.1 (scope openid); API reference of CreateUserPoolClient (GenerateSecret;
 * PreventUserExistenceErrors hides which users exist; login pages show SupportedIdentityProviders
 * only). Cognito refuses ALLOW_REFRESH_TOKEN_AUTH beside rotation and asks for it without
 * (aws/aws-cdk#7625, hashicorp/terraform-provider-aws#47196), so one flow is the least there can be.
 * Attribute lists are left to the pool. PKCE is no setting: Cognito checks a challenge that is sent.
 */

import type { ClientKind } from '../../core/client-kind.ts'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'

/** What the service sets by itself. */
export const DEFAULTS: JsonObject = {
  RefreshTokenValidity: 30,
  TokenValidityUnits: {},
  AllowedOAuthFlowsUserPoolClient: false,
  EnableTokenRevocation: true,
  EnablePropagateAdditionalUserContextData: false,
  AuthSessionValidity: 3,
}

/** `ClientSecrets` is no setting: it says whether there is one, as it does in records that are read. */
const SECRET = { ClientSecrets: [{}] }
const NO_SECRET = { ClientSecrets: [] }

const LOGIN = {
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthFlows: ['code'],
  AllowedOAuthScopes: ['openid'],
  SupportedIdentityProviders: ['COGNITO'],
}
const PUBLIC = {
  ...LOGIN,
  ...NO_SECRET,
  ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
  RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
}

const KINDS: Readonly<Record<ClientKind, JsonObject>> = {
  spa: PUBLIC,
  native: PUBLIC,
  web: { ...LOGIN, ...SECRET, ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] },
  machine: {
    ...SECRET,
    AllowedOAuthFlowsUserPoolClient: true,
    // Scopes are those of the pool's own resource servers, so the caller has to name them.
    AllowedOAuthFlows: ['client_credentials'],
    ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
  },
}

/** The record that a new app client of a kind starts from. */
export function blank(kind: ClientKind): Native {
  return { ...DEFAULTS, [ERRORS]: 'ENABLED', ...KINDS[kind] }
}

const ERRORS = 'PreventUserExistenceErrors'

/** The one choice that an application notices: it cannot say any more that a name is unknown. */
export function chosen(next: Native, patch: Patch): readonly Warning[] {
  const settings = patch.kind === 'merge' ? patch.fields.providerSettings : undefined
  const isNamed = isRecord(settings) && Object.hasOwn(settings, ERRORS)
  if (isNamed || next[ERRORS] !== 'ENABLED') return []
  return [
    {
      code: 'chosen',
      field: `client.providerSettings.${ERRORS}`,
      message: `client.providerSettings.${ERRORS} is ENABLED, so that a sign-in does not reveal which users exist; Cognito itself would leave it at LEGACY. Name it to choose.`,
    },
  ]
}
