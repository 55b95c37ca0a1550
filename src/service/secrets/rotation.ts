/** What is asked of a rotation and what comes of it. */

import type { FieldChange } from '../../core/diff.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Step } from '../../providers/call.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Authorize, ClientRequest } from '../base/request.ts'
import type { Ending } from './retirements.ts'

export interface RotationRequest extends ClientRequest {
  /** The new secret is to take the place of the old one, as it must where there can be one only. */
  readonly cutOver: boolean
  /** The old ones end by themselves after so many seconds; absent: when they are retired. Not with `cutOver`. */
  readonly retireAfterSeconds?: number | undefined
  /** A value of the caller's own; absent: one is made here. */
  readonly value?: Secret | undefined
  readonly authorize?: Authorize | undefined
}

export interface RotationResult {
  readonly outcome: 'applied' | 'planned'
  /** The new secret; absent in a dry run. `value` is absent where it is told no more. */
  readonly secret?: Partial<LiveSecret> & { readonly value?: Secret }
  /** Those that were live before and still are. */
  readonly previous: readonly Ending[]
  /** The record as the provider holds it now; in a dry run the planned one. */
  readonly native: Native
  readonly tag: string
  /** What holds for the client beside its settings. */
  readonly standing: Standing | undefined
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
}
