/**
 * The `refresh_token` object of an Auth0 client. Auth0 demands rotation_type and expiration_type
 * whenever it is sent, and whether the rest is merged is not documented, so the whole object always
 * goes along (Management API, PATCH /clients/{id}).
 */

import type { RefreshTokenRotation } from '../../core/client.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { doubleOf } from '../../core/json/json-number.ts'
import { inner } from '../../core/mapping/lenses.ts'
import type { Lens, Native } from '../../core/mapping/row.ts'

const MAX_LIFETIME_SECONDS = 157_788_000

/** What a client without the object has: no rotation, no end. */
const DEFAULTS: JsonObject = {
  rotation_type: 'non-rotating',
  expiration_type: 'non-expiring',
  leeway: 0,
  infinite_token_lifetime: true,
  infinite_idle_token_lifetime: true,
}

const refreshToken = (native: Native): JsonObject => ({
  ...DEFAULTS,
  ...inner(native, 'refresh_token'),
})

/** An absolute or idle lifetime in seconds; `null` for one without an end. */
function lifetime(seconds: string, infinite: string): Lens<number | null> {
  return {
    support: 'native',
    keys: [
      `refresh_token.${seconds}`,
      `refresh_token.${infinite}`,
      'refresh_token.expiration_type',
    ],
    get: (native) => lifetimeOf(refreshToken(native), seconds, infinite),
    put: (value, native) => {
      const settings = pinned(refreshToken(native))
      const next =
        value === null
          ? { ...settings, [infinite]: true }
          : { ...settings, [infinite]: false, [seconds]: value, expiration_type: 'expiring' }
      return { refresh_token: next }
    },
    limits: { minimum: 1, maximum: MAX_LIFETIME_SECONDS },
  }
}

function lifetimeOf(settings: JsonObject, seconds: string, infinite: string): number | undefined {
  const ends = settings.expiration_type === 'expiring' && settings[infinite] !== true
  return ends ? doubleOf(settings[seconds]) : undefined
}

/** What a non-expiring token means, spelled out, so that turning one end on leaves the other off. */
function pinned(settings: JsonObject): JsonObject {
  if (settings.expiration_type === 'expiring') return settings
  return { ...settings, infinite_token_lifetime: true, infinite_idle_token_lifetime: true }
}

export const refreshTokenLifetime = lifetime('token_lifetime', 'infinite_token_lifetime')
export const refreshTokenIdleLifetime = lifetime(
  'idle_token_lifetime',
  'infinite_idle_token_lifetime',
)

export const refreshTokenRotation: Lens<RefreshTokenRotation | null> = {
  support: 'native',
  keys: ['refresh_token.rotation_type', 'refresh_token.leeway'],
  get: (native) => {
    const { rotation_type, leeway } = refreshToken(native)
    return { enabled: rotation_type === 'rotating', graceSeconds: doubleOf(leeway) ?? 0 }
  },
  put: (rotation, native) => {
    const { enabled, graceSeconds } = rotation ?? { enabled: false, graceSeconds: 0 }
    const settings = enabled ? pinned(refreshToken(native)) : refreshToken(native)
    return {
      refresh_token: {
        ...settings,
        rotation_type: enabled ? 'rotating' : 'non-rotating',
        leeway: graceSeconds,
        // Auth0 refuses rotation of tokens that do not expire.
        ...(enabled ? { expiration_type: 'expiring' } : {}),
      },
    }
  },
}
