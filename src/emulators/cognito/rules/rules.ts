/**
 * What the service demands between the members of a client, checked on the record as it would be
 * after the write. Texts marked [measured] are quoted in badmintoncryer/cdk-preflight, by its own
 * account from deployments that AWS refused; other sources stand at the rule.
 *
 * There is deliberately no rule for flows, scopes or URLs without AllowedOAuthFlowsUserPoolClient:
 * the service stores them, and OAuth does not work (hashicorp/terraform-provider-aws#34945).
 */

import type { ClientRecord } from '../pools.ts'
import { refuse } from '../refusal.ts'
import { attributeRules } from './attribute-rules.ts'
import { lifetimeRules } from './lifetime-rules.ts'
import { type Candidate, list, type Rule } from './rule.ts'
import { uriRules } from './uri-rules.ts'

export function checkRules(candidate: Candidate): void {
  for (const rule of rules) rule(candidate)
}

const STANDARD_SCOPES = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin']

const oauthRules: readonly Rule[] = [
  // [measured], also by others: without either list OAuth cannot be switched on.
  ({ next }) => {
    const on = next.AllowedOAuthFlowsUserPoolClient === true
    const lists = [next.AllowedOAuthFlows, next.AllowedOAuthScopes]
    if (on && lists.some((value) => list(value).length === 0)) {
      refuse(
        'InvalidParameterException',
        'AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.',
      )
    }
  },
  // [measured]; sdk-js-v3 pull request 2650.
  ({ next }) => {
    const flows = list(next.AllowedOAuthFlows)
    if (
      flows.includes('client_credentials') &&
      flows.some((flow) => flow !== 'client_credentials')
    ) {
      refuse(
        'InvalidOAuthFlowException',
        'client_credentials flow can not be selected along with code flow or implicit flow.',
      )
    }
  },
  // [measured]
  ({ next, confidential }) => {
    if (list(next.AllowedOAuthFlows).includes('client_credentials') && !confidential) {
      refuse(
        'InvalidOAuthFlowException',
        'client_credentials flow can not be selected if client does not have a client secret.',
      )
    }
  },
  // hashicorp/terraform-provider-aws#4984
  ({ next }) => {
    if (!list(next.AllowedOAuthFlows).includes('client_credentials')) return
    const standard = list(next.AllowedOAuthScopes).find((scope) => STANDARD_SCOPES.includes(scope))
    if (standard) {
      refuse(
        'InvalidOAuthFlowException',
        `${standard} is not supported with client_credentials flow`,
      )
    }
  },
  // cisagov/crossfeed pull request 440. That it holds with OAuth switched off too is unverified.
  ({ next }) => {
    const redirects = list(next.AllowedOAuthFlows).some((flow) => flow !== 'client_credentials')
    if (redirects && list(next.CallbackURLs).length === 0) {
      refuse(
        'InvalidOAuthFlowException',
        'CallbackUrls can not be empty when code flow or implicit flow is selected',
      )
    }
  },
  // awsdocs/aws-cloudformation-user-guide#564
  ({ next, pool }) => {
    const own = pool.resourceServers.flatMap(({ identifier, scopes }) =>
      scopes.map((scope) => `${identifier}/${scope}`),
    )
    const poolScopes = [...STANDARD_SCOPES, ...own]
    const missing = list(next.AllowedOAuthScopes).find((scope) => !poolScopes.includes(scope))
    if (missing) refuse('ScopeDoesNotExistException', `Invalid scope requested: ${missing}`)
  },
  // lgallard/terraform-aws-cognito-user-pool pull request 72
  ({ next, pool }) => {
    const poolProviders = ['COGNITO', ...pool.identityProviders]
    const missing = list(next.SupportedIdentityProviders).find(
      (name) => !poolProviders.includes(name),
    )
    if (missing) {
      refuse(
        'InvalidParameterException',
        `The provider ${missing} does not exist for User Pool ${pool.id}`,
      )
    }
  },
]

const flowRules: readonly Rule[] = [
  // [measured]
  ({ next }) => {
    const flows = list(next.ExplicitAuthFlows)
    const modern = flows.filter((flow) => flow.startsWith('ALLOW_')).length
    if (modern > 0 && modern < flows.length) {
      refuse(
        'InvalidParameterException',
        "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
      )
    }
  },
  // aws/aws-cdk#7625; that rotation lifts it is read from what aws-cdk sends.
  ({ next }) => {
    const flows = list(next.ExplicitAuthFlows)
    const modern = flows.some((flow) => flow.startsWith('ALLOW_'))
    // A client of GetClientToken alone refreshes nothing; from the documentation's text, unverified.
    if (flows.length > 0 && flows.every((flow) => flow === 'ALLOW_CLIENT_TOKEN_AUTH')) return
    if (modern && !flows.includes('ALLOW_REFRESH_TOKEN_AUTH') && !rotates(next)) {
      refuse('InvalidParameterException', 'REFRESH_TOKEN_AUTH should always be allowed.')
    }
  },
  // hashicorp/terraform-provider-aws#47196 and the developer guide ("isn't compatible"); the text,
  // and that flows left out count as containing the refresh flow, are unverified.
  ({ next }) => {
    const flows = list(next.ExplicitAuthFlows)
    const refreshes = flows.length === 0 || flows.includes('ALLOW_REFRESH_TOKEN_AUTH')
    if (rotates(next) && refreshes) {
      refuse(
        'InvalidParameterException',
        'ALLOW_REFRESH_TOKEN_AUTH cannot be enabled together with refresh token rotation.',
      )
    }
  },
]

function rotates({ RefreshTokenRotation: rotation }: ClientRecord): boolean {
  return (rotation as ClientRecord | undefined)?.Feature === 'ENABLED'
}

const rules: readonly Rule[] = [
  ...uriRules,
  ...oauthRules,
  ...flowRules,
  ...lifetimeRules,
  ...attributeRules,
]
