/** Questions that several rows and rules ask about a record of Cognito. */

import { inner, texts } from '../../core/mapping/lenses.ts'
import type { Limits, Native } from '../../core/mapping/row.ts'

/**
 * Whether the secret is kept in AWS Secrets Manager: a record then shows its ARN and no secret (service
 * model cognito-idp 2016-04-18 of botocore 1.44.8, UserPoolClientType).
 */
export const isKeptElsewhere = (native: Native) => native.ClientSecretArn !== undefined

/** A secret of a caller's own choosing (ClientSecretType). */
export const SECRET_LIMITS: Limits = {
  pattern: {
    expression: /^[\w+]{24,64}$/,
    says: 'must consist of 24 to 64 letters, digits, _ and + with this provider',
  },
}

/**
 * Whether the client has a secret. A record that lacks one may still belong to a confidential client, whose
 * first secret was rotated away; then `ClientSecrets` shows it (ListUserPoolClientSecrets).
 */
export const hasSecret = (native: Native) =>
  native.ClientSecret !== undefined ||
  isKeptElsewhere(native) ||
  (Array.isArray(native.ClientSecrets) && native.ClientSecrets.length > 0)

/** Whether it cannot be known if the client has a secret: the list was refused, and none is shown. */
export const mayHaveSecret = (native: Native) => hasSecret(native) || native.ClientSecrets === null

/** Whether OAuth is on: without the flag, flows, scopes and URLs are stored and have no effect. */
export const oauthIsOn = (native: Native) => native.AllowedOAuthFlowsUserPoolClient === true

/** Whether refresh tokens rotate. */
export const rotates = (native: Native) =>
  inner(native, 'RefreshTokenRotation').Feature === 'ENABLED'

/** Flows of the ALLOW_ generation; the legacy ones cannot be mixed with them. */
export const modernFlows = (native: Native) =>
  texts(native.ExplicitAuthFlows).filter((flow) => flow.startsWith('ALLOW_'))
