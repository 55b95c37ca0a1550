/** Refresh tokens that are worth too much to a thief. */

import type { FieldName } from '../client.ts'
import type { Row } from '../mapping/row.ts'
import { isLens } from '../mapping/row.ts'
import { isPublic } from './client-kind-rules.ts'
import type { LintCase, LintedMapping, LintRule } from './rule.ts'

const DAY_SECONDS = 86_400
/** Ours: RFC 9700 leaves the time to the server; the providers' own defaults are 14 to 30 days. */
const MAX_IDLE_DAYS = 90
/** The default of Cognito, and of Auth0 for tokens that are not used. */
const MENDED_DAYS = 30

const mayRefresh = ({ client, lint, native }: LintCase) =>
  client.grantTypes.includes('refresh_token') || lint?.refreshes?.(native) === true

export const TOKEN_RULES: readonly LintRule[] = [
  {
    id: 'refresh_not_rotated',
    severity: 'error',
    says: 'a public client, such as a single-page app, whose refresh tokens neither rotate nor are bound to a key',
    source: 'RFC 9700 sections 2.2.2 and 4.14.2',
    find: (lintCase) =>
      mayRefresh(lintCase) &&
      isPublic(lintCase.client) &&
      lintCase.client.refreshTokenRotation?.enabled !== true &&
      lintCase.lint?.senderConstrained?.(lintCase.native) !== true
        ? [
            {
              field: 'client.refreshTokenRotation',
              message:
                'client.refreshTokenRotation is off for a public client: a stolen refresh token can be used unnoticed alongside the real one.',
              mend: { refreshTokenRotation: { enabled: true } },
            },
          ]
        : [],
  },
  {
    id: 'refresh_long_lived',
    severity: 'warning',
    says: `refresh tokens that last for more than ${MAX_IDLE_DAYS} days without being used`,
    source: `RFC 9700 section 4.14.2; the limit of ${MAX_IDLE_DAYS} days is our choice`,
    find: (lintCase) => {
      const { client, mapping, lint } = lintCase
      const ends = [client.refreshTokenLifetime, client.refreshTokenIdleLifetime]
      const last = Math.min(...ends.map((seconds) => seconds ?? Number.POSITIVE_INFINITY))
      if (!mayRefresh(lintCase) || last <= MAX_IDLE_DAYS * DAY_SECONDS) return []
      if (!Number.isFinite(last) && lint?.refreshEndsByDefault) return []
      const field = endField(mapping)
      const howLong = Number.isFinite(last)
        ? `for ${Math.floor(last / DAY_SECONDS)} days`
        : 'forever'
      return [
        {
          field: `client.${field}`,
          message: `client.${field} lets an unused refresh token last ${howLong}.`,
          mend: { [field]: MENDED_DAYS * DAY_SECONDS },
        },
      ]
    },
  },
]

/** An idle lifetime spares users who come back; where the provider has none, the whole one is left. */
function endField(mapping: LintedMapping): FieldName {
  return isLens(mapping.fields.refreshTokenIdleLifetime as Row<unknown>)
    ? 'refreshTokenIdleLifetime'
    : 'refreshTokenLifetime'
}
