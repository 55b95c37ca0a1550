/** Rows of the mapping for members of which Okta has a way of its own. */

import type { RefreshTokenRotation } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import { doubleOf } from '../../core/json/json-number.ts'
import { inner } from '../../core/mapping/lenses.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Lens, Limits, Native, View } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import { DEFAULT_LEEWAY, grantsOf, typeOf } from './grants.ts'
import { LEEWAY, oauth, ROTATION, SECRET } from './members.ts'

/** Okta's limit for the URLs of a client (types of the OpenAPI file). */
export const MAX_URL = 1_024

/** A text that Okta shows as `null` where there is none. */
export function nullable(
  name: string,
  extras: { readonly limits?: Limits; readonly note?: string } = {},
): Lens<string | null> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => (native[name] === '' ? undefined : (native[name] as string | undefined)),
    put: (value) => ({ [name]: value }),
    ...extras,
  }
}

/** OpenAPI file, `client_secret`: 14 to 100 characters of printable ASCII. */
export const SECRET_LIMITS: Limits = {
  maxLength: 100,
  pattern: { expression: /^[\x20-\x7e]{14,}$/, says: 'must be printable ASCII' },
}

/** Never in a record; a creation takes one of the caller's own. */
export const secret: View<Secret | null> = {
  support: 'read-only',
  keys: [SECRET],
  get: (native) => secretOf(native[SECRET]),
  why: 'Okta keeps the secrets of a client in a list of their own. POST /clients/{clientId}/rotate-secret puts a new one beside the old one',
  made: {
    support: 'native',
    keys: [SECRET],
    get: (native) => secretOf(native[SECRET]),
    put: (value) => ({ [SECRET]: value?.reveal() }),
    limits: SECRET_LIMITS,
  },
}

export const disabled: Lens<boolean> = {
  support: 'native',
  keys: ['status'],
  get: ({ status }) => status === 'INACTIVE',
  put: (value) => ({ status: value ? 'INACTIVE' : 'ACTIVE' }),
  note: 'A call of its own (deactivate, activate): with other settings it goes first where the client is switched off, and last where it is switched on.',
}

const CONSENT = oauth('consent_method')

export const firstParty: Lens<boolean> = {
  support: 'native',
  keys: [CONSENT],
  get: (native) => native[CONSENT] !== 'REQUIRED',
  put: (value, native) => {
    // Okta answers 200 there, and keeps nothing (recorded in a classic org).
    if (native[CONSENT] !== undefined || value !== false) {
      return { [CONSENT]: value === false ? 'REQUIRED' : 'TRUSTED' }
    }
    throw new ClientError(
      'unsupported_field',
      'client.firstParty cannot be set here: this org does not ask for consent (consent_method is missing), so that Okta would keep nothing.',
      { field: 'client.firstParty' },
    )
  },
  note: 'Users of a first-party client are not asked for their consent (consent_method TRUSTED).',
}

/** Okta keeps any JSON there; what is no text is not shown, and stays. */
export const clientMetadata: Lens<Readonly<Record<string, string>>> = {
  support: 'native',
  keys: ['profile'],
  get: (native) => textsOf(inner(native, 'profile'), true) as Readonly<Record<string, string>>,
  put: (metadata, native) => ({
    profile: { ...textsOf(inner(native, 'profile'), false), ...metadata },
  }),
  note: 'The top-level texts of the profile; other JSON in it is not shown, and stays as it is.',
}

const textsOf = (profile: Readonly<Record<string, Json>>, ofTexts: boolean) =>
  Object.fromEntries(
    Object.entries(profile).filter(([, value]) => (typeof value === 'string') === ofTexts),
  )

export const refreshTokenRotation: Lens<RefreshTokenRotation | null> = {
  support: 'native',
  keys: [ROTATION, LEEWAY],
  get: (native) => {
    const { [ROTATION]: type, [LEEWAY]: leeway } = native
    if (type === undefined) return undefined
    const enabled = type === 'ROTATE'
    return { enabled, graceSeconds: enabled ? (doubleOf(leeway) ?? DEFAULT_LEEWAY) : 0 }
  },
  put: (value, native) => {
    if (value !== null && !grantsOf(native).includes('refresh_token')) {
      throw new ClientError(
        'rule_violated',
        'client.refreshTokenRotation needs refresh_token in client.grantTypes.',
        { field: 'client.refreshTokenRotation' },
      )
    }
    if (value === null && native[ROTATION] === undefined) return {}
    // An update that leaves it out keeps it (documented), so that the default is written out.
    const usual = { enabled: typeOf(native) === 'browser', graceSeconds: DEFAULT_LEEWAY }
    const { enabled, graceSeconds } = value ?? usual
    // Okta drops a leeway beside STATIC (recorded).
    if (!enabled) return { [ROTATION]: 'STATIC', [LEEWAY]: undefined }
    return { [ROTATION]: 'ROTATE', [LEEWAY]: graceSeconds }
  },
  note: 'enabled: rotation_type ROTATE, with a leeway of 0 to 60 seconds as graceSeconds.',
}

/** Whether a record is of an application that is managed here; catalogue applications and Okta's own have other names. */
export const isManaged = ({ name, signOnMode, settings, ...native }: Native): boolean =>
  name === 'oidc_client' &&
  signOnMode === 'OPENID_CONNECT' &&
  ((isRecord(settings) && isRecord(settings.oauthClient)) ||
    Object.keys(native).some((path) => path.startsWith('settings.oauthClient.')))
