/**
 * What Cognito demands between several settings, checked on the resulting record before anything is
 * sent. Sources: the service model of cognito-idp 2016-04-18 and the issues named at each rule.
 */

import { doubleOf } from '../../core/json/json-number.ts'
import { texts } from '../../core/mapping/lenses.ts'
import type { Native, Rule } from '../../core/mapping/row.ts'
import { analyticsRules } from './analytics.ts'
import { lifetimeOf } from './lifetimes.ts'
import { mayHaveSecret, modernFlows, oauthIsOn, rotates } from './record.ts'

const flows = (native: Native) => texts(native.AllowedOAuthFlows)
const machine = (native: Native) => flows(native).includes('client_credentials')
/** A client that only gets tokens of its own (GetClientToken) refreshes none. */
const isClientTokenOnly = (native: Native) =>
  texts(native.ExplicitAuthFlows).every((flow) => flow === 'ALLOW_CLIENT_TOKEN_AUTH')
const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0

/** `[]` is stored as "not set", which means more access, not none (terraform-provider-aws#30511). */
const notEmpty = (name: string): Rule => ({
  says: `client.providerSettings.${name} must not be an empty list, because Cognito treats that as "not set", which allows more. Send null for the default.`,
  field: `client.providerSettings.${name}`,
  holds: (next) => !isEmptyList(next[name]),
})

export const rules: readonly Rule[] = [
  {
    says: 'client.defaultCallback must stay among client.callbacks: change or clear it in the same request.',
    field: 'client.defaultCallback',
    holds: (next) =>
      next.DefaultRedirectURI === undefined ||
      texts(next.CallbackURLs).some((url) => url === next.DefaultRedirectURI),
  },
  {
    // cisagov/crossfeed PR 440 quotes the service's refusal.
    says: 'client.callbacks must contain at least one URI while client.grantTypes has authorization_code or implicit.',
    field: 'client.callbacks',
    holds: (next) =>
      !flows(next).some((flow) => flow === 'code' || flow === 'implicit') ||
      texts(next.CallbackURLs).length > 0,
  },
  {
    // badmintoncryer/cdk-preflight quotes the service's refusal.
    says: 'client.scopes must contain at least one scope while client.grantTypes is not empty: Cognito refuses OAuth without scopes.',
    field: 'client.scopes',
    holds: (next) => !oauthIsOn(next) || texts(next.AllowedOAuthScopes).length > 0,
  },
  {
    // The same refusal.
    says: 'client.grantTypes must not be empty while OAuth is on (AllowedOAuthFlowsUserPoolClient).',
    field: 'client.grantTypes',
    holds: (next) => !oauthIsOn(next) || flows(next).length > 0,
  },
  {
    says: 'client.grantTypes must not combine client_credentials with authorization_code or implicit on Cognito.',
    field: 'client.grantTypes',
    holds: (next) => !machine(next) || flows(next).length === 1,
  },
  {
    says: 'client.grantTypes must not contain client_credentials on a client without a secret, and Cognito cannot give it one later.',
    field: 'client.grantTypes',
    holds: (next) => !machine(next) || mayHaveSecret(next),
  },
  {
    // hashicorp/terraform-provider-aws#4984 quotes the service's refusal.
    says: 'client.scopes must contain only scopes of resource servers (server/scope) with the grant type client_credentials.',
    field: 'client.scopes',
    holds: (next) =>
      !machine(next) || texts(next.AllowedOAuthScopes).every((scope) => scope.includes('/')),
  },
  {
    says: 'client.providerSettings.ExplicitAuthFlows must not mix legacy flows with ALLOW_ flows.',
    field: 'client.providerSettings.ExplicitAuthFlows',
    holds: (next) => {
      const modern = modernFlows(next).length
      return modern === 0 || modern === texts(next.ExplicitAuthFlows).length
    },
  },
  {
    // aws/aws-cdk#7625: "REFRESH_TOKEN_AUTH should always be allowed."
    says: 'client.providerSettings.ExplicitAuthFlows must contain ALLOW_REFRESH_TOKEN_AUTH unless refresh token rotation is on or ALLOW_CLIENT_TOKEN_AUTH is the only flow.',
    field: 'client.providerSettings.ExplicitAuthFlows',
    holds: (next) =>
      rotates(next) ||
      modernFlows(next).length === 0 ||
      isClientTokenOnly(next) ||
      modernFlows(next).includes('ALLOW_REFRESH_TOKEN_AUTH'),
  },
  {
    // hashicorp/terraform-provider-aws#47196
    says: 'client.providerSettings.ExplicitAuthFlows must be set and must not contain ALLOW_REFRESH_TOKEN_AUTH while refresh token rotation is on.',
    field: 'client.providerSettings.ExplicitAuthFlows',
    holds: (next) =>
      !rotates(next) ||
      (next.ExplicitAuthFlows !== undefined &&
        !modernFlows(next).includes('ALLOW_REFRESH_TOKEN_AUTH')),
  },
  {
    says: 'client.accessTokenLifetime must not exceed client.refreshTokenLifetime.',
    field: 'client.accessTokenLifetime',
    holds: (next) => lifetimeOf(next, 'AccessToken') <= lifetimeOf(next, 'RefreshToken'),
  },
  {
    says: 'client.idTokenLifetime must not exceed client.refreshTokenLifetime.',
    field: 'client.idTokenLifetime',
    holds: (next) => lifetimeOf(next, 'IdToken') <= lifetimeOf(next, 'RefreshToken'),
  },
  {
    says: 'client.providerSettings.EnablePropagateAdditionalUserContextData needs a client with a secret.',
    field: 'client.providerSettings.EnablePropagateAdditionalUserContextData',
    holds: (next) => next.EnablePropagateAdditionalUserContextData !== true || mayHaveSecret(next),
  },
  {
    says: 'client.providerSettings.AuthSessionValidity must be 3 to 15 (minutes).',
    field: 'client.providerSettings.AuthSessionValidity',
    holds: ({ AuthSessionValidity: validity = 3 }) => {
      const minutes = doubleOf(validity) ?? 0
      return minutes >= 3 && minutes <= 15
    },
  },
  {
    says: 'client.providerSettings.PreventUserExistenceErrors must be ENABLED or LEGACY.',
    field: 'client.providerSettings.PreventUserExistenceErrors',
    holds: ({ PreventUserExistenceErrors: value }) =>
      value === undefined || value === 'ENABLED' || value === 'LEGACY',
  },
  ...analyticsRules,
  notEmpty('ReadAttributes'),
  notEmpty('WriteAttributes'),
  notEmpty('ExplicitAuthFlows'),
]
