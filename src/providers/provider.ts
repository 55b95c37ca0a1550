/**
 * The contract of a provider: a mapping table plus a few calls. Absence of an optional member is the
 * missing capability.
 *
 * Providers never retry, log, validate or translate: that is done once, outside. Every call rejects
 * with a `ClientError`: `not_found`, `provider_refused`, `provider_throttled`, `provider_unavailable`,
 * `provider_misconfigured`, `deadline_exceeded`, or, once something was sent that may have taken
 * effect, `outcome_unknown`.
 */

import type { FieldName } from '../core/client.ts'
import type { Json } from '../core/json/json.ts'
import type { PublicKey } from '../core/keys/public-key.ts'
import type { Mapping } from '../core/mapping/mapping.ts'
import type { Dangling, Native } from '../core/mapping/row.ts'
import type { OwnApi } from '../core/rights/own-api.ts'
import type { Adoption } from './adoption.ts'
import type { Authorization } from './authorization/authorization.ts'
import type { Call, ClientRef, Place, Step } from './call.ts'
import type { Creation } from './creation.ts'
import type { Elsewhere } from './elsewhere.ts'
import type { Proof } from './proof/proof.ts'
import type { Restoration } from './restoration.ts'
import type { Secrets } from './secrets.ts'

/** One bucket of a provider's pace, as metrics show it. */
export interface PaceState {
  /** From a closed set: operations and configured pools. */
  readonly name: string
  /** Calls a second that we give ourselves now; absent: without limit. */
  readonly perSecond?: number
  /** Calls that could go at once; below zero where others took more than was thought. */
  readonly tokens?: number
  /** Calls that can go at once where none was sent before. */
  readonly burst?: number
  /** Epoch milliseconds; in the past unless it pauses. */
  readonly pausedUntil: number
  /** Calls that wait now. */
  readonly waiting: number
  /** Since the start: calls sent, those that the provider refused as too fast, those refused here. */
  readonly sent: number
  readonly throttled: number
  readonly refused: number
  /** All waiting since the start, in milliseconds. */
  readonly waitedMs: number
}

/** One client of a list. */
export interface Listed {
  readonly id: string
  readonly name?: string
  /** When it was made (epoch milliseconds), where that was asked for and the list shows it. */
  readonly createdAt?: number
  /** The record as `read` gives it, where the list has it whole. */
  readonly native?: Native
}

export interface ListPage {
  readonly items: readonly Listed[]
  /** Opaque; absent on the last page. */
  readonly next?: string
}

/** Who works by means of a client. */
export type Reliance = 'own' | 'built_in'

/** A setting that keeps out a client on which someone relies. */
export interface Bar {
  /** The provider's own member. */
  readonly member: string
  /** As in "It cannot be …". */
  readonly says: string
}

/** What the operator has to know of a client: it is out of reach for good, or its secret ends by itself. */
export interface Notice {
  readonly code: 'client_gone' | 'secret_expires'
  /** When the secret ends (epoch milliseconds). */
  readonly at?: number
}

/** A public key that is kept of a client. */
export interface ClientKey {
  readonly kid: string
  /** The provider's own id of it, where it has one. */
  readonly id?: string
  readonly kty?: string
  readonly alg?: string
  readonly use?: string
  readonly name?: string
  /** RFC 3339. */
  readonly createdAt?: string
  readonly expiresAt?: string
  /** Whether the settings of the client name it; one that they do not name proves nothing. */
  readonly inUse: boolean
}

/** Keys that a setting of the record holds whole: a change of keys is a change of that setting. All pure. */
export interface RecordKeys {
  readonly kind: 'record'
  readonly member: string
  keysOf(native: Native): readonly ClientKey[]
  /** What of `providerSettings` is to be set. */
  added(native: Native, key: PublicKey): Readonly<Record<string, Json>>
  removed(native: Native, kid: string): Readonly<Record<string, Json>>
  /** Whether the client authenticates by its keys. */
  authenticates(native: Native): boolean
}

/** Keys that the provider keeps beside the record, which names them. */
export interface ResourceKeys {
  readonly kind: 'resource'
  readonly atMost: number
  /** What of the client names them. */
  readonly field: string
  /** @throws ClientError `invalid_field` for a key that the provider does not take */
  check(key: PublicKey): void
  list(ref: ClientRef, native: Native, call: Call): Promise<readonly ClientKey[]>
  /** Pure, as is `isUsed`. */
  authenticates(native: Native): boolean
  isUsed(native: Native, key: ClientKey): boolean
  /** Adds a key, and names it where the client authenticates by keys. */
  add(ref: ClientRef, base: Native, key: PublicKey): readonly Step[]
  /**
   * Ends a key: first it is named no longer, then deleted; one that is not named is deleted.
   * @throws ClientError `rule_violated` where it is in use for something else
   */
  remove(ref: ClientRef, base: Native, key: ClientKey): readonly Step[]
}

