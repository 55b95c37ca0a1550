/** What a configuration means, once its shape is right: secrets looked up, defaults filled in, checks. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isRecord } from '../core/json/json.ts'
import { type Secret, secret } from '../core/secrecy/secret.ts'
import { parseUrl } from '../core/uri/uri-reading.ts'
import type { IssuerSettings } from '../http/auth/issuers.ts'
import type { PermissionGrant } from '../http/auth/permissions.ts'
import type { Level } from '../http/exchange.ts'
import type { QuotaSettings } from '../http/quotas.ts'
import { type ProviderSettings, providerSchema, settingsOf } from '../providers/configured.ts'
import { type Reference, reference } from '../providers/setting-schemas.ts'
import type { LeaseShares } from '../service/base/service.ts'
import { faultSentences, faulty } from './config-faults.ts'
import { configSchema, issuer, type RawConfig } from './config-schema.ts'
import { joined } from './config-text.ts'
import { type WebhookSettings, webhooksOf } from './config-webhooks.ts'
import { type ConsoleConfig, consoleOf } from './console/config-console.ts'
import { claimNamesOf, grantsOf } from './grants/config-grants.ts'
import { type EncryptionKey, encryptionKeyOf } from './store/config-keys.ts'
import { type StoreSettings, storeOf } from './store/config-store.ts'

export interface Config {
  readonly mode: 'production' | 'development'
  readonly server: RawConfig['server']
  /** Key-encryption keys: the one in use first. */
  readonly keys: readonly [EncryptionKey, ...EncryptionKey[]]
  readonly store: StoreSettings
  readonly defaultProvider: string
  readonly providers: Readonly<Record<string, ProviderSettings>>
  readonly issuers: readonly IssuerSettings[]
  readonly permissions: readonly PermissionGrant[] | undefined
  /** Absent: there is none. */
  readonly console?: ConsoleConfig
  readonly limits: { readonly deadlineMs: number; readonly upstreamTimeoutMs: number }
  /** How long a request waits for an approval (milliseconds). */
  readonly requestsWaitMs: number
  readonly leases: LeaseShares
  readonly quotas: QuotaSettings
  readonly mirror: { readonly refreshSeconds: number }
  /** How long sealed records of clients are kept in the history; absent: for good. */
  readonly retention?: { readonly sealedDays: number } | undefined
  readonly webhooks: Readonly<Record<string, WebhookSettings>>
  readonly log: { readonly level: Level }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** What the settings of one provider are read in. */
interface Around {
  /** Where they are. */
  readonly at: string
  readonly mode: RawConfig['mode']
  lookUp(reference: Reference, at: string): Secret
  readonly faults: string[]
}

/**
 * Checks a configuration and looks up the secrets that it names. `folder`: of the file that it stands in.
 * @throws ClientError `invalid_request` with all faults
 */
export function parseConfig(input: unknown, environment: Environment, folder?: string): Config {
  const value = folder === undefined ? input : withFilesFrom(folder, input)
  const parsed = configSchema.safeParse(value)
  if (!parsed.success) {
    const shape = parsed.error.issues.flatMap(faultSentences)
    throw faulty([...shape, ...partialFaults(value, environment)])
  }
  const raw = parsed.data
  const faults: string[] = []
  const lookUp = (reference: Reference, at: string) => {
    const text = find(reference, environment)
    if (text === undefined) faults.push(missing(reference, at))
    return secret(text ?? '')
  }
  const providers = Object.fromEntries(
    Object.entries(raw.providers).map(([id, one]) => [
      id,
      providerOf(one, { at: `providers.${id}`, mode: raw.mode, lookUp, faults }),
    ]),
  )
  const permissions = grantsOf(raw, faults)
  const { console: _, key, formerKeys, ...rest } = raw
  const console = consoleOf(raw, { lookUp, checkUrl, faults })
  const keyIn = { lookUp, faults, checkUrl: (one: string, at: string) => checkUrl(one, at, faults) }
  const config: Config = {
    ...rest,
    ...(console === undefined ? {} : { console }),
    keys: [
      encryptionKeyOf(key, 'key', keyIn),
      ...formerKeys.map((one, index) => encryptionKeyOf(one, `formerKeys[${index}]`, keyIn)),
    ],
    store: storeOf(raw.store, { folder, lookUp, faults }),
    defaultProvider: defaultProviderOf(raw, faults),
    providers,
    issuers: raw.auth.issuers.map((one, index) => {
      const settings = issuerOf(one, index, faults)
      const claimNames = claimNamesOf(one.issuer, permissions)
      return claimNames.length === 0 ? settings : { ...settings, claimNames }
    }),
    permissions,
    requestsWaitMs: raw.auth.approval.expiresAfterSeconds * 1_000,
    webhooks: webhooksOf(raw.webhooks, { lookUp, faults }),
  }
  const issuers = raw.auth.issuers.map((one) => one.issuer)
  for (const [index, { provider }] of raw.auth.issuers.entries()) {
    if (provider !== undefined && !Object.hasOwn(providers, provider)) {
      faults.push(`auth.issuers[${index}].provider names ${provider}, which is not configured.`)
    }
  }
  checkOrigins(raw.server.corsOrigins, faults)
  const twice = issuers.find((one, index) => issuers.indexOf(one) !== index)
  if (twice !== undefined) faults.push(`auth.issuers lists ${twice} twice.`)
  // What a call that was cut off did is found out by reading back, within the same request.
  if (raw.limits.upstreamTimeoutMs >= raw.limits.deadlineMs) {
    faults.push('limits.upstreamTimeoutMs must be shorter than limits.deadlineMs.')
  }
  if (faults.length > 0) throw faulty(faults)
  return config
}

