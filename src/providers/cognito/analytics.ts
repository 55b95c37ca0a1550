/**
 * AnalyticsConfiguration by ApplicationArn: the service then works through a service-linked role, shows it
 * as RoleArn beside UserDataShared, and takes no RoleArn back (terraform-provider-aws,
 * TestAccCognitoIDPUserPoolClient_analyticsWithARN; aws/aws-cdk#32862).
 */

import type { JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { inner } from '../../core/mapping/lenses.ts'
import type { Native, Rule } from '../../core/mapping/row.ts'

const NAME = 'AnalyticsConfiguration'

/** The members of a write without the role that the service shows by itself. */
export function withoutOwnRole(members: JsonObject): JsonObject {
  const { RoleArn, ...rest } = inner(members, NAME)
  return byArn(members) && RoleArn !== undefined ? { ...members, [NAME]: rest } : members
}

/** The same for a comparison, in which what the service fills in makes no difference either. */
export function normalAnalytics(native: Native): Native {
  if (!byArn(native)) return native
  const members = withoutOwnRole(native)
  return { ...members, [NAME]: { UserDataShared: false, ...inner(members, NAME) } }
}

const byArn = (members: JsonObject) => inner(members, NAME).ApplicationArn !== undefined

const SERVICE_LINKED = /:role\/aws-service-role\//

export const analyticsRules: readonly Rule[] = [
  {
    says: 'client.providerSettings.AnalyticsConfiguration must be an object.',
    field: 'client.providerSettings.AnalyticsConfiguration',
    holds: ({ [NAME]: value }) => value === undefined || isRecord(value),
  },
  {
    // badmintoncryer/cdk-preflight quotes the service's refusal.
    says: 'client.providerSettings.AnalyticsConfiguration must have either ApplicationArn, or all of ApplicationId, RoleArn and ExternalId.',
    field: 'client.providerSettings.AnalyticsConfiguration',
    holds: (next) => {
      const analytics = inner(next, NAME)
      if (next[NAME] === undefined || byArn(next)) return true
      return ['ApplicationId', 'RoleArn', 'ExternalId'].every((name) => name in analytics)
    },
  },
  {
    says: 'client.providerSettings.AnalyticsConfiguration must have no RoleArn, ExternalId or ApplicationId together with an ApplicationArn, because Cognito then uses a role of its own. Send null for them.',
    field: 'client.providerSettings.AnalyticsConfiguration',
    holds: (next) => {
      const { RoleArn, ExternalId, ApplicationId } = inner(next, NAME)
      if (!byArn(next)) return true
      const own = RoleArn === undefined || SERVICE_LINKED.test(String(RoleArn))
      return own && ExternalId === undefined && ApplicationId === undefined
    },
  },
]
