/** What is asked of a creation, what a new client is made of, and what comes of it. */

import type { CopyReport } from '../../core/copy/fate.ts'
import type { FieldChange } from '../../core/diff.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Call, ClientRef, Place, Step } from '../../providers/call.ts'
import type { ClientKind, Creation } from '../../providers/creation.ts'
import type { Authorize, WriteRequest } from '../base/request.ts'

export interface CreationRequest extends WriteRequest {
  readonly authorize?: Authorize | undefined
  readonly place: Place
  readonly kind: ClientKind
  readonly patch: Patch
}

/** What a new client is made of, before the caller's own patch. */
export interface Beginning {
  /** What a new client of its kind starts from; changes are told as differences to it. */
  readonly blank: Native
  readonly start: Native
  readonly origin?: Origin
}

/** The client that a new one is a copy of. */
export interface Origin {
  /** The log of that client. */
  readonly log: string
  /** Fingerprint of its state. */
  readonly tag: string
  /** What a record has of it. */
  report(next: Native): CopyReport
  /** Refuses a plan that the caller has not agreed to. */
  check(next: Native, report: CopyReport): void
}

/** Finds out what a new client is made of, once it is known that it has not been made before. */
export type Begin = (creation: Creation, call: Call) => Promise<Beginning>

export interface CreationResult {
  readonly outcome: 'applied' | 'planned'
  /** Where it is; absent in a dry run. */
  readonly ref?: ClientRef
  /** The record as the provider holds it now; in a dry run the planned one. */
  readonly native: Native
  readonly tag: string
  /** The secret that was made along with it, also where the provider shows it only once. */
  readonly secret?: Secret
  /** What the caller's own patch changes in what a client of that kind starts from. */
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  readonly operationId?: string
  readonly replayed?: true
  /** Of a copy that was made or planned now: what it has of its source, and the source's fingerprint. */
  readonly copy?: { readonly report: CopyReport; readonly sourceTag: string }
}
