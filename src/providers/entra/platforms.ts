/**
 * The platforms of an application: each has redirect URIs of its own and decides how a code that came to one of them is
 * redeemed (Microsoft identity platform, "Redirect URI (reply URL) restrictions"). A URI is in one of them only.
 */

import type { ClientKind } from '../../core/client-kind.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import { inner, texts } from '../../core/mapping/lenses.ts'
import type { Lens, Native, NativeChange } from '../../core/mapping/row.ts'

/** In the order in which their URIs are shown. */
export const PLATFORMS = ['web', 'spa', 'publicClient'] as const

export type Platform = (typeof PLATFORMS)[number]

/** What a new client is made for, until a URI or a credential shows it. Not a member of Entra's. */
export const KIND = '$kind'

const PLATFORM_OF: Readonly<Record<ClientKind, Platform>> = {
  web: 'web',
  machine: 'web',
  spa: 'spa',
  native: 'publicClient',
}

/** The URIs of one platform. */
export const urisOf = (native: Native, platform: Platform): readonly string[] =>
  texts(inner(native, platform).redirectUris)

/** Those of all platforms. */
export const allUris = (native: Native): readonly string[] =>
  PLATFORMS.flatMap((platform) => urisOf(native, platform))

const kindIn = ({ [KIND]: kind }: Native): ClientKind | undefined =>
  typeof kind === 'string' && Object.hasOwn(PLATFORM_OF, kind) ? (kind as ClientKind) : undefined

/** What an application is, by the first platform that has a URI. */
export function kindOfApplication(native: Native): ClientKind {
  if (urisOf(native, 'web').length > 0) return 'web'
  if (urisOf(native, 'spa').length > 0) return 'spa'
  if (urisOf(native, 'publicClient').length > 0) return 'native'
  const isNative = native.isFallbackPublicClient === true
  return kindIn(native) ?? (isNative ? 'native' : 'machine')
}

/** In the words of the neutral field. */
const APP_TYPES: Readonly<Record<ClientKind, string>> = {
  web: 'regular_web',
  spa: 'spa',
  native: 'native',
  machine: 'non_interactive',
}

export const appTypeOf = (native: Native): string => APP_TYPES[kindOfApplication(native)]

/** Whether it authenticates where it redeems a code. */
export const isPublic = (native: Native): boolean =>
  ['spa', 'native'].includes(kindOfApplication(native))

const NOTE =
  'Of the platforms web, spa and publicClient, in this order; order means nothing. A URI stays in its platform; a new one goes to that of client.appType, and to web where no platform has one.'

/** One list of all platforms. */
export const callbacks: Lens<readonly string[]> = {
  support: 'derived',
  keys: PLATFORMS.map((platform) => `${platform}.redirectUris`),
  get: (native) => [...new Set(allUris(native))],
  put: (value, native): NativeChange => {
    const uris = value ?? []
    const current = allUris(native)
    const added = uris.filter((uri) => !current.includes(uri))
    const own = PLATFORM_OF[kindOfApplication(native)]
    const changes = PLATFORMS.flatMap((platform): [string, Json][] => {
      const before = urisOf(native, platform)
      const unchanged = before.filter((uri) => uris.includes(uri))
      const after = platform === own ? [...unchanged, ...added] : unchanged
      const isSame = after.length === before.length && unchanged.length === before.length
      if (isSame) return []
      const whole = native[platform] ?? null
      return [[platform, { ...(isRecord(whole) ? whole : {}), redirectUris: after }]]
    })
    return Object.fromEntries(changes)
  },
  limits: { maxItems: 256 },
  follows: [KIND, 'isFallbackPublicClient'],
  note: NOTE,
}
