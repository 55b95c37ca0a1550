/** What is worth a second look on an application of Okta. */

import { isRecord } from '../../core/json/json.ts'
import type { LintRule, ProviderLint } from '../../core/lint/rule.ts'
import { methodOf, typeOf } from './grants.ts'
import { LEEWAY, oauth, PKCE, ROTATION } from './members.ts'

const settingAt = (path: string) => `client.providerSettings.${path}`

const rules: readonly LintRule[] = [
  {
    id: 'subdomain_wildcard',
    severity: 'warning',
    says: 'wildcard_redirect SUBDOMAIN: any subdomain may receive codes',
    source: 'Okta, "Wildcards in redirect URIs"; RFC 9700 section 4.1.3',
    find: ({ native }) =>
      native[oauth('wildcard_redirect')] === 'SUBDOMAIN'
        ? [
            {
              field: settingAt(oauth('wildcard_redirect')),
              message: `${settingAt(oauth('wildcard_redirect'))} is SUBDOMAIN: one subdomain that is taken over gets the codes of its users. Name each callback, and set DISABLED.`,
            },
          ]
        : [],
  },
  {
    id: 'pkce_optional',
    severity: 'warning',
    says: 'pkce_required off on a client that uses the code flow',
    source: 'Okta, "Implement authorization by grant type"; RFC 9700 section 2.1.1',
    find: ({ client, native }) =>
      client.grantTypes.includes('authorization_code') && native[PKCE] === false
        ? [
            {
              field: settingAt(PKCE),
              message: `${settingAt(PKCE)} is off: a stolen code can be redeemed without the verifier. Set it once the client sends a code_challenge.`,
              mend: {
                providerSettings: { credentials: { oauthClient: { pkce_required: true } } },
              },
            },
          ]
        : [],
  },
  {
    id: 'static_refresh_tokens',
    severity: 'warning',
    says: 'a public client whose refresh tokens do not rotate',
    source: 'Okta, "Refresh access tokens and rotate refresh tokens"; RFC 9700 section 4.14.2',
    find: ({ client, native }) =>
      client.grantTypes.includes('refresh_token') &&
      methodOf(native) === 'none' &&
      native[ROTATION] === 'STATIC'
        ? [
            {
              field: 'client.refreshTokenRotation',
              message:
                'client.refreshTokenRotation is off: a refresh token that is stolen from this public client works until it ends.',
              mend: { refreshTokenRotation: { enabled: true, graceSeconds: 0 } },
            },
          ]
        : [],
  },
  {
    id: 'long_leeway',
    severity: 'info',
    says: 'a rotated refresh token is accepted for more than 30 seconds',
    source: 'Okta, "Refresh access tokens and rotate refresh tokens"',
    find: ({ native }) =>
      native[ROTATION] === 'ROTATE' && Number(native[LEEWAY] ?? 0) > 30
        ? [
            {
              field: 'client.refreshTokenRotation',
              message:
                'client.refreshTokenRotation.graceSeconds is more than 30, which Okta takes itself: a stolen token can be used beside the new one for as long.',
            },
          ]
        : [],
  },
  {
    id: 'third_party_login',
    severity: 'info',
    says: 'another site can start a login (idp_initiated_login)',
    source: 'OpenID Connect Core 1.0 section 4; RFC 9700 section 4.7',
    find: ({ native }) => {
      const login = native[oauth('idp_initiated_login')] ?? null
      return isRecord(login) && (login.mode === 'SPEC' || login.mode === 'OKTA')
        ? [
            {
              field: settingAt(oauth('idp_initiated_login')),
              message: `${settingAt(oauth('idp_initiated_login'))} is on: a login may begin without a request of the application, which must bind it to the session of the user.`,
            },
          ]
        : []
    },
  },
  {
    id: 'secret_of_service',
    severity: 'info',
    says: 'a service application that authenticates with a secret',
    source: 'Okta, "Client authentication methods"; RFC 9700 section 2.5',
    find: ({ native }) =>
      typeOf(native) === 'service' && methodOf(native).startsWith('client_secret')
        ? [
            {
              field: 'client.tokenEndpointAuthMethod',
              message:
                'client.tokenEndpointAuthMethod uses a secret, which Okta shows to every administrator at any time; private_key_jwt keeps the key at the service.',
            },
          ]
        : [],
  },
]

export const lint: ProviderLint = { rules, refreshEndsByDefault: true }
