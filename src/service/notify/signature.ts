/**
 * Signatures by which a receiver knows who sent an event and when: Standard Webhooks 1.0.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). With two keys there are two, so that a
 * receiver can change from one to the other without an event that it does not take.
 */

import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'
/** The specification: between 24 and 64 bytes. */
const [SHORTEST, LONGEST] = [24, 64]

/** The bytes of a key as it is written; `undefined` where it is none. */
export function keyOf(text: string): Buffer | undefined {
  if (!text.startsWith(PREFIX)) return undefined
  const base64 = text.slice(PREFIX.length)
  const bytes = Buffer.from(base64, 'base64')
  const isWhole = bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '')
  return isWhole && bytes.length >= SHORTEST && bytes.length <= LONGEST ? bytes : undefined
}

/** What is signed. */
export interface Message {
  readonly id: string
  /** Epoch seconds. */
  readonly timestamp: number
  readonly body: string
}

/** The headers of a message, with one signature for each key. */
export function signedHeaders(
  { id, timestamp, body }: Message,
  keys: readonly Uint8Array[],
): Readonly<Record<string, string>> {
  const signatures = keys.map(
    (key) =>
      `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}
