/** Rows of the mapping for members of which Keycloak has a way of its own. */

import type { Json } from '../../core/json/json.ts'
import { key } from '../../core/mapping/lenses.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Lens, Native } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import { attributesOf, isOn, withAttributes } from './attributes.ts'

/** Columns of Keycloak's database; a longer text is a 500. */
export const MAX_TEXT = 255

/** A text, of which an empty one is none. */
export const text = (name: string) =>
  key<string>(name, { cleared: '', limits: { maxLength: MAX_TEXT } })

/** What stands for a secret that the reader may not see (Keycloak 26.8). */
const MASK = /^\*+$/

/** Whether a secret is there and is not shown. */
export const isMasked = (value: Json): boolean => typeof value === 'string' && MASK.test(value)

export const secret: Lens<Secret | null> = {
  support: 'native',
  keys: ['secret'],
  get: ({ secret: value = null }) => (isMasked(value) ? undefined : secretOf(value)),
  put: (value) => ({ secret: value?.reveal() }),
  // RFC 6749 appendix A.2: client-secret = *VSCHAR
  limits: {
    maxLength: MAX_TEXT,
    pattern: { expression: /^[\x20-\x7e]+$/, says: 'must be printable ASCII' },
  },
}

const LOGOUT = 'post.logout.redirect.uris'
const SEPARATOR = '##'
const NONE = '-'
/** Stands for the redirect URIs. */
export const AS_CALLBACKS = '+'

/** An absent list is that of the redirect URIs, so that an empty one is written out. */
export const allowedLogoutUrls: Lens<readonly string[]> = {
  support: 'native',
  keys: [`attributes.${LOGOUT}`],
  get: (native) => {
    const value = attributesOf(native)[LOGOUT] ?? AS_CALLBACKS
    if (typeof value !== 'string') return value as never
    const items = value.split(SEPARATOR).filter((item) => item !== '')
    if (items.length === 0) return [AS_CALLBACKS]
    return items.length === 1 && items[0] === NONE ? [] : items
  },
  put: (value, native) => withAttributes(native, { [LOGOUT]: value?.join(SEPARATOR) || NONE }),
  note: '"+" stands for the callbacks, and is shown where Keycloak holds nothing.',
}

export const jwksUri: Lens<string | null> = {
  support: 'native',
  keys: ['attributes.jwks.url', 'attributes.use.jwks.url'],
  get: (native) =>
    isOn(native, 'use.jwks.url')
      ? (attributesOf(native)['jwks.url'] as string | undefined)
      : undefined,
  put: (value, native) =>
    withAttributes(native, {
      'jwks.url': value ?? undefined,
      'use.jwks.url': value === null ? undefined : 'true',
    }),
}

export const disabled: Lens<boolean> = {
  support: 'native',
  keys: ['enabled'],
  get: ({ enabled }) => enabled === false,
  put: (value) => ({ enabled: value !== true }),
}

export const firstParty: Lens<boolean> = {
  support: 'native',
  keys: ['consentRequired'],
  get: ({ consentRequired }) => consentRequired !== true,
  put: (value) => ({ consentRequired: value === false }),
  note: 'Users of a first-party client are not asked for their consent (consentRequired).',
}

/** Names of protocol mappers and nothing that the server makes of them, in one order. */
export function mappersOf({ protocolMappers }: Native): readonly Native[] {
  if (!Array.isArray(protocolMappers)) return []
  return protocolMappers.map((mapper) => {
    if (typeof mapper !== 'object' || mapper === null || Array.isArray(mapper)) return mapper
    const { id: _, consentRequired: __, ...rest } = mapper as Native
    return rest
  })
}
