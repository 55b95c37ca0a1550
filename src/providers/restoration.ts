/** How a provider gives back a client that was removed, with its id. */

import type { Native } from '../core/mapping/row.ts'
import type { Call, ClientRef, Step } from './call.ts'

/** What comes back of a removed client, and what does not. */
export interface Restorable {
  /** The record that is to be there again. */
  readonly next: Native
  /** What no one can give back; noun phrases. */
  readonly lost: readonly string[]
}

export interface Restoration {
  /** What of a record comes back, as far as the provider can be asked now. */
  plan(ref: ClientRef, removed: Native, call: Call): Promise<Restorable>
  /** The one call that makes the client again. Its answer is the whole record as a read gives it. */
  step(ref: ClientRef, next: Native): Step
  /** Whether a client is the one that is to be there again, and no other that has taken its id since. Pure. */
  isIt(next: Native, native: Native): boolean
}
