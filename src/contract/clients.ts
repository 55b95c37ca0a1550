/** Clients: as they are shown, listed and changed. */

import type { Client as HeldClient } from '../core/client.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Secret } from '../core/secrecy/secret.ts'
import type {
  ClientName,
  FieldChange,
  FieldName,
  Json,
  JsonObject,
  PlaceOfChange,
  Warning,
} from './common.ts'
import type { Lease } from './leases.ts'
import type { Suspension } from './standing.ts'

/** A client as the server shows it. */
export interface Client extends Omit<HeldClient, 'secret'>, ClientFacts {
  /** For callers who may see it; else `null`. */
  readonly secret: string | null
  /** In answers to writes of callers without `clients:read`: then `id`, `provider` and `userPoolId` alone are there. */
  readonly withheld?: true
}

/** What an answer says of a client beside its attributes. */
export interface ClientFacts {
  readonly secretRedacted?: true
  readonly provider: string
  readonly userPoolId?: string
  /** It cannot be removed or suspended. */
  readonly protected?: true
  readonly leases?: readonly Lease[]
  /** Values that someone manages, with the names of their managers. */
  readonly managed?: readonly ManagedValue[]
  /** Where it is off, or was suspended here. */
  readonly suspension?: Suspension
  readonly warnings?: readonly Warning[]
}

/** A value of a list that someone manages. */
export interface ManagedValue {
  readonly field: FieldName
  readonly value: string
  readonly managers: readonly string[]
}

/** A client in answers to writes of callers who may not read it. */
export interface WithheldClient extends ClientName {
  readonly withheld: true
}

/** What a list shows of a client beside the client. */
export interface ListedFacts {
  /** When it was last read from its provider, RFC 3339. */
  readonly lastVerifiedAt: string
}

/** A client as a list shows it, always without its secret. */
export interface ListedClient extends Client, ListedFacts {}

/** A client that its provider lists and whose record cannot be read. */
export interface UnreadableClient extends ClientName {
  /** Why, in a sentence. */
  readonly error: string
  readonly code: string
}

export interface ClientPage {
  readonly clients: readonly ListedClient[]
  /** Where the providers were asked, and some of their answers were of no use. */
  readonly unreadable?: readonly UnreadableClient[]
  readonly next?: string
  /** Empty where the providers were asked. */
  readonly mirror: readonly Knowledge[]
  /** With `fresh`: where clients could not be read; absent: nowhere. */
  readonly unread?: readonly Unread[]
}

/** How well the clients of a place are known. */
export interface Knowledge {
  readonly provider: string
  readonly userPoolId?: string
  /** Whether every client there was seen. */
  readonly complete: boolean
  /** Of the one that was read the longest ago. */
  readonly verifiedAt: string | null
}

/** Clients of a place, on one page of a fresh list, that could not be read and are shown as last known. */
export interface Unread {
  readonly provider: string
  readonly userPoolId?: string
  /** Why, for the first of them. */
  readonly code: ErrorCode
  readonly clients: number
  /** Of the one that was read the longest ago; RFC 3339. */
  readonly verifiedAt: string
}

/** Adds values to a list and takes others away, whatever else is in it. */
export interface ListChange {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
}

/** What a patch may say of one attribute, `null` aside. */
type ValuePatch<V> = V extends Secret
  ? string
  : V extends readonly string[]
    ? readonly string[] | ListChange
    : V extends Readonly<Record<string, string>>
      ? Readonly<Record<string, string | null>>
      : V extends string | number | boolean | JsonObject
        ? V
        : Partial<V>

/** A change of a client: what is absent stays as it is, `null` clears. */
export type ClientPatch = {
  readonly [F in FieldName]?: ValuePatch<NonNullable<HeldClient[F]>> | null
}

/** One operation of a JSON Patch (RFC 6902) over a client. */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  readonly path: string
  readonly from?: string
  readonly value?: Json
}

/** The body of a change. */
export interface ClientPatchRequest extends PlaceOfChange {
  readonly client: ClientPatch
}

/** A value of a list, and whose it is. */
export interface OwnedValue {
  readonly field: FieldName
  readonly value: string
  /** Whose files name it; absent: no one's. */
  readonly managers?: readonly string[]
  /** Owners of leases on it, each with the end of the lease. */
  readonly leases?: readonly { readonly owner: string; readonly expiresAt: string }[]
}

/** The values of a client's lists, those that no one manages or leases included. */
export interface Values extends ClientName {
  readonly values: readonly OwnedValue[]
}

/** What managers have, by their names and by list: values that one no longer names go, unless another has them. */
export type ManagedLists = Readonly<
  Record<string, Partial<Readonly<Record<FieldName, readonly string[]>>>>
>

export interface ValuesRequest extends PlaceOfChange {
  readonly managers: ManagedLists
  /** Beside that, as in a PATCH. */
  readonly client?: ClientPatch
}

/** What a change would do. */
export interface Plan {
  readonly dryRun: true
  readonly changes: readonly FieldChange[]
  /** The calls to the provider, in order; secrets are fingerprints. */
  readonly requests: readonly JsonObject[]
  readonly warnings: readonly Warning[]
  readonly client: Client
}

export interface RollbackRequest extends PlaceOfChange {
  /** A revision of the history; 0 is what was there before the first change. */
  readonly to: number
  /** Restores what can be restored, where something cannot. */
  readonly allowPartial?: boolean
}

/** Named bodies of this file. */
export interface ClientBodies {
  readonly OwnedValue: OwnedValue
  readonly Values: Values
  readonly ValuesRequest: ValuesRequest
  readonly ManagedValue: ManagedValue
  readonly Client: Client
  /** One that its caller may read. */
  readonly ShownClient: Client
  readonly ListedClient: ListedClient
  readonly WithheldClient: WithheldClient
  readonly ClientPage: ClientPage
  readonly Knowledge: Knowledge
  readonly Unread: Unread
  readonly ClientPatch: ClientPatch
  readonly ClientPatchRequest: ClientPatchRequest
  readonly JsonPatch: readonly JsonPatchOperation[]
  readonly Plan: Plan
  readonly RollbackRequest: RollbackRequest
}
