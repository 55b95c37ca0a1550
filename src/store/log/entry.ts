/**
 * What the log is made of. Each entry carries the hash of the one before it in its own log, so that none
 * can be changed, removed or put in between without the rest showing it (`chain.ts`).
 */

import type { JsonObject } from '../../core/json/json.ts'
import type { ErasedName } from '../erasing.ts'
import type { RingKey } from '../keys/keyring.ts'
import type { Actor, ApprovalMark, JobOrigin } from './actor.ts'
import type { ApprovalEntry } from './approval/approval-entry.ts'
import type { EntryBase, KeptChange } from './entry-base.ts'
import type { JobEntry } from './job-entry.ts'
import type { Standing } from './standing.ts'

/** Written durably before the first upstream write. */
export interface Intent extends EntryBase {
  readonly kind: 'intent'
  readonly operationId: string
  readonly requestId: string
  readonly actor: Actor
  /** Epoch milliseconds after which no one works on it any more. */
  readonly deadline: number
  /** How far the store's clock was ahead of the one that set the deadline (milliseconds); absent: not by a second. */
  readonly aheadMs?: number
  /** Fingerprint of the state that the change was planned from. */
  readonly baseTag: string
  readonly changes: readonly KeptChange[]
  /** The record before, each secret as a fingerprint. */
  readonly state: JsonObject
  /** Sealed `{ base, next }`, for settling and undoing. */
  readonly sealed: string
  /** What is sealed is new since the intent with that number, or in itself; absent: the records whole. */
  readonly sealedDelta?: { readonly from?: number }
  /** Log of the idempotency key that the caller gave. */
  readonly key?: string
  /** The job that it is part of, and the callers behind that. */
  readonly job?: JobOrigin
  /** Who approved it, where that was needed. */
  readonly approval?: ApprovalMark
  /** The revision that a rollback goes back to. */
  readonly rollbackTo?: number
  /** What else than a change of settings it is; `sealed.next` is `null` for a removal. */
  readonly action?: Action
  /** When the client that it makes is removed by itself (epoch milliseconds). */
  readonly removeAt?: number
  /** Log of the client that a new one is a copy of. */
  readonly copiedFrom?: string
  /** The secret that a retirement ends. */
  readonly secretId?: string
  /** The `kid` of the public key that is added or removed. */
  readonly keyId?: string
  /** What is to hold for the client once this is applied; absent: what holds now. */
  readonly becomes?: Standing
}

/**
 * What an intent is, where it is no change of settings alone. `rotate` gives a client a new secret, `retire`
 * ends one of those that are live, `retire_later` says when one is to end by itself, `retain` calls that off.
 * `move` registers a redirect URI beside the one that gives way to it, `confirm_move` says that the provider accepts it,
 * `narrow_move` removes the old one, and `end_move` the new one.
 * `add_key` and `remove_key` concern public keys that the provider keeps beside the record.
 */
export const ACTIONS = [
  'create',
  'remove',
  'protect',
  'unprotect',
  'assign',
  'suspend',
  'resume',
  'lease',
  'end_lease',
  'move',
  'confirm_move',
  'narrow_move',
  'end_move',
  'rotate',
  'retire',
  'retire_later',
  'retain',
  'adopt',
  'restore',
  'add_key',
  'remove_key',
] as const
export type Action = (typeof ACTIONS)[number]

/** Every action, and `change` for a change of settings alone, whose intent names none. */
export type ActionName = Action | 'change'

/** What an intent is. */
export const actionOf = ({ action }: { readonly action?: Action | undefined }): ActionName =>
  action ?? 'change'

/** `partly_applied`: the provider answered that it was done, and some of the fields still have the value before. */
export type Outcome = 'applied' | 'partly_applied' | 'not_applied' | 'conflict'

/** Closes the intent before it; written durably before the answer. */
export interface Closing extends EntryBase {
  readonly kind: 'outcome'
  readonly operationId: string
  /** That of the intent. */
  readonly actor: Actor
  readonly outcome: Outcome
  /** Fingerprint and masked record of the state after; absent when it could not be read. */
  readonly tag?: string
  readonly state?: JsonObject
  /** What differs from what was planned, or from the state before where it was not applied. */
  readonly surprises: readonly KeptChange[]
  /** Fields that the provider, which answered that it was done, left at the value before. */
  readonly missed?: readonly string[]
  /** What the provider said when it refused, without the secrets of call and client. */
  readonly providerMessage?: string
  /** Who found out: the request itself, or a settlement after it. */
  readonly settledBy: 'request' | 'settlement'
  /** Id of the client that was made; its own log begins with a `created` entry. */
  readonly created?: string
  /** Of a creation that ended in a conflict: ids of clients that may be the one. */
  readonly candidates?: readonly string[]
  /** The secret that a rotation put beside the others. */
  readonly secretId?: string
}

