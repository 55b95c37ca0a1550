/** When the secret of a registered client ends by itself (RFC 7591 section 3.2.1, `client_secret_expires_at`). */

import { doubleOf } from '../../core/json/json-number.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Registration } from '../../store/log/entry.ts'

/** So long before, something has to be done (milliseconds; 30 days). */
export const SOON_MS = 2_592_000_000

/** Epoch milliseconds; `undefined`: it does not end, or nothing is known of that. */
export function secretExpiry({ client_secret_expires_at: at }: Native): number | undefined {
  const seconds = doubleOf(at)
  return seconds === undefined || seconds <= 0 ? undefined : seconds * 1_000
}

type Expiry = Pick<Registration, 'secretExpiresAt' | 'noticeAt'>

/** What a registration says of the end of the secret. */
export const expiryOf = ({ secretExpiresAt, noticeAt }: Expiry = {}): Expiry => ({
  ...(secretExpiresAt === undefined ? {} : { secretExpiresAt }),
  ...(noticeAt === undefined ? {} : { noticeAt }),
})

/** The same after an answer (`answered`: epoch milliseconds, 0: it never ends); each end is to be said once. */
export function expiryAfter(
  before: Registration | undefined,
  answered: number | undefined,
): Expiry {
  const { secretExpiresAt = 0 } = before ?? {}
  if (answered === 0) return {}
  if (answered !== undefined && answered !== secretExpiresAt) {
    return { secretExpiresAt: answered, noticeAt: answered - SOON_MS }
  }
  // What was to be said of a refusal is not any more.
  return expiryOf(before?.condition === 'refused' ? { secretExpiresAt } : before)
}

/** The same once a registration is in another condition; that it is refused is to be said at once. */
export function endOf(
  before: Registration,
  condition: Registration['condition'],
  now: number,
): Expiry {
  if (condition === 'removed') return {}
  return { ...expiryOf(before), ...(condition === 'refused' ? { noticeAt: now } : {}) }
}
