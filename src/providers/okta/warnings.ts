/** What a caller should know of a change: what becomes of secrets and assignments, which no record shows. */

import type { Native, Warning } from '../../core/mapping/row.ts'
import { methodOf, usesSecret } from './grants.ts'

/** What a change brings with it. */
export const consequences = (base: Native, next: Native): readonly Warning[] => [
  ...secretsAfter(base, next),
  ...assignmentsAfter(base, next),
]

/** What becomes of the secrets where the way of authentication changes. */
function secretsAfter(base: Native, next: Native): readonly Warning[] {
  const [was, is] = [methodOf(base), methodOf(next)]
  if (was === is || base.id === undefined) return []
  const becomes = usesSecret(next)
    ? // okta/terraform-provider-okta#109
      usesSecret(base)
      ? 'Okta makes a new secret for the client, and the old one may stop working at once'
      : 'Okta makes a secret for the client'
    : usesSecret(base)
      ? // Okta, "Implement OAuth for Okta with a service app"
        'Okta deletes the secrets of the client, and nothing brings them back'
      : undefined
  if (becomes === undefined) return []
  return [
    {
      code: 'secrets_follow',
      field: 'client.tokenEndpointAuthMethod',
      message: `client.tokenEndpointAuthMethod goes from ${was} to ${is}: ${becomes}. GET /clients/{clientId}/secrets shows which are live, and POST /clients/{clientId}/rotate-secret makes one whose value is shown.`,
    },
  ]
}

/** Okta, "Deactivate an app": assignments by groups end, and are made again. */
function assignmentsAfter(base: Native, next: Native): readonly Warning[] {
  if (base.status !== 'ACTIVE' || next.status !== 'INACTIVE') return []
  return [
    {
      code: 'assignments_follow',
      field: 'client.disabled',
      message:
        'client.disabled deactivates the application: Okta takes its users away where a group assigned them, and works that out again once it is active.',
    },
  ]
}
