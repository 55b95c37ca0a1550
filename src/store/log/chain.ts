/**
 * The chain of a log: what is appended after an entry holds that entry's hash, so that a log proves
 * its own order and completeness up to its newest entry. `Checkpoint` entries hold the newest ones.
 */

import { createHash } from 'node:crypto'
import { canonicalJson, type JsonObject } from '../../core/json/json.ts'
import { erased, hasSealed, withSealed } from '../erasing.ts'
import type { Entry, Intent, Outcome } from './entry.ts'
import { uncertainOf } from './late-standing.ts'
import { type Standing, withKept } from './standing.ts'

interface Link {
  readonly seq: number
  readonly previous: string
  readonly hash: string
  readonly erasable?: true
  readonly standing?: Standing
}

/**
 * The entry that follows `before` in its log; the first one without it.
 * @param late an intent that came into force although its outcome says otherwise
 */
export function following<B extends { readonly resource: string; readonly outcome?: Outcome }>(
  before: Entry | undefined,
  body: B,
  late?: Intent,
): B & Link {
  const carried = standingAfter(before, body.outcome)
  const standing = late === undefined ? carried : uncertainOf(late).late(carried, late)
  const entry = {
    ...body,
    seq: (before?.seq ?? 0) + 1,
    previous: before?.hash ?? '',
    ...(standing === undefined ? {} : { standing }),
    ...(hasSealed(body) ? { erasable: true as const } : {}),
  }
  return { ...entry, hash: hashOf(entry as unknown as JsonObject) }
}

/**
 * What holds for a client is carried from entry to entry, and changes where an intent is applied, or ended in
 * a conflict, or half done, in a way that leaves it. A value that may have been put there to stay, stays.
 */
function standingAfter(
  before: Entry | undefined,
  outcome: Outcome | undefined,
): Standing | undefined {
  if (before?.kind !== 'intent') return before?.standing
  const uncertain = outcome === 'conflict' || outcome === 'partly_applied'
  const holds = outcome === 'applied' || (uncertain && uncertainOf(before).holdsInConflict)
  if (!holds) {
    return uncertain ? withKept(before.standing, before.becomes) : before.standing
  }
  const standing = before.becomes ?? before.standing ?? {}
  return Object.keys(standing).length === 0 ? undefined : standing
}

/** The hash of an entry, whether it is in it already or not. */
export function hashOf({ hash: _, ...entry }: JsonObject): string {
  const content = entry.erasable === true ? withSealed(entry, erased) : entry
  return createHash('sha256').update(canonicalJson(content)).digest('base64url')
}
