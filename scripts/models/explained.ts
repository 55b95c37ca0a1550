/** Differences from the published models that are meant, each with its reason. */

import type { Compared } from './agreement.ts'

export interface Explanation {
  readonly reason: string
  /** As they are printed. */
  readonly lines: readonly string[]
}

const AUTH0: readonly Explanation[] = [
  {
    reason:
      'Takes a client_id for specially flagged tenants only; the types do not have it (terraform-provider-auth0#1697).',
    lines: ['gone: create.client_id'],
  },
  {
    reason: 'Recorded updates with asn were answered with 200 (terraform-provider-auth0).',
    lines: [
      'gone: create.session_transfer.delegation.enforce_device_binding value asn',
      'gone: update.session_transfer.delegation.enforce_device_binding value asn',
      'gone: values.session_transfer.delegation.enforce_device_binding value asn',
    ],
  },
  {
    reason: 'Recorded updates clear it with null (terraform-provider-auth0, auth0-deploy-cli).',
    lines: [
      'changed: update.addons: nullable true → no',
      'changed: update.oidc_backchannel_logout: nullable true → no',
      'changed: update.signed_request_object: nullable true → no',
      'changed: update.token_vault_privileged_access: nullable true → no',
      'changed: settable.addons: nullable true → no',
      'changed: settable.signed_request_object: nullable true → no',
      'changed: settable.token_vault_privileged_access: nullable true → no',
    ],
  },
  {
    reason: 'Taken at creation; an update that changes it is refused.',
    lines: [
      'new: settable.is_first_party (boolean)',
      'new: settable.third_party_security_mode (string)',
    ],
  },
  {
    reason: 'A deprecated name for writing oidc_logout, which is the setting.',
    lines: ['new: settable.oidc_backchannel_logout (object)'],
  },
  {
    reason: 'In recorded answers, and not in the types.',
    lines: [
      'gone: shown.callback_url_template',
      'gone: shown.cross_origin_auth',
      'gone: shown.encrypted',
      'gone: shown.oidc_backchannel_logout',
      'gone: shown.owners',
    ],
  },
  {
    reason: 'Hidden: an answer to a creation holds the private key.',
    lines: ['new: shown.signing_keys (list)'],
  },
  {
    reason: 'No member of a client: the connections have endpoints of their own.',
    lines: ['gone: shown.$connections', 'gone: $connections of supportedIdp'],
  },
  {
    reason:
      'In the list of types of npm auth0 for applications that are shown, and not for those that are updated; Auth0 judges.',
    lines: ['gone: app_type of appType value b2b_integration'],
  },
  {
    reason:
      'Refused beside oidc_conformant false, which the probe of a single value has ("Define organization behavior").',
    lines: ['changed: rule of organization_require_behavior: refuses post_login_prompt'],
  },
  {
    reason: 'Made of a boolean, so no other value can be sent.',
    lines: [
      'changed: refresh_token.rotation_type of refreshTokenRotation: any text → one of rotating, non-rotating',
    ],
  },
]

const COGNITO: readonly Explanation[] = [
  {
    reason:
      'Narrower: white space is that of ASCII in the dialect of the service, which refuses U+00A0.',
    lines: ['changed: ClientName of name: pattern [\\w \\t\\n\\v\\f\\r+=,.@-]+ → [\\w\\s+=,.@-]+'],
  },
  {
    reason:
      'In the text of GetClientToken ("It must be the only authentication flow"), and not in the list of values.',
    lines: [
      'gone: CreateUserPoolClient.ExplicitAuthFlows[] value ALLOW_CLIENT_TOKEN_AUTH',
      'gone: UpdateUserPoolClient.ExplicitAuthFlows[] value ALLOW_CLIENT_TOKEN_AUTH',
      'gone: values.ExplicitAuthFlows value ALLOW_CLIENT_TOKEN_AUTH',
    ],
  },
  {
    reason:
      'Taken at creation only: it is never shown, omitting it changes nothing, and in an update it rotates or deletes the secret at once.',
    lines: [
      'new: UpdateUserPoolClient.PublishSecretsInAWSSecretsManager (boolean)',
      'new: settable.PublishSecretsInAWSSecretsManager (boolean)',
    ],
  },
  {
    reason:
      'The id of a client is no secret (RFC 6749 section 2.2); the model only keeps it out of logs.',
    lines: ['changed: ClientId: secret false → true'],
  },
  {
    reason: 'A part of the address (userPoolId of the request), and no setting.',
    lines: ['new: settable.UserPoolId (string)', 'new: shown.UserPoolId (string)'],
  },
  {
    reason: 'Added to the record from ListUserPoolClientSecrets.',
    lines: [
      'gone: inner.ClientSecrets.ClientSecretId',
      'gone: inner.ClientSecrets.ClientSecretCreateDate',
    ],
  },
  {
    reason:
      'Grant types have the names of RFC 7591; three flows are all that they can be made into.',
    lines: [
      'changed: AllowedOAuthFlows of grantTypes: max no → 3',
      'new: AllowedOAuthFlows of grantTypes[] value code',
      'gone: AllowedOAuthFlows of grantTypes[] value authorization_code',
      'gone: AllowedOAuthFlows of grantTypes[] value refresh_token',
    ],
  },
  {
    reason:
      'Narrower: the standard scopes and server/scope (API reference of CreateUserPoolClient).',
    lines: [
      'changed: AllowedOAuthScopes of scopes[]: pattern (?:openid|email|phone|profile|aws\\.cognito\\.signin\\.user\\.admin|[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]+\\/[\\x21\\x23-\\x5B\\x5D-\\x7E]+) → [\\x21\\x23-\\x5B\\x5D-\\x7E]+',
    ],
  },
  {
    reason: 'Seconds; the model bounds the number, whose unit is another member.',
    lines: [
      'changed: AccessTokenValidity of accessTokenLifetime: min 300 → 1',
      'changed: IdTokenValidity of idTokenLifetime: min 300 → 1',
      'changed: RefreshTokenValidity of refreshTokenLifetime: min 3600 → 0',
    ],
  },
]

export const EXPLAINED: Readonly<Record<Compared, readonly Explanation[]>> = {
  auth0: AUTH0,
  cognito: COGNITO,
}
