/** The request of a creation, what the new client begins with, and the result. */

import type { ClientKind } from '../../core/client-kind.ts'
import type { CopyReport } from '../../core/copy/fate.ts'
import type { FieldChange } from '../../core/diff.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Call, ClientRef, Place, Step } from '../../providers/call.ts'
import type { Creation } from '../../providers/creation.ts'
import type { Authorize, WriteRequest } from '../base/request.ts'

export interface CreationRequest extends WriteRequest {
  readonly authorize?: Authorize | undefined
  readonly place: Place
  readonly kind: ClientKind
  readonly patch: Patch
  /** Whose client it is; absent: no team's. */
  readonly team?: string | undefined
  /** When the client is removed by itself (epoch milliseconds); absent: never. */
  readonly removeAt?: number | undefined
}

/** What a new client begins with, before the caller's own patch. */
export interface Beginning {
  /** The defaults of a new client of its kind; changes are reported as differences from it. */
  readonly blank: Native
  readonly start: Native
  readonly origin?: Origin
}

/** The client that the new one is a copy of. */
export interface Origin {
  /** The log of that client. */
  readonly log: string
  /** Fingerprint of its state. */
  readonly tag: string
  /** Reports what a record has of it. */
  report(next: Native): CopyReport
  /** Refuses a plan that the caller has not agreed to. */
  check(next: Native, report: CopyReport): void
}

/** Finds out what the new client begins with, once it is known that it was not made before. */
export type Begin = (creation: Creation, call: Call) => Promise<Beginning>

export interface CreationResult {
  readonly outcome: 'applied' | 'planned'
  /** Its place and id; absent in a dry run. */
  readonly ref?: ClientRef
  /** The record as the provider holds it now; in a dry run the planned one. */
  readonly native: Native
  readonly tag: string
  /** The secret that was created with it, even if the provider shows it only once. */
  readonly secret?: Secret
  /** What the caller's own patch changes in the defaults of a client of that kind. */
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
  /** For a copy made or planned now: its report, and the source's fingerprint. */
  readonly copy?: { readonly report: CopyReport; readonly sourceTag: string }
}
