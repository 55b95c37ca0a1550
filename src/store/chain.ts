/**
 * The chain of a log: what is appended after an entry holds that entry's hash, so that a log proves
 * its own order and completeness up to its newest entry. `Checkpoint` entries hold the newest ones.
 */

import { createHash } from 'node:crypto'
import { canonicalJson, type JsonObject } from '../core/json.ts'
import type { Entry } from './entry.ts'

interface Link {
  readonly seq: number
  readonly previous: string
  readonly hash: string
}

/** The entry that follows `before` in its log; the first one without it. */
export function following<B extends { readonly resource: string }>(
  before: Entry | undefined,
  body: B,
): B & Link {
  const entry = { ...body, seq: (before?.seq ?? 0) + 1, previous: before?.hash ?? '' }
  return { ...entry, hash: hashOf(entry as unknown as JsonObject) }
}

/** The hash of an entry, whether it is in it already or not. */
export function hashOf({ hash: _, ...entry }: JsonObject): string {
  return createHash('sha256').update(canonicalJson(entry)).digest('base64url')
}
