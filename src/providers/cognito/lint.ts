/**
 * What is worth a second look on a Cognito app client. Defaults of Cognito are wide: what is not
 * stored means more, not less (cognito-idp 2016-04-18, UpdateUserPoolClient).
 */

import type { LintCase, LintRule, ProviderLint } from '../../core/lint/rule.ts'
import { warned } from '../../core/lint/rule.ts'
import { replaceUris } from '../../core/lint/uri-mends.ts'
import { texts } from '../../core/mapping/lenses.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import { refreshes, storedGrants } from './flows.ts'

/** Flows in which the password itself goes to Cognito, from anyone who knows the client id. */
const PASSWORD_FLOWS = ['ALLOW_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH']
/** Lets an access token change its user: attributes, password, second factors. */
const USER_ADMIN_SCOPE = 'aws.cognito.signin.user.admin'
/** What the AWS CDK sets where no callback is given. */
const CDK_CALLBACK = 'https://example.com'

const setting = (name: string) => `client.providerSettings.${name}`

const rules: readonly LintRule[] = [
  {
    id: 'oauth_off',
    severity: 'warning',
    says: 'flows or callbacks while AllowedOAuthFlowsUserPoolClient is off, so that they have no effect',
    source: 'hashicorp/terraform-provider-aws#34945',
    find: (lintCase) =>
      warned(lintCase, 'oauth_off').map((finding) => ({ ...finding, mend: switchedOn(lintCase) })),
  },
  {
    id: 'write_attributes_default',
    severity: 'warning',
    says: 'no WriteAttributes: users may change all their standard attributes',
    source: 'Cognito, UpdateUserPoolClient, WriteAttributes',
    find: ({ native }) =>
      texts(native.WriteAttributes).length > 0
        ? []
        : [
            {
              field: setting('WriteAttributes'),
              message: `${setting('WriteAttributes')} is not set: every standard attribute can be written through this client, including those that applications trust (email, for example). List the ones that it must write.`,
            },
          ],
  },
  {
    id: 'read_attributes_default',
    severity: 'info',
    says: 'no ReadAttributes: every standard attribute can be read',
    source: 'Cognito, UpdateUserPoolClient, ReadAttributes',
    find: ({ native }) =>
      texts(native.ReadAttributes).length > 0
        ? []
        : [
            {
              field: setting('ReadAttributes'),
              message: `${setting('ReadAttributes')} is not set: every standard attribute can be read through this client. List the ones that it must read.`,
            },
          ],
  },
  {
    id: 'user_existence_errors',
    severity: 'warning',
    says: 'PreventUserExistenceErrors LEGACY or not set: errors reveal who has an account',
    source: 'Cognito, "Managing user existence error responses"',
    find: ({ native }) =>
      native.PreventUserExistenceErrors === 'ENABLED'
        ? []
        : [
            {
              field: setting('PreventUserExistenceErrors'),
              message: `${setting('PreventUserExistenceErrors')} is not ENABLED: anyone who tries a name learns whether it has an account.`,
              mend: { providerSettings: { PreventUserExistenceErrors: 'ENABLED' } },
            },
          ],
  },
  {
    id: 'token_revocation_off',
    severity: 'warning',
    says: 'EnableTokenRevocation off: a refresh token cannot be revoked',
    source: 'Cognito, RevokeToken; RFC 7009',
    find: ({ native }) =>
      native.EnableTokenRevocation === true
        ? []
        : [
            {
              field: setting('EnableTokenRevocation'),
              message: `${setting('EnableTokenRevocation')} is off: a stolen refresh token cannot be revoked by itself.`,
              mend: { providerSettings: { EnableTokenRevocation: true } },
            },
          ],
  },
  {
    id: 'user_password_flow',
    severity: 'warning',
    says: 'the flow USER_PASSWORD_AUTH: the password itself is sent, as in the grant type password',
    source: 'Cognito, InitiateAuth; RFC 9700 section 2.4',
    find: ({ native }) => {
      const flows = texts(native.ExplicitAuthFlows)
      const others = flows.filter((flow) => !PASSWORD_FLOWS.includes(flow))
      if (others.length === flows.length) return []
      return [
        {
          field: setting('ExplicitAuthFlows'),
          message: `${setting('ExplicitAuthFlows')} lets the client send passwords of its users. SRP (ALLOW_USER_SRP_AUTH) keeps them on the user's machine.`,
          mend: { providerSettings: { ExplicitAuthFlows: others } },
        },
      ]
    },
  },
  {
    id: 'user_admin_scope',
    severity: 'info',
    says: `the scope ${USER_ADMIN_SCOPE}: an access token can change its user`,
    source: 'Cognito, "Scopes, M2M, and resource servers"',
    find: ({ client }) =>
      client.scopes.includes(USER_ADMIN_SCOPE)
        ? [
            {
              field: 'client.scopes',
              message: `client.scopes has ${USER_ADMIN_SCOPE}: anyone who has an access token can change the attributes, password and second factors of its user.`,
              mend: { scopes: { remove: [USER_ADMIN_SCOPE] } },
            },
          ]
        : [],
  },
  {
    id: 'cdk_callback',
    severity: 'warning',
    says: `the callback ${CDK_CALLBACK}, which the AWS CDK sets by default`,
    source: 'aws/aws-cdk, aws-cognito/lib/user-pool-client.ts',
    find: ({ client }) =>
      client.callbacks.includes(CDK_CALLBACK)
        ? [
            {
              field: 'client.callbacks',
              message: `client.callbacks has "${CDK_CALLBACK}": codes are sent to a host that is not yours.`,
              mend: replaceUris(client, 'callbacks', [CDK_CALLBACK], () => null),
            },
          ]
        : [],
  },
]

/** OAuth as the flows are stored; implicit stays off, since it is to be given up anyway. */
function switchedOn({ native }: LintCase): FieldPatches {
  const grants = storedGrants(native).filter((grant) => grant !== 'implicit')
  // Cognito lets every client with the code flow refresh.
  const refresh = grants.includes('authorization_code') ? ['refresh_token'] : []
  return { grantTypes: [...new Set([...grants, ...refresh])] }
}

export const lint: ProviderLint = { rules, refreshes }
