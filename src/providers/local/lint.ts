/** What is worth a second look on a client of the embedded OpenID Provider. */

import type { LintRule, ProviderLint } from '../../core/lint/rule.ts'

const rules: readonly LintRule[] = [
  {
    id: 'unused_secret',
    severity: 'info',
    says: 'a public client of the local provider that still has a secret',
    source: 'RFC 6749 section 2.1',
    find: ({ client }) =>
      client.tokenEndpointAuthMethod === 'none' && client.secret !== null
        ? [
            {
              field: 'client.secret',
              message:
                'client.secret still exists although the client does not authenticate. It would be valid again with another client.tokenEndpointAuthMethod.',
            },
          ]
        : [],
  },
]

export const lint: ProviderLint = {
  rules,
  senderConstrained: (native) => native.dpop_bound_access_tokens === true,
}
