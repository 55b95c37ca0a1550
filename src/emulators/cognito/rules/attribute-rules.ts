/** User attributes and the remaining single settings. [measured] as in `rules.ts`. */

import type { ClientRecord } from '../pools.ts'
import { refuse } from '../refusal.ts'
import { list, type Rule } from './rule.ts'

const VERIFICATION = ['email_verified', 'phone_number_verified', 'sub']
/** Those of every pool (developer guide, "Working with user attributes"). */
const STANDARD_ATTRIBUTES = [
  ...VERIFICATION,
  ...['address', 'birthdate', 'email', 'family_name', 'gender', 'given_name', 'locale'],
  ...['middle_name', 'name', 'nickname', 'phone_number', 'picture', 'preferred_username'],
  ...['profile', 'updated_at', 'website', 'zoneinfo'],
]

/** Pools of the emulator have no schema, so it takes every custom attribute for defined. */
const exists = (name: string) => STANDARD_ATTRIBUTES.includes(name) || /^(dev:)?custom:./.test(name)

export const attributeRules: readonly Rule[] = [
  // [measured] with Create; the same text for Update is unverified.
  ({ next }) => {
    if (!list(next.ReadAttributes).every(exists)) {
      refuse(
        'InvalidParameterException',
        'Invalid read attributes specified while creating a client',
      )
    }
  },
  ({ next }) => {
    const writable = (name: string) => exists(name) && !VERIFICATION.includes(name)
    if (!list(next.WriteAttributes).every(writable)) {
      refuse(
        'InvalidParameterException',
        'Invalid write attributes specified while creating a client',
      )
    }
  },
  // [measured]
  ({ next, confidential }) => {
    if (next.EnablePropagateAdditionalUserContextData === true && !confidential) {
      refuse(
        'InvalidParameterException',
        'Client Secret is required to set EnablePropagateAdditionalUserContextData as true',
      )
    }
  },
  // [measured]
  ({ next }) => {
    const analytics = next.AnalyticsConfiguration as ClientRecord | undefined
    if (analytics === undefined) return
    const has = ['ApplicationId', 'RoleArn', 'ExternalId'].filter((name) => name in analytics)
    const valid = 'ApplicationArn' in analytics ? has.length === 0 : has.length === 3
    if (!valid) {
      refuse(
        'InvalidParameterException',
        'Invalid analytics configuration given, either <application arn> or <application id, role arn, external id> are valid',
      )
    }
  },
]

/** Terraform's acceptance test TestAccCognitoIDPUserPoolClient_analyticsWithARN; the account is ours. */
const ANALYTICS_ROLE =
  'arn:aws:iam::123456789012:role/aws-service-role/cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp'

/** Analytics by ARN as they are shown: with the role that the service works through, and its default. */
export function withAnalyticsRole(next: ClientRecord): ClientRecord {
  const analytics = next.AnalyticsConfiguration as ClientRecord | undefined
  if (analytics?.ApplicationArn === undefined) return next
  const configuration = { UserDataShared: false, ...analytics, RoleArn: ANALYTICS_ROLE }
  return { ...next, AnalyticsConfiguration: configuration }
}
