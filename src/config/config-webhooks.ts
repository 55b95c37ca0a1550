/** What the settings of webhooks mean: a target that is safe to send to, and keys by which receivers check what comes. */

import { type Secret, secret } from '../core/secrecy/secret.ts'
import { parseUrl } from '../core/uri/uri-reading.ts'
import { timeIn } from '../http/wire/query.ts'
import { isNetwork } from '../net/public-address.ts'
import type { Reference } from '../providers/setting-schemas.ts'
import type { EventType } from '../service/notify/client-event.ts'
import { keyOf } from '../service/notify/signature.ts'
import type { RawConfig } from './config-schema.ts'

export interface WebhookSettings {
  readonly url: string
  /** In base64; the first is the newest. */
  readonly keys: readonly Secret[]
  /** Absent: all. */
  readonly types?: readonly EventType[]
  /** Addresses and networks that are not public, and allowed all the same. */
  readonly privateAddresses: readonly string[]
  /** In PEM. */
  readonly ca?: string
  /** RFC 3339. */
  readonly from?: string
}

interface Reading {
  lookUp(reference: Reference, at: string): Secret
  readonly faults: string[]
}

/** Reads them; what is wrong with them is added to the faults. */
export function webhooksOf(
  raw: RawConfig['webhooks'],
  reading: Reading,
): Readonly<Record<string, WebhookSettings>> {
  return Object.fromEntries(
    Object.entries(raw).map(([name, one]) => [name, webhookOf(one, `webhooks.${name}`, reading)]),
  )
}

function webhookOf(
  { url, secrets, events, privateAddresses, ca, from }: RawConfig['webhooks'][string],
  at: string,
  { lookUp, faults }: Reading,
): WebhookSettings {
  const parsed = parseUrl(url)
  const isPlain = parsed?.username === '' && parsed.password === '' && parsed.hash === ''
  if (parsed?.protocol !== 'https:' || !isPlain) {
    faults.push(`${at}.url must be an https URL without a user and a fragment.`)
  }
  for (const [index, network] of privateAddresses.entries()) {
    if (!isNetwork(network)) {
      faults.push(
        `${at}.privateAddresses[${index}] must be an address or a network, such as 10.1.0.0/16.`,
      )
    }
  }
  if (from !== undefined && timeIn(from) === undefined) {
    faults.push(`${at}.from must be a time as in RFC 3339, such as 2026-01-31T12:00:00Z.`)
  }
  const keys = secrets.map((reference, index) => {
    const place = `${at}.secrets[${index}]`
    const text = lookUp(reference, place).reveal()
    const bytes = keyOf(text)
    if (bytes === undefined && text !== '') {
      faults.push(
        `${place} must be whsec_ and 24 to 64 bytes in base64. Generate one with: echo whsec_$(openssl rand -base64 32)`,
      )
    }
    return secret(bytes?.toString('base64') ?? '')
  })
  const authority = ca && lookUp(ca, `${at}.ca`).reveal()
  return {
    url,
    keys,
    privateAddresses,
    ...(events && { types: events }),
    ...(authority && { ca: authority }),
    ...(from && { from }),
  }
}
