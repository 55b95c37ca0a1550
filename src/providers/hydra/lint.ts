/** What is worth a second look on a client of Ory Hydra (pages of www.ory.sh/docs/hydra, and its validator). */

import type { LintRule, ProviderLint } from '../../core/lint/rule.ts'
import { lifetimeWarnings } from './warnings.ts'

/** A whole segment of a scope (ory/fosite, WildcardScopeStrategy, the default of Hydra). */
const hasWildcard = (scope: string) => scope.split('.').includes('*')
const OFFLINE = ['offline_access', 'offline']

const rules: readonly LintRule[] = [
  {
    id: 'wildcard_scope',
    severity: 'error',
    says: 'a scope with *, which stands for every scope below it, those of later APIs included',
    source: 'ory/fosite, WildcardScopeStrategy; RFC 9700 section 2.3',
    find: ({ client }) => {
      const remove = client.scopes.filter(hasWildcard)
      if (remove.length === 0) return []
      const remains = remove.length < client.scopes.length
      return [
        {
          field: 'client.scopes',
          message:
            'client.scopes has a wildcard: the client may ask for every scope that it covers, now and later. Name the scopes that it needs.',
          ...(remains && { mend: { scopes: { remove } } }),
        },
      ]
    },
  },
  {
    id: 'no_offline_scope',
    severity: 'warning',
    says: 'the grant type refresh_token without the scope offline_access: no refresh token is ever given',
    source: 'Ory, "OAuth 2.0 refresh token grant"',
    find: ({ client }) =>
      client.grantTypes.includes('refresh_token') &&
      client.grantTypes.includes('authorization_code') &&
      !client.scopes.some((scope) => OFFLINE.includes(scope) || hasWildcard(scope))
        ? [
            {
              field: 'client.scopes',
              message:
                'client.scopes lacks offline_access, so that the grant type refresh_token has no effect: Hydra gives no refresh token.',
              mend: { scopes: { add: ['offline_access'] } },
            },
          ]
        : [],
  },
  {
    id: 'consent_skipped',
    severity: 'info',
    says: 'skip_consent on: users are not asked what the client may do',
    source: 'Ory, "Skip consent screen"; RFC 9700 section 4.15',
    find: ({ client }) =>
      client.firstParty
        ? [
            {
              field: 'client.firstParty',
              message:
                'client.firstParty is on (skip_consent): users are not asked what the client may do. That is for applications of your own.',
            },
          ]
        : [],
  },
  {
    id: 'jwt_access_tokens',
    severity: 'info',
    says: 'access tokens as JWT, which are valid until they end whatever is revoked',
    source: 'Ory, "JSON Web Token access tokens"; RFC 7009 section 3',
    find: ({ native }) =>
      native.access_token_strategy === 'jwt'
        ? [
            {
              field: 'client.providerSettings.access_token_strategy',
              message:
                'client.providerSettings.access_token_strategy is jwt: an API that does not ask Hydra accepts an access token until it ends, also one that was revoked.',
            },
          ]
        : [],
  },
  {
    id: 'lifetimes_differ',
    severity: 'info',
    says: 'a lifetime that is set for the authorization code grant and not for the other grants of the client',
    source: 'Ory, "Configure OAuth 2.0 token expiration"',
    find: ({ native }) =>
      lifetimeWarnings(native).map(({ field = '', message, mend: { client } }) => ({
        field,
        message,
        mend: client,
      })),
  },
]

export const lint: ProviderLint = { rules, refreshEndsByDefault: true }
