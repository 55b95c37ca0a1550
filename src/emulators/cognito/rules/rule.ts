/** What a cross-field rule is; the rules themselves are in `rules.ts` and the files that it names. */

import type { ClientRecord, Pool } from '../pools.ts'

export interface Candidate {
  /** The record as it would be after the write. */
  readonly next: ClientRecord
  readonly pool: Pool
  /** Whether the client has a secret. */
  readonly confidential: boolean
}

/** Refuses a record that breaks it. */
export type Rule = (candidate: Candidate) => void

/** A list of texts that was checked before; absent is empty. */
export function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : []
}
