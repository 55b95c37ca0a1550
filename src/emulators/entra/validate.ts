/**
 * What Entra ID demands of an application (Microsoft identity platform, "Redirect URI (reply URL) restrictions" and "Supported
 * account types: differences by validation"). What was there before and is not touched is not judged.
 */

import { isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import { type Application, isPersonal } from './members.ts'
import { invalid } from './refusal.ts'

const PLATFORMS = ['web', 'spa', 'publicClient']
const RESOURCES: Readonly<Record<string, string>> = {
  web: 'WebApplication',
  spa: 'SpaApplication',
  publicClient: 'PublicClientApplication',
}

const urisOf = (record: Application, platform: string): readonly string[] => {
  const whole = record[platform]
  const uris = isRecord(whole) ? whole.redirectUris : undefined
  return Array.isArray(uris) ? (uris as string[]) : []
}

/** Refuses what the tenant would refuse of a write. */
export function checkApplication(next: Application, before: Application = {}): void {
  const personal = isPersonal(next)
  const all = PLATFORMS.flatMap((platform) => urisOf(next, platform))
  const current = PLATFORMS.flatMap((platform) => urisOf(before, platform))
  if (all.length > (personal ? 100 : 256) || new Set(all).size < all.length) {
    refuse(invalid('redirectUris', 'WebApplication'))
  }
  for (const platform of PLATFORMS) {
    const added = urisOf(next, platform).filter((uri) => !current.includes(uri))
    if (added.some((uri) => !isGood(uri, platform, personal))) {
      refuse(invalid('redirectUris', RESOURCES[platform]))
    }
  }
  if (next.displayName !== before.displayName) {
    const { length } = String(next.displayName)
    if (length > (personal ? 90 : 120)) refuse(invalid('displayName'))
  }
}

function isGood(uri: string, platform: string, personal: boolean): boolean {
  if (uri.length > 256 || /[!$'(),;]/.test(uri)) return false
  if (personal && /[?*]/.test(uri)) return false
  if (/^http:\/\/(localhost|127\.0\.0\.1)(?=[:/]|$)/.test(uri)) return true
  if (/^https:\/\//.test(uri)) return true
  return platform !== 'spa' && !/^http:/.test(uri) && /^[a-z][a-z0-9+.-]*:/i.test(uri)
}
