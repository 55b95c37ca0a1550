/** What a reader of a client should know: what it is where it is no OpenID Connect client, and when its secret ends. */

import type { Native, Warning } from '../../core/mapping/row.ts'
import { timeOf } from '../../core/mapping/times.ts'
import { attributesOf } from './attributes.ts'
import { isManaged, otherKindOf, usesSecret } from './grants.ts'

/** All warnings of a record. */
export const warnings = (native: Native): readonly Warning[] => [
  ...kindWarnings(native),
  ...secretWarnings(native),
]

function kindWarnings(native: Native): readonly Warning[] {
  if (isManaged(native)) return []
  return [
    {
      code: 'not_managed',
      message: `This is ${otherKindOf(native)}: it is shown, and cannot be changed here.`,
    },
  ]
}

/** Epoch seconds, as Keycloak writes them. */
export function timeIn(native: Native, name: string): string | undefined {
  const value = attributesOf(native)[`client.secret.${name}`]
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : 0
  return seconds > 0 ? timeOf(seconds) : undefined
}

function secretWarnings(native: Native): readonly Warning[] {
  const ends = timeIn(native, 'expiration.time')
  if (ends === undefined || !usesSecret(native)) return []
  return [
    {
      code: 'secret_expires',
      field: 'client.secret',
      message: `client.secret ends at ${ends} by a policy of the realm, whatever else is changed; rotate it before.`,
    },
  ]
}
