/** Ranges of token lifetimes, after conversion from their units. [measured] as in `rules.ts`. */

import type { ClientRecord } from '../pools.ts'
import { refuse } from '../refusal.ts'
import type { Rule } from './rule.ts'

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3_600,
  days: 86_400,
}

/** Unit and lifetime (in seconds) without settings, and the range in seconds. [measured] */
const TOKENS = {
  AccessToken: { unit: 'hours', otherwise: 3_600, min: 300, max: 86_400 },
  IdToken: { unit: 'hours', otherwise: 3_600, min: 300, max: 86_400 },
  RefreshToken: { unit: 'days', otherwise: 2_592_000, min: 3_600, max: 315_360_000 },
}

type Token = keyof typeof TOKENS

function unitSeconds(record: ClientRecord, token: Token): number {
  const units = record.TokenValidityUnits as Readonly<Record<string, string>> | undefined
  return UNIT_SECONDS[units?.[token] ?? TOKENS[token].unit] ?? 1
}

function seconds(record: ClientRecord, token: Token): number {
  const value = record[`${token}Validity`]
  if (typeof value !== 'number') return TOKENS[token].otherwise
  return value * unitSeconds(record, token)
}

/** The record with 30 days for a refresh token of 0, which the API reference turns into them. */
export function withRefreshDefault(record: ClientRecord): ClientRecord {
  if (record.RefreshTokenValidity !== 0) return record
  const days = TOKENS.RefreshToken.otherwise / unitSeconds(record, 'RefreshToken')
  return { ...record, RefreshTokenValidity: days }
}

export const lifetimeRules: readonly Rule[] = [
  // [measured]; aws-samples/cloudfront-authorization-at-edge#144.
  ({ next }) => {
    for (const [token, { min, max }] of Object.entries(TOKENS)) {
      const lifetime = seconds(next, token as Token)
      if (lifetime < min || lifetime > max) {
        refuse('InvalidParameterException', 'Invalid range for token validity.')
      }
    }
  },
  // [measured]
  ({ next }) => {
    const refresh = seconds(next, 'RefreshToken')
    if (seconds(next, 'AccessToken') > refresh || seconds(next, 'IdToken') > refresh) {
      refuse(
        'InvalidParameterException',
        'Access and Id Token expiration times must be less than or equal to refresh token expiration times.',
      )
    }
  },
]