/** The first entry of a client that was made here; its intent is in a log of its own. */
export interface Created extends EntryBase {
  readonly kind: 'created'
  readonly operationId: string
  readonly requestId: string
  readonly actor: Actor
  readonly tag: string
  readonly state: JsonObject
  /** That of the intent. */
  readonly copiedFrom?: string
  /** That of the intent. */
  readonly approval?: ApprovalMark
}

/** The client was changed by someone else since the entry before. */
export interface OutsideChange extends EntryBase {
  readonly kind: 'outside_change'
  readonly tag: string
  readonly state: JsonObject
  readonly changes: readonly KeptChange[]
}

/** An instance came back after its intent had been closed by someone else. */
export interface Overlap extends EntryBase {
  readonly kind: 'overlap'
  readonly operationId: string
  readonly tag?: string
  readonly state?: JsonObject
}

/** An idempotency key is about to be used for an operation, or was used for one that changed nothing. */
export interface KeyUse extends EntryBase {
  readonly kind: 'key_use'
  /** Keyed fingerprint of the request that the key is bound to. */
  readonly fingerprint: string
  readonly operationId: string
  /** The client had to be left as it was: there is no intent, and there will be none. */
  readonly unchanged: boolean
}

/**
 * What opens one client at a server that gives each client a token of its own (RFC 7592 section 1.2), in
 * a log of its own: such a token may be renewed by any call, and is lost for good where it is not kept.
 */
export interface Registration extends EntryBase {
  readonly kind: 'registration'
  /**
   * `removing`: its removal is about to be sent. `refused`: the server takes none of the tokens any
   * more, so the client has to be adopted anew.
   */
  readonly condition: 'held' | 'removing' | 'refused' | 'removed'
  /** The operation in which it came to that. */
  readonly operationId: string
  /** Where it stands in the list of its provider. */
  readonly listed: number
  /** When the secret of the client ends by itself, as the server last said (epoch milliseconds). */
  readonly secretExpiresAt?: number
  /** When something is to be said to the operator (epoch milliseconds); absent: nothing is, or it was said. */
  readonly noticeAt?: number
  /** Sealed `{ openings: [{ token, uri }] }`, the newest first (`{ uri, tokens }` in earlier versions); absent once the client is removed. */
  readonly sealed?: string
}

/**
 * The first look for a client whose creation was not answered, in a log of its own: whichever process looks
 * next, the second look is that one's.
 */
export interface FirstLook extends EntryBase {
  readonly kind: 'look'
  readonly operationId: string
  /** Clients that might have been the one. */
  readonly ids: readonly string[]
}

/** One line in the list of the clients that are, or were, known at such a server. */
export interface Registered extends EntryBase {
  readonly kind: 'registered'
  readonly id: string
  readonly operationId: string
}

/** The newest entry of one log at some time. */
export interface Head {
  readonly resource: string
  readonly seq: number
  readonly hash: string
}

/** What the logs ended with, so that one that was cut short since can be recognized. */
export interface Checkpoint extends EntryBase {
  readonly kind: 'checkpoint'
  /** Logs that grew since the checkpoint before. */
  readonly heads: readonly Head[]
  /** Where the next one begins, for logs of clients; the store's own text. */
  readonly cursor: string
  /** The same for all other logs; absent: of a version that did not name them. */
  readonly others?: string
  /** Entries of which sealed texts are removed after this, and whose hash is over these. */
  readonly erased?: readonly ErasedName[]
  /** Keyed code over the rest: someone who has the store and not the key can make none. */
  readonly code: string
}

/** Which keys the keyring had, and under what each was wrapped; none of the keys. */
export interface KeysRecord extends EntryBase {
  readonly kind: 'keys'
  readonly keys: readonly Pick<RingKey, 'id' | 'purpose' | 'number' | 'wrappedBy'>[]
}

/** How far the events for one webhook have been delivered, in a log of its own. */
export interface Delivery extends EntryBase {
  readonly kind: 'delivery'
  /** Everything before this place was delivered; the store's own text. */
  readonly cursor: string
  /** When the logs were read up to there (epoch milliseconds). */
  readonly reachedAt: number
  /** Nothing that is older is delivered (epoch milliseconds). */
  readonly notBefore: number
  /** The replay that this is part of, as the configuration names its beginning. */
  readonly from?: string
  /** By the digest of a log: the newest entry of it that was delivered lately, and when (epoch milliseconds). */
  readonly delivered: Readonly<Record<string, readonly [seq: number, at: number]>>
  /** Ids of what is overdue and was reported, as long as it is. */
  readonly overdue: readonly string[]
  /** The same of what ends soon, and when that was last looked for (epoch milliseconds). */
  readonly endings: { readonly lookedAt: number; readonly ids: readonly string[] }
  /** Who delivers, and until when no one else does (epoch milliseconds). */
  readonly claim?: { readonly owner: string; readonly until: number }
}

export type Entry =
  | Intent
  | Closing
  | Created
  | OutsideChange
  | Overlap
  | KeyUse
  | Registration
  | Registered
  | FirstLook
  | Checkpoint
  | KeysRecord
  | Delivery
  | JobEntry
  | ApprovalEntry
