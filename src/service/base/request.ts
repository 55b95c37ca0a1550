/** The requests of a change, and its result. */

import type { LeaseField } from '../../core/client.ts'
import type { FieldChange } from '../../core/diff.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { FieldPatches, Patch } from '../../core/patch/patch.ts'
import type { Need } from '../../core/rights/rights.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Call, ClientRef, Step } from '../../providers/call.ts'
import type { Provider, ReadOneOfMany } from '../../providers/provider.ts'
import type { Actor, ApprovalMark, JobOrigin, TokenRights } from '../../store/log/actor.ts'
import type { Lease, Move, Standing, Widened } from '../../store/log/standing.ts'

export type { Lease, Move, Standing }

/** A rollback to an earlier revision: a change whose patch follows from the history. */
export interface Rollback {
  readonly kind: 'rollback'
  /** A revision that the history lists; 0 is the state before the first change. */
  readonly to: number
  /** Restores what can be restored even if some settings cannot. */
  readonly allowPartial: boolean
}

/** Undoes one change made through Clientry, however many followed. */
export interface Undo {
  readonly kind: 'undo'
  readonly operationId: string
  /** Undoes what can be undone even if some settings cannot. */
  readonly allowPartial: boolean
}

/** Replaces the only secret: a change of `client.secret` that is recorded as a rotation. */
export interface CutOver {
  readonly kind: 'cut-over'
  readonly value: Secret
}

/** Says which values of lists are whose, beside a patch. */
export interface Managing {
  readonly kind: 'managing'
  /** By manager and list; a list that is not named is left alone. */
  readonly managers: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly fields: FieldPatches
}

/** Adds or removes a public key where a setting of the record holds the keys. */
export interface KeySetting {
  readonly kind: 'key'
  /** The change of that setting, over the client's present state. */
  over(base: Native): Patch
}

/** Protects a client or ends its protection: a change of its standing, not of a setting. */
export interface Protection {
  readonly kind: 'protection'
  readonly protected: boolean
}

/** Says whose client it is; `null`: no team's. A change of its standing, not of a setting. */
export interface Assignment {
  readonly kind: 'assignment'
  readonly team: string | null
}

/** Suspends a client, or resumes it. */
export interface Suspending {
  readonly kind: 'suspension'
  readonly suspended: boolean
  /** Restores what can be restored even if some settings cannot. */
  readonly allowPartial: boolean
  /** The client is removed later, unless something happens to it before. */
  readonly reap?: ReapPlan
  /** The reaping of the client that ends; another one's goes on. */
  readonly unreaps?: Unreaping
}

/** Calls off a coming removal by a job. */
export interface Retention {
  readonly kind: 'retention'
}

/** A job that reaps, and its suspension of the client. */
export interface Unreaping {
  readonly job: string
  readonly operationId: string
}

/** How a client is reaped that is suspended; the rights are those of who submitted the job. */
export interface ReapPlan extends TokenRights {
  readonly job: JobOrigin
  /** From the suspension to the removal (milliseconds). */
  readonly graceMs: number
  /** Who approved it, where that was needed. */
  readonly approval?: ApprovalMark
}

/** Each record of a client lists all its leases, so values are short (characters). */
export const MAX_VALUE_LENGTH = 512
export const MAX_OWNER_LENGTH = 128

/** 90 days; a value that is needed for longer should not be leased. */
export const MAX_LEASE_SECONDS = 7_776_000

/** A value of a list. */
export interface LeasedValue {
  readonly field: LeaseField
  readonly value: string
}

/** Takes or renews a lease on a value of a list, or on several: all of them or none. */
export interface LeaseTaking extends LeasedValue {
  readonly kind: 'lease'
  /** The further ones, each once. */
  readonly more?: readonly LeasedValue[]
  readonly owner: string
  /** How long the lease lasts from now on. */
  readonly seconds: number
}

/** Ends leases, and removes the values that no one else has leased. */
export interface LeaseEnding {
  readonly kind: 'end_lease'
  /** Selects the leases to end; `now` is the time of the change (epoch milliseconds). */
  ends(lease: Lease, now: number): boolean
}

