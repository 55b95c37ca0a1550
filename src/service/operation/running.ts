/** A running change and its outcome, as the steps of the engine pass them on. */

import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
import type { Intent, Outcome } from '../../store/log/entry.ts'
import type { Rotation } from '../base/sealed.ts'

/** A running change: its base and its planned result. */
export interface Running {
  readonly intent: Intent
  readonly provider: Provider
  readonly ref: ClientRef
  readonly base: Native
  readonly next: Native
  /** For a rotation that adds a secret to others. */
  readonly rotation?: Rotation | undefined
  /** The secret that it has added, once the provider has answered. */
  added?(): LiveSecret | undefined
  /** `false`: the caller may not see values of the client. */
  readonly maySeeClient?: boolean
  /** It was found by a sweep, which does not wait for a list but looks again the next time. */
  readonly sweeping?: boolean
}

export interface Settled {
  readonly outcome: Outcome
  /** The record as read back; `undefined` if the client does not exist. */
  readonly native: Native | undefined
  /** The secret that a rotation has added. */
  readonly secret?: LiveSecret
  /** Ids of the clients that a creation may have made. */
  readonly candidates?: readonly string[]
  /** Fields that the provider, which answered that it was done, left at the value before. */
  readonly missed?: readonly string[]
  /** What the provider said when it refused, without the secrets of call and client. */
  readonly providerMessage?: string | undefined
}
