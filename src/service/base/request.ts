/** What is asked of a change and what comes of it. */

import type { LeaseField } from '../../core/client.ts'
import type { FieldChange } from '../../core/diff.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { Patch } from '../../core/patch/patch.ts'
import type { Need } from '../../core/rights/rights.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Call, ClientRef, Step } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Actor, JobOrigin } from '../../store/log/actor.ts'
import type { Lease, Standing } from '../../store/log/standing.ts'

export type { Lease, Standing }

/** Going back to an earlier revision: a change whose patch follows from the history. */
export interface Rollback {
  readonly kind: 'rollback'
  /** A revision that the history lists; 0 is what was there before the first change. */
  readonly to: number
  /** Restores what can be restored, where something cannot. */
  readonly allowPartial: boolean
}

/** Undoing one change of ours, however many came after it. */
export interface Undo {
  readonly kind: 'undo'
  readonly operationId: string
  /** Takes back what can be taken back, where something cannot. */
  readonly allowPartial: boolean
}

/** A new secret in the place of the only one: a change of `client.secret` that is filed as a rotation. */
export interface CutOver {
  readonly kind: 'cut-over'
  readonly value: Secret
}

/** Protecting a client, or no longer: a change of what holds for it and of no setting. */
export interface Protection {
  readonly kind: 'protection'
  readonly protected: boolean
}

/** Suspending a client, or resuming it. */
export interface Suspending {
  readonly kind: 'suspension'
  readonly suspended: boolean
  /** Gives back what can be given back, where something cannot. */
  readonly allowPartial: boolean
}

/** Each record of a client tells all its leases, so they are short (characters). */
export const MAX_VALUE_LENGTH = 512
export const MAX_OWNER_LENGTH = 128

/** 90 days: what is to be there for longer is no lease. */
export const MAX_LEASE_SECONDS = 7_776_000

/** Taking a lease on a value of a list, or renewing it. */
export interface LeaseTaking {
  readonly kind: 'lease'
  readonly field: LeaseField
  readonly value: string
  readonly owner: string
  /** How long it is to hold from now on. */
  readonly seconds: number
}

/** Ending leases, and taking away the values that nobody else holds. */
export interface LeaseEnding {
  readonly kind: 'end_lease'
  /** Which ones; `now` in epoch milliseconds, at the time of the change. */
  ends(lease: Lease, now: number): boolean
}

/** An idempotency key of one caller, and the request that it is bound to. */
export interface Key {
  /** The log that is kept for it. */
  readonly log: string
  /** Keyed fingerprint of the request. */
  readonly fingerprint: string
}

/** A client as a use case finds it. */
export interface FoundClient {
  readonly native: Native
  /** Fingerprint of its state. */
  readonly tag: string
  readonly standing: Standing | undefined
}

/** Refuses what the caller may not do, once it is known which permissions it takes. */
export type Authorize = (needs: readonly Need[]) => void

/** What every request that writes says. */
export interface WriteRequest {
  readonly provider: Provider
  readonly key?: Key | undefined
  readonly dryRun: boolean
  readonly actor: Actor
  /** Who takes turns at the provider's pace; absent: the actor. */
  readonly caller?: string | undefined
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly onUpstream?: Call['onUpstream']
}

/** What every request says that writes to a client which is known here. */
export interface ClientRequest extends WriteRequest {
  readonly ref: ClientRef
  /** The tags of `If-Match`; absent: any state will do. */
  readonly ifMatch?: readonly string[] | undefined
  /** Known to be about a client that this server or the provider works by means of. */
  readonly ownClient?: boolean | undefined
  /** Refuses by what the client is now, once that is read and before anything is sent. */
  readonly checkFound?: ((found: FoundClient) => void) | undefined
}

export interface ChangeRequest extends ClientRequest {
  readonly patch:
    | Patch
    | Rollback
    | Undo
    | Protection
    | Suspending
    | LeaseTaking
    | LeaseEnding
    | CutOver
  /** Refuses what the caller takes to hold for the client, where something else does. */
  confirm?(standing: Standing | undefined): void
  /** `false`: a dry run tells a secret that is set as a difference, whatever the client has. */
  readonly maySeeSecrets?: boolean
  /** `false`: a refusal does not name what the client holds. */
  readonly maySeeClient?: boolean
  readonly authorize?: Authorize | undefined
  /** The job that it is part of. */
  readonly job?: JobOrigin
}

export interface ChangeResult {
  /** What became of it: `planned` in a dry run, `unchanged` when there was nothing to do. */
  readonly outcome: 'applied' | 'unchanged' | 'planned'
  /** The record as the provider holds it now; in a dry run the planned one. */
  readonly native: Native
  /** Fingerprint of the state that the provider holds now; in a dry run of the base. */
  readonly tag: string
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  /** What holds for the client beside its settings; in a dry run what is to hold. */
  readonly standing: Standing | undefined
  readonly operationId?: string
  /** The key had been used for this request before; nothing was done again. */
  readonly replayed?: true
}
