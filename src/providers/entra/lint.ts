/** What is worth a second look on an application of Entra ID. */

import type { LintRule, ProviderLint } from '../../core/lint/rule.ts'
import { kindOfApplication } from './platforms.ts'
import { isNear, lastEndOf, provingIn } from './warnings.ts'

const rules: readonly LintRule[] = [
  {
    id: 'credential_ended',
    severity: 'error',
    says: 'the last secret or certificate has ended',
    source: 'Microsoft Graph, passwordCredential and keyCredential, endDateTime',
    find: ({ native, now }) => {
      const end = lastEndOf(native)
      if (now === undefined || end === undefined || end > now) return []
      const { field, what } = provingIn(native)
      const message = `${field} ended at ${new Date(end).toISOString()} with the last ${what}: the client gets no tokens by it.`
      return [{ field, message }]
    },
  },
  {
    id: 'credential_ending',
    severity: 'warning',
    says: 'the last secret or certificate ends within 30 days',
    source: 'Microsoft Graph, passwordCredential and keyCredential, endDateTime',
    find: ({ native, now }) => {
      const end = lastEndOf(native)
      if (now === undefined || end === undefined || end <= now || !isNear(end, now)) return []
      const { field, what } = provingIn(native)
      const message = `${field} ends at ${new Date(end).toISOString()} with the last ${what}. Add another one before.`
      return [{ field, message }]
    },
  },
  {
    id: 'any_tenant',
    severity: 'warning',
    says: 'users of every tenant can sign in',
    source:
      'Microsoft identity platform, "Secure applications: validate tokens"; Microsoft Graph, application resource type, signInAudience',
    find: ({ native }) => {
      const { signInAudience: audience = 'AzureADMyOrg' } = native
      if (audience === 'AzureADMyOrg') return []
      const message =
        'client.providerSettings.signInAudience lets users of other tenants sign in: the application must check the tenant of each token by itself. Set AzureADMyOrg where it is for one tenant.'
      return [
        {
          field: 'client.providerSettings.signInAudience',
          message,
          mend: { providerSettings: { signInAudience: 'AzureADMyOrg' } },
        },
      ]
    },
  },
  {
    id: 'public_fallback',
    severity: 'warning',
    says: 'a web application that also allows flows without a credential',
    source: 'Microsoft Graph, application resource type, isFallbackPublicClient',
    find: ({ native }) =>
      native.isFallbackPublicClient === true && kindOfApplication(native) === 'web'
        ? [
            {
              field: 'client.providerSettings.isFallbackPublicClient',
              message:
                'client.providerSettings.isFallbackPublicClient is on: anyone who knows the id of this web application can start the device code and password flows as it.',
              mend: { providerSettings: { isFallbackPublicClient: false } },
            },
          ]
        : [],
  },
]

export const lint: ProviderLint = { rules, refreshEndsByDefault: true }
