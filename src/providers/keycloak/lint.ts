/** What is worth a second look on a client of Keycloak (Keycloak, "Server Administration Guide"). */

import type { LintRule, ProviderLint } from '../../core/lint/rule.ts'
import { texts } from '../../core/mapping/lenses.ts'
import { attributesOf } from './attributes.ts'

const rules: readonly LintRule[] = [
  {
    id: 'full_scope',
    severity: 'info',
    says: 'fullScopeAllowed on: tokens carry every role of the user, whatever the client is for',
    source: 'Keycloak, "Server Administration Guide", Role scope mappings; RFC 9700 section 2.3',
    find: ({ client, native }) =>
      native.fullScopeAllowed === true && client.grantTypes.length > 0
        ? [
            {
              field: 'client.providerSettings.fullScopeAllowed',
              message:
                'client.providerSettings.fullScopeAllowed is on: a token for this client carries every role of its user. Name the roles that it needs, and switch that off.',
            },
          ]
        : [],
  },
  {
    id: 'no_pkce',
    severity: 'warning',
    says: 'a public client that is not made to use PKCE',
    source: 'Keycloak, "Server Administration Guide", Advanced settings; RFC 9700 section 2.1.1',
    find: ({ client, native }) =>
      client.tokenEndpointAuthMethod === 'none' &&
      client.grantTypes.includes('authorization_code') &&
      attributesOf(native)['pkce.code.challenge.method'] !== 'S256'
        ? [
            {
              field: 'client.providerSettings.attributes',
              message:
                'client.providerSettings.attributes has no pkce.code.challenge.method S256: a code that is stolen from this public client can be redeemed.',
              mend: {
                providerSettings: { attributes: { 'pkce.code.challenge.method': 'S256' } },
              },
            },
          ]
        : [],
  },
  {
    id: 'any_origin',
    severity: 'error',
    says: 'the web origin *, by which every page may use the token endpoint',
    source: 'Keycloak, "Server Administration Guide", Web origins',
    find: ({ native }) =>
      texts(native.webOrigins).includes('*')
        ? [
            {
              field: 'client.webOrigins',
              message:
                'client.webOrigins has *: a script of any page may call the token endpoint as this client. Name the origins, or use + for those of the callbacks.',
              mend: { webOrigins: { remove: ['*'] } },
            },
          ]
        : [],
  },
  {
    id: 'no_consent',
    severity: 'info',
    says: 'consentRequired off: users are not asked what the client may do',
    source: 'Keycloak, "Server Administration Guide", Consent; RFC 9700 section 4.15',
    find: ({ client }) =>
      client.firstParty && client.grantTypes.includes('authorization_code')
        ? [
            {
              field: 'client.firstParty',
              message:
                'client.firstParty is on (consentRequired is off): users are not asked what the client may do. That is for applications of your own.',
            },
          ]
        : [],
  },
]

export const lint: ProviderLint = { rules, refreshEndsByDefault: true }