/** Registers a redirect URI beside the one that gives way to it, or goes on with that. */
export interface MoveStart {
  readonly kind: 'move'
  readonly from: string
  readonly to: string
  /** When the old one is to go (epoch milliseconds); absent: on request, or as it was said before. */
  readonly narrowAt?: number | undefined
  /** What of the caller's token the rights follow from by which it is narrowed. */
  readonly token?: TokenRights
}

/** Says that the provider accepts the new redirect URI of a move. */
export interface MoveConfirmation {
  readonly kind: 'confirm_move'
  readonly from: string
  readonly to: string
  readonly by: Widened['by']
  /** How long codes live (seconds); absent: as is known of the provider. */
  readonly codeSeconds?: number
}

/** Removes the old redirect URI of a move. */
export interface MoveNarrowing {
  readonly kind: 'narrow_move'
  readonly from: string
  /** Only if the time has come that was set for it. */
  readonly whenDue?: true
}

/** Ends a move by removing its new redirect URI. */
export interface MoveEnding {
  readonly kind: 'end_move'
  readonly from: string
}

/** An idempotency key of one caller, and the request that it is bound to. */
export interface Key {
  /** The log of this key. */
  readonly log: string
  /** Keyed fingerprint of the request. */
  readonly fingerprint: string
}

/** A client as a use case has read it. */
export interface ClientSnapshot {
  readonly native: Native
  /** Fingerprint of its state. */
  readonly tag: string
  readonly standing: Standing | undefined
}

/** Refuses what the caller may not do, once the needed permissions are known. */
export type Authorize = (needs: readonly Need[]) => void

/** The members of every request that writes. */
export interface WriteRequest {
  readonly provider: Provider
  readonly key?: Key | undefined
  readonly dryRun: boolean
  readonly actor: Actor
  /** The caller for whom turns at the provider's pace are counted; absent: the actor. */
  readonly caller?: string | undefined
  /** The part of the provider's rate that is left to others, where it is more than the provider's own setting. */
  readonly reserve?: number | undefined
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly onUpstream?: Call['onUpstream']
  /** `false`: a refusal does not reveal values of the client. */
  readonly maySeeClient?: boolean | undefined
}

/** The members of every request that writes to an existing client. */
export interface ClientRequest extends WriteRequest {
  readonly ref: ClientRef
  /** The tags of `If-Match`; absent: any state will do. */
  readonly ifMatch?: readonly string[] | undefined
  /** The caller knows that this server or the provider depends on the client. */
  readonly ownClient?: boolean | undefined
  /** May refuse the request after the client has been read and before anything is sent. */
  readonly checkFound?: ((snapshot: ClientSnapshot) => void) | undefined
}

export interface ChangeRequest extends ClientRequest {
  readonly patch:
    | Patch
    | Rollback
    | Undo
    | Protection
    | Assignment
    | Suspending
    | LeaseTaking
    | LeaseEnding
    | MoveStart
    | MoveConfirmation
    | MoveNarrowing
    | MoveEnding
    | Retention
    | CutOver
    | KeySetting
    | Managing
  /** Refuses the request if the client's standing is not what the caller expects. */
  confirm?(standing: Standing | undefined): void
  /** `false`: a dry run always reports a secret that is set as a difference, whatever the client has. */
  readonly maySeeSecrets?: boolean | undefined
  readonly authorize?: Authorize | undefined
  /** The job that the change belongs to. */
  readonly job?: JobOrigin
  /** Reads the client where it is one of many; absent: it is read by itself. */
  readonly readOneOfMany?: ReadOneOfMany | undefined
}

export interface ChangeResult {
  /** The outcome: `planned` in a dry run, `unchanged` if there was nothing to do. */
  readonly outcome: 'applied' | 'unchanged' | 'planned'
  /** The record as the provider holds it now; in a dry run the planned one. */
  readonly native: Native
  /** Fingerprint of the state that the provider holds now; in a dry run of the base. */
  readonly tag: string
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly Warning[]
  readonly steps: readonly Step[]
  /** The client's standing (protection, suspension, leases); in a dry run the planned one. */
  readonly standing: Standing | undefined
  readonly operationId?: string
  /** The key was already used for this request, so nothing was done again. */
  readonly replayed?: true
}
