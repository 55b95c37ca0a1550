/** What is worth a second look on an Auth0 application (Management API v2, and the pages named). */

import { foundGrants } from '../../core/lint/grant-rules.ts'
import type { LintRule, ProviderLint } from '../../core/lint/rule.ts'

/** The password grant with the name of a connection. */
const PASSWORD_REALM = 'http://auth0.com/oauth/grant-type/password-realm'
/** Grant types of the time before 2017, which old applications still have. */
const LEGACY = 'http://auth0.com/oauth/legacy/'

const rules: readonly LintRule[] = [
  {
    id: 'password_realm_grant',
    severity: 'error',
    says: "Auth0's grant type password-realm",
    source: 'RFC 9700 section 2.4; Auth0, "Application Grant Types"',
    find: ({ client }) =>
      foundGrants(
        client,
        (grant) => grant === PASSWORD_REALM,
        'has the grant type password-realm: the client sees the passwords of its users.',
      ),
  },
  {
    id: 'legacy_grant',
    severity: 'warning',
    says: "Auth0's legacy grant types (ro, delegation, access_token)",
    source: 'Auth0, "Application Grant Types"',
    find: ({ client }) =>
      foundGrants(
        client,
        (grant) => grant.startsWith(LEGACY),
        'has legacy grant types of Auth0, which bypass OpenID Connect.',
      ),
  },
  {
    id: 'not_oidc_conformant',
    severity: 'warning',
    says: "oidc_conformant off: the application may use Auth0's legacy pipeline from before OpenID Connect",
    source: 'Auth0, "Adopt OIDC-Conformant Authentication"',
    find: ({ client }) =>
      client.oidcConformant
        ? []
        : [
            {
              field: 'client.oidcConformant',
              message:
                'client.oidcConformant is off: legacy endpoints work, and tokens carry claims that no one asked for.',
              mend: { oidcConformant: true },
            },
          ],
  },
  {
    id: 'cross_origin_authentication',
    severity: 'warning',
    says: 'cross_origin_authentication on: users type passwords into pages of the application',
    source: 'Auth0, "Cross-Origin Authentication"',
    find: ({ native }) =>
      native.cross_origin_authentication === true
        ? [
            {
              field: 'client.providerSettings.cross_origin_authentication',
              message:
                'client.providerSettings.cross_origin_authentication is on: pages of the application see the passwords of its users, and third-party cookies are needed. Use Universal Login.',
              mend: { providerSettings: { cross_origin_authentication: false } },
            },
          ]
        : [],
  },
  {
    id: 'third_party',
    severity: 'info',
    says: 'is_first_party off: the application is not yours, like those that register themselves',
    source: 'Auth0, "First-Party and Third-Party Applications"',
    find: ({ client }) =>
      client.firstParty
        ? []
        : [
            {
              field: 'client.firstParty',
              message:
                'client.firstParty is false: the application belongs to someone else, and Auth0 cannot turn it into yours.',
            },
          ],
  },
]

export const lint: ProviderLint = {
  rules,
  senderConstrained: (native) => native.require_proof_of_possession === true,
}
