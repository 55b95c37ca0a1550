/** The settings of the console: where browsers reach it, and the client by which it signs people in. */

import * as z from 'zod/mini'
import type { Secret } from '../../core/secrecy/secret.ts'
import { parseUrl } from '../../core/uri/uri-reading.ts'
import { type Reference, reference, text, url } from '../../providers/setting-schemas.ts'
import { faultSentences } from '../config-faults.ts'
import type { RawConfig } from '../config-schema.ts'

/** The console as it is set up. */
export interface ConsoleConfig {
  /** Without a slash at its end. */
  readonly url: string
  /** One of `auth.issuers`. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: Secret
  /** Absent: all that grants something. */
  readonly scope?: string
}

const consoleSchema = z.strictObject({
  url,
  issuer: z.optional(text),
  clientId: text,
  clientSecret: z.optional(reference),
  scope: z.optional(text),
})

interface Reading {
  lookUp(reference: Reference, at: string): Secret
  checkUrl(url: string, at: string, faults: string[]): void
  readonly faults: string[]
}

/** The console of a configuration; `undefined` where there is none: it is absent, or `false`. */
export function consoleOf(
  { console: raw, auth }: Pick<RawConfig, 'console' | 'auth'>,
  { lookUp, checkUrl, faults }: Reading,
): ConsoleConfig | undefined {
  if (raw === undefined || raw === false) return undefined
  if (typeof raw !== 'object' || raw === null) {
    faults.push('console must be false, or an object with url and clientId.')
    return undefined
  }
  const { success, data, error } = consoleSchema.safeParse(raw)
  if (!success) {
    const issues = error.issues.map((one) => ({ ...one, path: ['console', ...one.path] }))
    faults.push(...issues.flatMap(faultSentences))
    return undefined
  }
  const { clientSecret, issuer, ...settings } = data
  const before = faults.length
  checkUrl(settings.url, 'console.url', faults)
  const { search = '', hash = '' } = parseUrl(settings.url) ?? {}
  if (faults.length === before && (settings.url.endsWith('/') || `${search}${hash}` !== '')) {
    faults.push(
      'console.url must have no query, no fragment and no slash at its end, such as https://clientry.example.com.',
    )
  }
  return {
    ...settings,
    issuer: issuerOf(
      issuer,
      auth.issuers.map((one) => one.issuer),
      faults,
    ),
    ...(clientSecret === undefined
      ? {}
      : { clientSecret: lookUp(clientSecret, 'console.clientSecret') }),
  } as ConsoleConfig
}

function issuerOf(named: string | undefined, issuers: readonly string[], faults: string[]): string {
  const [only = ''] = issuers
  if (named === undefined && issuers.length > 1) {
    faults.push(
      `console.issuer must name the issuer at which people sign in: ${issuers.join(' or ')}.`,
    )
  }
  if (named !== undefined && !issuers.includes(named)) {
    faults.push(
      `console.issuer must be one of auth.issuers exactly as written there: ${issuers.join(', ')}.`,
    )
  }
  return named ?? only
}
