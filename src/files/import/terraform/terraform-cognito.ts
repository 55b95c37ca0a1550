/** `aws_cognito_user_pool_client` of a Terraform state as the API spells it (terraform-provider-aws, its page of that resource). */

import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import type { ResourceReader } from './terraform-resource.ts'

const NAMES: Readonly<Record<string, string>> = {
  access_token_validity: 'AccessTokenValidity',
  allowed_oauth_flows: 'AllowedOAuthFlows',
  allowed_oauth_flows_user_pool_client: 'AllowedOAuthFlowsUserPoolClient',
  allowed_oauth_scopes: 'AllowedOAuthScopes',
  analytics_configuration: 'AnalyticsConfiguration',
  auth_session_validity: 'AuthSessionValidity',
  callback_urls: 'CallbackURLs',
  default_redirect_uri: 'DefaultRedirectURI',
  enable_propagate_additional_user_context_data: 'EnablePropagateAdditionalUserContextData',
  enable_token_revocation: 'EnableTokenRevocation',
  explicit_auth_flows: 'ExplicitAuthFlows',
  id: 'ClientId',
  id_token_validity: 'IdTokenValidity',
  logout_urls: 'LogoutURLs',
  name: 'ClientName',
  prevent_user_existence_errors: 'PreventUserExistenceErrors',
  read_attributes: 'ReadAttributes',
  refresh_token_rotation: 'RefreshTokenRotation',
  refresh_token_validity: 'RefreshTokenValidity',
  supported_identity_providers: 'SupportedIdentityProviders',
  token_validity_units: 'TokenValidityUnits',
  write_attributes: 'WriteAttributes',
}

/** Inner members, which are in camel case as well. */
const camelCase = (name: string) =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Empty where they were not set: objects, each a list of one, and lists of which an empty one is none (UpdateUserPoolClient). */
const UNSET_EMPTY = [
  ...['analytics_configuration', 'refresh_token_rotation', 'token_validity_units'],
  ...['explicit_auth_flows', 'read_attributes', 'write_attributes'],
]
/** Zero where they were not set, which the API has no number for. */
const VALIDITIES = ['access_token_validity', 'id_token_validity']

/** Of Terraform alone, or said elsewhere. */
const LEFT_OUT = [
  'client_secret',
  'generate_secret',
  'user_pool_id',
  'region',
  'name_pattern',
  'name_prefix',
]

export const cognitoNative: ResourceReader = ({ attributes, hasSecret = false }) => {
  const { user_pool_id: pool, generate_secret: generated } = attributes
  const isConfidential = hasSecret || generated === true
  const native: Record<string, Json> = {
    ClientSecrets: isConfidential ? [{}] : [],
    // A state has no block of what is off, where a new public client would rotate.
    RefreshTokenRotation: { Feature: 'DISABLED' },
  }
  const unknown: string[] = []
  for (const [name, value] of Object.entries(attributes)) {
    const own = VALIDITIES.includes(name) && value === 0 ? undefined : saidValue(name, value)
    if (own === undefined || LEFT_OUT.includes(name)) continue
    const spelling = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
    if (spelling === undefined) unknown.push(name)
    else native[spelling] = own
  }
  return {
    client: {
      type: 'cognito',
      native,
      ...(typeof pool === 'string' ? { userPoolId: pool } : {}),
    },
    losses: unknown.map((what) => ({ what, why: 'the API of Cognito has no member of that name' })),
  }
}

/** An object is a list of one; what was not said is null, an empty text or an empty object. */
function saidValue(name: string, value: Json): Json | undefined {
  if (value === null || value === '') return undefined
  if (UNSET_EMPTY.includes(name) && Array.isArray(value) && value.length === 0) return undefined
  if (!Array.isArray(value)) return isRecord(value) ? membersOf(value) : value
  const [first] = value as readonly Json[]
  return isRecord(first) ? membersOf(first) : value
}

function membersOf(value: JsonObject): JsonObject | undefined {
  const members = Object.entries(value).filter(([, one]) => one !== null && one !== '')
  if (members.length === 0) return undefined
  return Object.fromEntries(members.map(([name, one]) => [camelCase(name), one]))
}
