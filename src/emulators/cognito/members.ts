/**
 * The members of an app client that Create and Update take, with the limits that the service checks
 * one by one and the default that holds when a member is left out.
 * Source, unless a line says otherwise: the service model cognito-idp 2016-04-18 in boto/botocore.
 */

export type Shape =
  | {
      readonly type: 'string'
      readonly min?: number
      readonly max?: number
      /** In the service's own dialect (Java), matched whole. */
      readonly pattern?: string
      readonly values?: readonly string[]
      /** Never repeated in an error. */
      readonly sensitive?: true
    }
  | { readonly type: 'boolean' }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  | { readonly type: 'list'; readonly max?: number; readonly of: Shape }
  | { readonly type: 'structure'; readonly members: Members }

export interface Member {
  readonly shape: Shape
  readonly required?: true
}

export type Members = Readonly<Record<string, Member>>

export interface Setting extends Member {
  /** What Describe shows when the member was left out; absent: nothing. */
  readonly otherwise?: unknown
  /** `[]` is stored as "left out" (hashicorp/terraform-provider-aws#30511). */
  readonly emptyIsUnset?: true
}

/** Where a list goes on. */
export const NEXT_TOKEN: Shape = { type: 'string', min: 1, pattern: '[\\S]+' }
/** The same, with an end. */
export const BOUNDED_TOKEN: Shape = { ...NEXT_TOKEN, max: 131_072 }

const text = (min: number, max: number, pattern?: string): Shape =>
  pattern === undefined ? { type: 'string', min, max } : { type: 'string', min, max, pattern }
const oneOf = (...values: string[]): Shape => ({ type: 'string', values })
const listOf = (of: Shape, max?: number): Shape =>
  max === undefined ? { type: 'list', of } : { type: 'list', max, of }
const integer = (min: number, max: number): Shape => ({ type: 'integer', min, max })
const optional = (shape: Shape): Setting => ({ shape })
const boolean: Shape = { type: 'boolean' }

const uri = text(1, 1024, '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+')
const arn = text(
  20,
  2048,
  'arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?',
)
const unit = optional(oneOf('seconds', 'minutes', 'hours', 'days'))
const attributes: Setting = { shape: listOf(text(1, 2048)), emptyIsUnset: true }

export const POOL_ID: Member = { shape: text(1, 55, '[\\w-]+_[0-9a-zA-Z]+'), required: true }
export const CLIENT_ID: Member = {
  shape: { type: 'string', min: 1, max: 128, pattern: '[\\w+]+', sensitive: true },
  required: true,
}
export const CLIENT_NAME: Shape = text(1, 128, '[\\w\\s+=,.@-]+')
export const CLIENT_SECRET: Shape = {
  type: 'string',
  min: 24,
  max: 64,
  pattern: '[\\w+]+',
  sensitive: true,
}

/**
 * Every setting that a write replaces. Defaults that Describe shows are those of a bare client in
 * Terraform's acceptance test TestAccCognitoIDPUserPoolClient_basic, which runs against AWS.
 */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  // 0 means the default; the range in real units is a rule of its own.
  RefreshTokenValidity: { shape: integer(0, 315_360_000), otherwise: 30 },
  AccessTokenValidity: optional(integer(1, 86_400)),
  IdTokenValidity: optional(integer(1, 86_400)),
  // Never null in an answer, as a comment in Terraform's provider says.
  TokenValidityUnits: {
    shape: { type: 'structure', members: { AccessToken: unit, IdToken: unit, RefreshToken: unit } },
    otherwise: {},
  },
  ReadAttributes: attributes,
  WriteAttributes: attributes,
  ExplicitAuthFlows: {
    shape: listOf(
      oneOf(
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
        // In the text of the documentation and not in the model's list of values.
        'ALLOW_CLIENT_TOKEN_AUTH',
      ),
    ),
    emptyIsUnset: true,
  },
  SupportedIdentityProviders: optional(
    listOf(text(1, 32, '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\p{Z}]+')),
  ),
  CallbackURLs: optional(listOf(uri, 100)),
  LogoutURLs: optional(listOf(uri, 100)),
  DefaultRedirectURI: optional(uri),
  // The order of the values is that of the real text (awsdocs/aws-cloudformation-user-guide#563).
  AllowedOAuthFlows: optional(listOf(oneOf('implicit', 'client_credentials', 'code'), 3)),
  AllowedOAuthScopes: optional(listOf(text(1, 256, '[\\x21\\x23-\\x5B\\x5D-\\x7E]+'), 50)),
  AllowedOAuthFlowsUserPoolClient: { shape: boolean, otherwise: false },
  AnalyticsConfiguration: optional({
    type: 'structure',
    members: {
      ApplicationId: optional({ type: 'string', pattern: '^[0-9a-fA-F]+$' }),
      ApplicationArn: optional(arn),
      RoleArn: optional(arn),
      ExternalId: optional(text(0, 131_072)),
      UserDataShared: optional(boolean),
    },
  }),
  PreventUserExistenceErrors: optional(oneOf('LEGACY', 'ENABLED')),
  // Documented for Create only; that Update resets it too is unverified.
  EnableTokenRevocation: { shape: boolean, otherwise: true },
  EnablePropagateAdditionalUserContextData: { shape: boolean, otherwise: false },
  AuthSessionValidity: { shape: integer(3, 15), otherwise: 3 },
  RefreshTokenRotation: optional({
    type: 'structure',
    members: {
      Feature: { shape: oneOf('ENABLED', 'DISABLED'), required: true },
      RetryGracePeriodSeconds: optional(integer(0, 60)),
    },
  }),
}
