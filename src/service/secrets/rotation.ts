/** The request of a rotation, and its result. */

import type { FieldChange } from '../../core/diff.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Step } from '../../providers/call.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Authorize, ClientRequest } from '../base/request.ts'
import type { Ending } from './retirements.ts'

export interface RotationRequest extends ClientRequest {
  /** The new secret replaces the old one, as it must if there can be only one. */
  readonly cutOver: boolean
  /**
   * The old ones end by themselves after this many seconds; absent: when they are retired. Not with
   * `cutOver`.
   */
  readonly retireAfterSeconds?: number | undefined
  /** A value of the caller's own; absent: one is made here. */
  readonly value?: Secret | undefined
  /** `false`: the dry run of a cut-over does not reveal whether the client has that value already. */
  readonly maySeeSecrets?: boolean | undefined
  readonly authorize?: Authorize | undefined
}

export interface RotationResult {
  readonly outcome: 'applied' | 'planned'
  /** The new secret; absent in a dry run. `value` is absent if it can no longer be shown. */
  readonly secret?: Partial<LiveSecret> & { readonly value?: Secret }
  /** The secrets that were live before and still are. */
  readonly previous: readonly Ending[]
  /** The record as the provider holds it now; in a dry run the planned one. */
  readonly native: Native
  readonly tag: string
  /** The client's standing. */
  readonly standing: Standing | undefined
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
}