/** How one of many clients is read. */
export interface OneOfMany {
  /** Those about to change, as in `read`. */
  readonly fields: readonly FieldName[]
  /** Whether a record is as it is expected to be; where it is not, what was got for many is not relied on. */
  isExpected(native: Native): boolean
}

/** Reads one of many clients. */
export type ReadOneOfMany = (ref: ClientRef, call: Call, one: OneOfMany) => Promise<Native>

export interface Provider {
  /** The kind of provider, as the configuration names it. */
  readonly type: string
  readonly mapping: Mapping
  /** This program's own API, where the provider issues the tokens for it. */
  readonly ownApi?: (place: Pick<Place, 'userPoolId'>) => OwnApi | undefined
  /** Pools that it serves; absent where the provider has none. */
  readonly userPools?: readonly string[]
  /** What its pace does; absent where it has none. */
  readonly pace?: () => readonly PaceState[]
  /** Gets what a first call would have to wait for, such as a token. Absent: nothing. */
  prepare?(call: Call): Promise<void>
  /** How long a read may show what was before a write (milliseconds); absent: not at all. */
  readonly readLagMs?: number
  /** Reads one client whole. `fields`: those about to change, for what only they need. */
  read(ref: ClientRef, call: Call, fields?: readonly FieldName[]): Promise<Native>
  /**
   * Reads what the record of one client holds by itself, with as many calls where it is there as where it is not. Absent:
   * `read` does.
   */
  readRecord?(ref: ClientRef, call: Call): Promise<Native>
  /**
   * Reads many clients, `count` of them, with fewer calls: what records have that is not in the client itself is got
   * for all at once, and may be as old as the provider's folder says. Absent: nothing of a record is elsewhere.
   */
  readMany?(count: number): ReadOneOfMany
  /**
   * The calls that turn `base` into `next`; none when they are equal. Pure.
   * @throws ClientError `unsupported_field`
   */
  steps(ref: ClientRef, base: Native, next: Native): readonly Step[]
  /**
   * Values of the record that name something which the provider does not have, so that it refuses any change;
   * none where the server may not look. Absent where the provider takes changes all the same.
   */
  dangling?(ref: ClientRef, native: Native, call: Call): Promise<readonly Dangling[]>
  /** One page of the clients of a place; a page may be short or empty and still have a next one. */
  list?(userPoolId: string | undefined, call: Call, cursor?: string): Promise<ListPage>
  readonly creation?: Creation
  /**
   * Whether this server (`own`) or the provider itself (`built_in`) works by means of the client;
   * `undefined`: neither. Pure.
   */
  reliance?(ref: ClientRef, native: Native): Reliance | undefined
  /**
   * A setting of the change by which a client that signs in as this server does no longer can; what every
   * provider has (credentials, grant types) aside. Both records are normalised. Pure.
   */
  bar?(base: Native, next: Native): Bar | undefined
  /**
   * The record that a client must have before it can be removed: a change to it goes before, and is taken back where the
   * client stays. Absent: any. Pure.
   */
  beforeRemoval?(base: Native): Native
  /** Removes the client for good; a call that finds none is `not_found`. Its `send` gives nothing. */
  removal?(ref: ClientRef, base: Native): Step
  /** What a removal takes along and no new client of the same settings gets back; noun phrases. */
  readonly lostWithRemoval?: readonly string[]
  /** Gives a removed client back with its id; absent: a copy of it is another client. */
  readonly restoration?: Restoration
  readonly secrets?: Secrets
  /** The public keys of its clients. */
  readonly keys?: RecordKeys | ResourceKeys
  /** Whether a client is known to be out of reach for good, as far as was seen: its registration was removed or refused. Asks no provider. */
  isShut?(ref: ClientRef): Promise<boolean>
  /** Looks whether there still is something to say of a client, once its time has come; each is said once. */
  notice?(ref: ClientRef, call: Call): Promise<Notice | undefined>
  /** What it keeps of a client outside of the record; asked for where a client is copied. */
  readonly elsewhere?: Elsewhere
  /** Takes in clients that were registered elsewhere. */
  readonly adoption?: Adoption
  /** Rules of its own that can be tried on a client made for that. */
  readonly proof?: Proof
  /** Its authorization endpoint, where redirect URIs are used; absent: nothing is known of it. */
  readonly authorization?: Authorization
}
