/**
 * Token lifetimes: seconds on our side, a number and a unit in Cognito. The unit matters as much as
 * the number: 60 "hours" where minutes were meant is a known accident
 * (lgallard/terraform-aws-cognito-user-pool#68).
 */

import { doubleOf } from '../../core/json/json-number.ts'
import { inner } from '../../core/mapping/lenses.ts'
import type { Lens, Limits, Native } from '../../core/mapping/row.ts'

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  days: 86_400,
  hours: 3_600,
  minutes: 60,
  seconds: 1,
}

type Token = 'AccessToken' | 'IdToken' | 'RefreshToken'

/** The unit that holds when none is stored (UpdateUserPoolClient, TokenValidityUnitsType). */
const DEFAULT_UNIT = { AccessToken: 'hours', IdToken: 'hours', RefreshToken: 'days' } as const
/** The lifetime that holds when none is stored, or 0 for refresh tokens: 1 hour, 1 hour, 30 days. */
const DEFAULT_SECONDS = { AccessToken: 3_600, IdToken: 3_600, RefreshToken: 2_592_000 } as const

/** The lifetime of one kind of token as a field in seconds. */
export function lifetime(token: Token, limits: Limits): Lens<number | null> {
  const validity = `${token}Validity`
  return {
    support: 'native',
    keys: [validity, `TokenValidityUnits.${token}`],
    get: (native) => lifetimeOf(native, token),
    put: (seconds, native) => {
      const { [token]: stored, ...units } = inner(native, 'TokenValidityUnits')
      if (seconds === null) return { [validity]: undefined, TokenValidityUnits: units }
      const unit = fittingUnit(seconds, typeof stored === 'string' ? stored : DEFAULT_UNIT[token])
      return {
        [validity]: seconds / (UNIT_SECONDS[unit] ?? 1),
        TokenValidityUnits: { ...units, [token]: unit },
      }
    },
    limits,
  }
}

/** The lifetime in seconds that a record means for one kind of token. */
export function lifetimeOf(native: Native, token: Token): number {
  const value = doubleOf(native[`${token}Validity`]) ?? 0
  if (value === 0) return DEFAULT_SECONDS[token]
  const unit = inner(native, 'TokenValidityUnits')[token]
  return value * (UNIT_SECONDS[typeof unit === 'string' ? unit : DEFAULT_UNIT[token]] ?? 1)
}

/** The stored unit where it divides evenly, else the largest that does. */
function fittingUnit(seconds: number, stored: string): string {
  const fits = (unit: string) => seconds % (UNIT_SECONDS[unit] ?? Number.NaN) === 0
  return [stored, ...Object.keys(UNIT_SECONDS)].find(fits) ?? 'seconds'
}
