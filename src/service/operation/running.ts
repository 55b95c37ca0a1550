/** A change under way, and what became of it: what the steps of the engine hand to each other. */

import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
import type { Intent, Outcome } from '../../store/log/entry.ts'
import type { Rotation } from '../base/sealed.ts'

/** A change under way: where it started and where it was to end. */
export interface Running {
  readonly intent: Intent
  readonly provider: Provider
  readonly ref: ClientRef
  readonly base: Native
  readonly next: Native
  /** Of a rotation that puts a secret beside others. */
  readonly rotation?: Rotation
  /** The secret that it has added, once the provider has answered. */
  added?(): LiveSecret | undefined
  /** `false`: who asked for it may not know what the client holds. */
  readonly maySeeClient?: boolean
  /** A sweep came upon it, which does not wait for a list: it looks again the next time. */
  readonly sweeping?: boolean
}

export interface Settled {
  readonly outcome: Outcome
  /** The record as read back; `undefined` when the client is not there. */
  readonly native: Native | undefined
  /** The secret that a rotation has added. */
  readonly secret?: LiveSecret
  /** Ids of clients that may be the one that a creation was to make. */
  readonly candidates?: readonly string[]
  /** Fields that the provider, which answered that it was done, left at the value before. */
  readonly missed?: readonly string[]
}
