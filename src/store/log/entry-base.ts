/** What every entry of a log has, and who it was for. */

import type { FieldChange } from '../../core/diff.ts'
import type { Standing } from './standing.ts'

/** A difference as it is kept: its values are sealed where they are not known to be public. */
export interface KeptChange extends FieldChange {
  readonly sealed?: string
}

export interface EntryBase {
  /** What the log is about: a client, its registration, an idempotency key, a job ... (`resource.ts`). */
  readonly resource: string
  /** 1, 2, 3 ... without gaps within one resource. */
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  /** Hash of the entry before; empty for the first one. */
  readonly previous: string
  /** SHA-256 of everything else in this entry, base64url. */
  readonly hash: string
  /** Its hash is over what is left of its sealed texts when they are removed (`erasing.ts`); absent: over the texts, or there are none. */
  readonly erasable?: true
  /** What holds for the client beside its settings; absent: nothing. */
  readonly standing?: Standing
}
