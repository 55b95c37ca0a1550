/**
 * The secrets of a local client. `client_secret` is the oldest that is live and the one that is shown;
 * `live_secrets` holds all of them with their ids and times. It is absent, or lists another secret, where
 * `client_secret` was set by someone rather than made here.
 */

import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'

/** One secret as `live_secrets` holds it. */
export interface StoredSecret extends JsonObject {
  readonly id: string
  readonly value: string
  /** Epoch seconds; `null` where it is not known. */
  readonly created_at: number | null
}

/** The id of a secret that was set. */
const SET = 'set'

/** What is live, oldest first; none for a client without a secret. */
export function liveSecrets(record: JsonObject): readonly StoredSecret[] {
  const { client_secret: value, live_secrets: listed } = record
  if (typeof value !== 'string') return []
  const secrets = Array.isArray(listed) ? (listed as readonly Json[]).filter(isHeld) : []
  return secrets[0]?.value === value ? secrets : [{ id: SET, value, created_at: null }]
}

const isHeld = (item: Json): item is StoredSecret =>
  isRecord(item) && typeof item.id === 'string' && typeof item.value === 'string'

/** A secret beside the others; `now` in epoch milliseconds. */
export function newHeld(value: string, now: number): StoredSecret {
  return { id: randomUUID(), value, created_at: Math.floor(now / 1_000) }
}

/** The members that hold these secrets, of which there is at least one. */
export function membersOf(secrets: readonly StoredSecret[]): JsonObject {
  return { client_secret: secrets[0]?.value ?? null, live_secrets: secrets }
}

/** Whether a text is one of the live secrets; takes the same time whichever it is, or none. */
export function isLive(record: JsonObject, text: string): boolean {
  const hash = digest(text)
  return liveSecrets(record)
    .map(({ value }) => timingSafeEqual(digest(value), hash))
    .includes(true)
}

const digest = (text: string) => createHash('sha256').update(text).digest()