/** The same with the files of secrets named from the folder, whatever directory the program runs in. */
function withFilesFrom(folder: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { success, data } = reference.safeParse(value)
  if (success) return 'file' in data ? { file: resolve(folder, data.file) } : value
  if (Array.isArray(value)) return value.map((inner) => withFilesFrom(folder, inner))
  const members = Object.entries(value).map(([name, inner]) => [name, withFilesFrom(folder, inner)])
  return Object.fromEntries(members)
}

/** What can be checked in the parts whose shape is right, where that of others is not. */
function partialFaults(value: unknown, environment: Environment): readonly string[] {
  const faults = [...missingReferences(value, environment)]
  if (!isRecord(value)) return faults
  const { providers, auth, defaultProvider, mode } = value
  const inMode = mode === 'development' ? mode : 'production'
  for (const [id, one] of Object.entries(isRecord(providers) ? providers : {})) {
    const { data } = providerSchema.safeParse(one)
    if (data === undefined) continue
    // What its references lead to has been reported.
    const lookUp = () => secret('')
    providerOf(data, { at: `providers.${id}`, mode: inMode, lookUp, faults })
  }
  const issuers = isRecord(auth) && Array.isArray(auth.issuers) ? auth.issuers : []
  for (const [index, one] of issuers.entries()) {
    const { data } = issuer.safeParse(one)
    if (data !== undefined) issuerOf(data, index, faults)
  }
  if (
    isRecord(providers) &&
    (defaultProvider === undefined || typeof defaultProvider === 'string')
  ) {
    defaultProviderOf({ providers, defaultProvider }, faults)
  }
  return faults
}

/** References that lead nowhere, in a configuration whose shape is not right yet. */
function missingReferences(value: unknown, environment: Environment, at = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const { success, data } = reference.safeParse(value)
  if (success) return find(data, environment) === undefined ? [missing(data, at)] : []
  const isList = Array.isArray(value)
  return Object.entries(value).flatMap(([name, inner]) =>
    missingReferences(inner, environment, joined(at, isList ? Number(name) : name)),
  )
}

const missing = (reference: Reference, at: string) =>
  `${at} names ${placeOf(reference)}, which is missing or empty.`

function find(reference: Reference, environment: Environment): string | undefined {
  if ('env' in reference) return environment[reference.env] || undefined
  try {
    return readFileSync(reference.file, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

const placeOf = (reference: Reference) =>
  'env' in reference ? `the variable ${reference.env}` : `the file ${reference.file}`

function defaultProviderOf(
  { providers, defaultProvider }: { providers: object; defaultProvider?: string | undefined },
  faults: string[],
): string {
  const ids = Object.keys(providers)
  const [only = ''] = ids
  if (ids.length === 0) faults.push('providers must contain at least one provider.')
  if (defaultProvider === undefined && ids.length > 1) {
    faults.push(`defaultProvider must name one of: ${ids.join(', ')}.`)
  }
  if (defaultProvider !== undefined && !ids.includes(defaultProvider)) {
    faults.push(`defaultProvider names ${defaultProvider}, which is not configured.`)
  }
  return defaultProvider ?? only
}

/** Reads the settings of one provider; what only its kind knows is left to its own folder. */
function providerOf(
  written: RawConfig['providers'][string],
  { at, mode, lookUp, faults }: Around,
): ProviderSettings {
  const place = (name?: string) => (name === undefined ? at : `${at}.${name}`)
  return settingsOf(written, {
    mode,
    secret: (reference, name) => lookUp(reference, place(name)),
    url: (url, name) => checkUrl(url, place(name), faults),
    fault: (says, name) => faults.push(`${place(name)} ${says}`),
  })
}

/** Origins as browsers write them (RFC 6454 section 6.2), or none would ever be equal. */
function checkOrigins(origins: readonly string[], faults: string[]): void {
  for (const [index, origin] of origins.entries()) {
    const at = `server.corsOrigins[${index}]`
    const parsed = parseUrl(origin)
    const isExact = parsed?.origin === origin && origin !== 'null' && !origin.includes('*')
    if (!isExact) {
      faults.push(`${at} must be an exact origin, such as https://app.example.com.`)
    } else checkUrl(origin, at, faults)
  }
}

/** Keys and credentials travel there, so it is TLS, or this very machine. */
function checkUrl(url: string, at: string, faults: string[]): void {
  const { protocol, hostname } = new URL(url)
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol === 'https:' || loopback) return
  faults.push(`${at} must be an https URL; http is allowed only for this machine.`)
}

function issuerOf(
  raw: RawConfig['auth']['issuers'][number],
  index: number,
  faults: string[],
): IssuerSettings {
  const at = `auth.issuers[${index}]`
  if (raw.audience === undefined && raw.clientIds === undefined) {
    faults.push(
      `${at} must have an audience or clientIds, or it would accept tokens made for anyone.`,
    )
  }
  if (raw.jwksUrl !== undefined) checkUrl(raw.jwksUrl, `${at}.jwksUrl`, faults)
  else checkUrl(raw.issuer, `${at}.issuer`, faults)
  return raw as IssuerSettings
}
