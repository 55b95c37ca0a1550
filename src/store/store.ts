/**
 * The contract of a store: append-only logs with one primitive, "append if that sequence number is
 * absent". Order, idempotence, history and recovery all stand on it.
 */

import type { KeyringCell } from './keys/keyring.ts'
import type { Entry, Intent } from './log/entry.ts'
import type { GrownHead } from './log/heads.ts'
import type { Mirror } from './mirror.ts'
import type { Notes } from './notes.ts'

/** A part of one log; without any member all of it, oldest first. */
export interface Range {
  /** The first sequence number. */
  readonly from?: number
  /** The first sequence number that no longer belongs to it. */
  readonly below?: number
  readonly newestFirst?: boolean
  readonly limit?: number
}

/** What the history across clients can be narrowed to. */
export interface Search {
  /** Where the clients live, as the configuration names it; `JOBS` for jobs and `REQUESTS` for requests for approval, by their beginning. */
  readonly provider: string
  /** `subject` of the actor. */
  readonly actor?: string
  /** The outcome of a change, or the kind of what was noticed. */
  readonly outcome?: SearchedOutcome
  /** Epoch milliseconds; the first that belongs to it, and the first that no longer does. */
  readonly from?: number
  readonly to?: number
  /** Only what comes after this place. */
  readonly after?: Place
  readonly limit: number
}

export const SEARCHED_OUTCOMES = [
  'applied',
  'partly_applied',
  'not_applied',
  'conflict',
  'outside_change',
  'overlap',
] as const

export type SearchedOutcome = (typeof SEARCHED_OUTCOMES)[number]

/** A place in the history across clients, which is in the order of `at`, newest first. */
export interface Place {
  /** Epoch milliseconds. */
  readonly at: number
  /** Distinguishes entries of one millisecond; the store's own text, sorted as it is compared. */
  readonly mark: string
}

/** Where an entry of the history across clients is. */
export interface SearchResult {
  readonly place: Place
  readonly resource: string
  readonly seq: number
}

/** The logs of clients, or all others but that of the checkpoints: jobs, registrations, idempotency keys ... */
export type HeadsOf = 'clients' | 'others'

/** Logs that grew since a cursor. */
export interface Grown {
  /** The newest entry of each, as far as it was looked; some may have been given before. */
  readonly heads: readonly GrownHead[]
  /** Where to look on. */
  readonly cursor: string
  /** There is more after the cursor already. */
  readonly more: boolean
}

/** An entry as it is stored, for those who check it. */
export interface RawRecord {
  readonly resource: string
  readonly seq: number
  /** Empty where it cannot be read. */
  readonly text: string
  /** Why it cannot be read, as a clause. */
  readonly damage?: string
}

/** Waits for a log to grow, from when it is made on. */
export interface Watch {
  /** Resolves when the log has grown since the last time, or after so many milliseconds; never rejects. */
  grown(milliseconds: number): Promise<void>
  end(): void
}

/** Every call rejects with `ClientError` `store_unavailable` when the store cannot do it. */
export interface Store {
  /** Makes an entry durable; `false` when its sequence number is taken. */
  append(entry: Entry): Promise<boolean>
  /** The newest entry of a log. */
  last(resource: string): Promise<Entry | undefined>
  entries(resource: string, range?: Range): Promise<readonly Entry[]>
  /** The intent of an operation; `undefined` as long as it is not in its log. */
  operation(operationId: string): Promise<Intent | undefined>
  /** What ended or was noticed, over all clients of one provider, newest first. */
  search(search: Search): Promise<readonly SearchResult[]>
  /** Without `of`: those of clients. A cursor is one of the same logs. */
  heads(since: string | undefined, of?: HeadsOf): Promise<Grown>
  /** Everything as it is stored, or one log; the entries of one log in their order. */
  records(resource?: string): AsyncIterable<RawRecord>
  /** Intents that have no outcome yet. */
  openIntents(): Promise<readonly Intent[]>
  /** Logs for which something has to be done by itself by `time` (epoch ms), that of the first due first. */
  due(time: number): Promise<readonly string[]>
  /** Writes and reads back, so that a readiness probe reports the truth. */
  check(): Promise<void>
  close(): Promise<void>
  /**
   * Puts entries of one log from which sealed texts were removed (`erasing.ts`) in the place of what they were; `false`: not all of
   * them, since the log has changed meanwhile, so it has to be looked at again. At any moment each entry of the log reads as it was
   * or as it is to be. Programs that do not know such entries cannot use the store from then on. Absent: the store keeps entries as
   * they were written.
   */
  erase?(entries: readonly Entry[]): Promise<boolean>
  /** Where the wrapped keys are by which entries are sealed. */
  readonly keyring: KeyringCell
  /**
   * How far its own clock is ahead of this process's, as far as it is known (milliseconds); absent: it has none, and 0
   * where it is less than a second.
   */
  aheadMs?(): number
  /** What instances share for the moment; absent where no other instance can reach the store. */
  readonly notes?: Notes
  /** Absent where the store has none: clients are then listed by asking. */
  readonly mirror?: Mirror
  /** Absent where a store does not know what other instances append: those who wait look again. */
  watch?(resource: string): Watch
  /**
   * The same store, whose calls stop at work after the time that is left when they begin; absent: they go on after
   * everyone has given up waiting.
   */
  within?(remainingMs: () => number): Store
}
