/**
 * What goes over the wire, as types: made of the types of the program itself where it has them, so
 * that a new attribute of a client is here at once. `test/sdk/types.ts` holds the rest against them.
 */

import type { FieldName, Client as HeldClient, LeaseField } from '../core/client.ts'
import type { FieldChange } from '../core/diff.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json/json.ts'
import type { Severity } from '../core/lint/rule.ts'
import type { Warning } from '../core/mapping/row.ts'
import type { Secret } from '../core/secrecy/secret.ts'

export type { FieldChange, FieldName, Json, JsonObject, LeaseField, Severity, Warning }

/** Where a client is: its id, with the provider unless it is the default one. */
export interface ClientAddress {
  readonly id: string
  readonly provider?: string | undefined
  /** For providers that have user pools. */
  readonly userPoolId?: string | undefined
}

/** A client as the server shows it. */
export interface Client extends Omit<HeldClient, 'secret'> {
  /** For callers who may see it; else `null`. */
  readonly secret: string | null
  readonly secretRedacted?: true
  /** In answers to writes of callers without `clients:read`: then `id`, `provider` and `userPoolId` alone are there. */
  readonly withheld?: true
  readonly provider: string
  readonly userPoolId?: string
  /** It cannot be removed or suspended. */
  readonly protected?: true
  readonly leases?: readonly Lease[]
  /** Where it is off, or was suspended here. */
  readonly suspension?: Suspension
  readonly warnings?: readonly Warning[]
}

/** A client as a list shows it: its secret is never told. */
export interface ListedClient extends Client {
  /** When it was last read from its provider, RFC 3339. */
  readonly lastVerifiedAt: string
}

/** A client that its provider lists and whose record cannot be read. */
export interface UnreadableClient {
  readonly id: string
  readonly provider: string
  readonly userPoolId?: string
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

export interface ClientQuery extends PageQuery {
  readonly provider?: string | undefined
  readonly userPoolId?: string | undefined
  /** Part of an id, a name or a URL. */
  readonly q?: string
  /** As `docs/http.md` spells it: `grantTypes:implicit`. */
  readonly filter?: string
  /** Asks the providers. */
  readonly fresh?: boolean
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

/** Single-page app, web app with a server, native app, machine-to-machine. */
export type ClientKind = 'spa' | 'web' | 'native' | 'machine'

export interface Creation {
  readonly provider?: string | undefined
  readonly userPoolId?: string | undefined
  readonly kind: ClientKind
  readonly client: ClientPatch
}

export interface RollbackRequest {
  /** A revision of the history; 0 is what was there before the first change. */
  readonly to: number
  readonly allowPartial?: boolean
}

/**
 * What the registration of a client gave out (RFC 7591 section 3.2.1); empty where the provider opens all of
 * its clients with one credential.
 */
export interface Adoption {
  readonly registrationAccessToken?: string
  /** Absent: where the provider has its clients. */
  readonly registrationClientUri?: string
}

export interface CopyRequest {
  /** Where the copy is made. */
  readonly provider: string
  readonly userPoolId?: string | undefined
  /** Absent: the kind that the client is of. */
  readonly kind?: ClientKind
  /** What is to be otherwise than at the client that is copied. */
  readonly client?: ClientPatch
  /** Copies what can be copied, where something cannot. */
  readonly allowLoss?: boolean
}

/** One setting of a client that is copied. */
export interface CopiedSetting {
  readonly field: string
  readonly before?: Json
  readonly after?: Json
  readonly removed?: readonly Json[]
  readonly why?: string
}

/** What a copy has of the settings of its source; each is in one of the lists. */
export interface CopyReport {
  readonly carried: readonly CopiedSetting[]
  readonly derived: readonly CopiedSetting[]
  readonly lost: readonly CopiedSetting[]
  readonly new: readonly CopiedSetting[]
  readonly left: readonly CopiedSetting[]
}

/** Without a report where the request had been carried out before. */
export type Copy = Client & { readonly report?: CopyReport }

export interface CopyPlan extends Plan {
  readonly report: CopyReport
}

export interface ProtectionRequest {
  /** Whether the client is kept from being removed and suspended. */
  readonly protected: boolean
}

/** A client that is off for a while. */
export interface Suspension {
  /** RFC 3339; absent where the provider has a setting for it. */
  readonly since?: string
  /** The first change that took settings away for it. */
  readonly operationId?: string
  /** The settings that it holds until the client is resumed, `providerSettings.…` among them. */
  readonly fields?: readonly string[]
  /** What goes on nevertheless. */
  readonly doesNotStop: readonly string[]
}

export interface SuspensionRequest {
  readonly provider?: string
  readonly userPoolId?: string
}

export interface ResumptionRequest extends SuspensionRequest {
  /** Gives back what can be given back, where something cannot. */
  readonly allowPartial?: boolean
}

export interface Lease {
  readonly field: LeaseField
  readonly value: string
  readonly owner: string
  /** RFC 3339. */
  readonly expiresAt: string
  /** The value was there before, and stays when the lease ends. */
  readonly kept?: true
}

export interface LeaseRequest {
  readonly field: LeaseField
  readonly value: string
  /** Who holds it, in your own words: a pull request, say. */
  readonly owner: string
  readonly ttlSeconds: number
}

/** Which leases of a client are meant. */
export interface LeasesOf {
  readonly owner: string
  readonly field?: LeaseField
  readonly value?: string
}

export interface Leases extends ClientName {
  readonly leases: readonly Lease[]
  readonly warnings?: readonly Warning[]
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

export interface Removal {
  readonly removed: true
  readonly client: ClientName
  /** What no new client gets back. */
  readonly lost: readonly string[]
}

export interface RemovalPlan extends Pick<Plan, 'dryRun' | 'requests' | 'client'> {
  readonly lost: readonly string[]
}

export interface RotationRequest {
  /** The new secret takes the place of the old one, where both cannot be live. */
  readonly cutOver?: boolean
  /** The old ones end by themselves after so many seconds. */
  readonly retireAfterSeconds?: number
}

/** A secret that is accepted at the moment. */
export interface LiveSecret {
  readonly id: string
  /** RFC 3339. */
  readonly createdAt?: string
  /** The end of its value, for callers who may read or rotate secrets. */
  readonly hint?: string
  /** When it ends by itself; RFC 3339. */
  readonly retiresAt?: string
}

export interface Rotation {
  /** `value` is `null` where it is told no more: an hour after the rotation, or once it has ended. */
  readonly secret: Partial<LiveSecret> & { readonly value: string | null }
  readonly previous: readonly LiveSecret[]
  readonly client: Client
}

export interface RotationPlan extends Plan {
  readonly previous: readonly LiveSecret[]
}

export interface SecretList {
  /** Oldest first. */
  readonly secrets: readonly LiveSecret[]
  readonly atOnce: number
}

export interface Retirement {
  readonly retired: string
  /** Where it ends later: when, RFC 3339. */
  readonly retiresAt?: string
  /** Those that are live after it. */
  readonly secrets: readonly LiveSecret[]
  readonly client: Client
}

export interface RetirementPlan extends Plan {
  readonly secrets: readonly LiveSecret[]
}

/** A client as answers name it. */
export interface ClientName {
  readonly id: string
  readonly provider: string
  readonly userPoolId?: string
}

export type HistoryOutcome =
  | 'open'
  | 'applied'
  | 'partly_applied'
  | 'not_applied'
  | 'conflict'
  | 'outside_change'
  | 'overlap'

/** What a change was, where it was none of settings alone. */
export type HistoryAction =
  | 'create'
  | 'remove'
  | 'protect'
  | 'unprotect'
  | 'suspend'
  | 'resume'
  | 'lease'
  | 'end_lease'
  | 'rotate'
  | 'retire'
  | 'retire_later'
  | 'retain'
  | 'adopt'

/** A caller, by its token. */
export interface Actor {
  readonly subject: string
  readonly issuer: string
  readonly clientId?: string
}

export interface HistoryItem {
  readonly kind: 'change' | 'outside_change' | 'overlap'
  readonly client: ClientName
  /** What a rollback can go back to. */
  readonly revision: number
  /** RFC 3339. */
  readonly at: string
  readonly endedAt?: string
  readonly outcome: HistoryOutcome
  readonly changes: readonly FieldChange[]
  readonly surprises?: readonly FieldChange[]
  /** Fields that the provider left as they were, although it answered that the change was done. */
  readonly missed?: readonly string[]
  /** Path and query of the item by itself, where values are cut (`cut` of a change). */
  readonly whole?: string
  readonly operationId?: string
  readonly requestId?: string
  readonly actor?: Actor
  /** The job that it was part of, and the callers behind that. */
  readonly job?: {
    readonly id: string
    readonly submittedBy: Actor
    /** Set its changes going last. */
    readonly startedBy?: Actor
    /** Told it to start once its dry run was there. */
    readonly approvedBy?: Actor
  }
  readonly rollbackTo?: number
  readonly action?: HistoryAction
  /** The client that a new one is a copy of. */
  readonly copiedFrom?: ClientName
  readonly leases?: { readonly taken: readonly Lease[]; readonly ended: readonly Lease[] }
  /** The secret that was added or ended. */
  readonly secretId?: string
  /** Of a creation that ended in a conflict: ids of clients that may be the one. */
  readonly candidates?: readonly string[]
  readonly settledBy?: 'request' | 'settlement'
}

/** One page; `next`, where there is one, is the `cursor` of the next. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string
}

export interface PageQuery {
  /** Items of one page, 1 to 100. */
  readonly limit?: number
  readonly cursor?: string
}

export interface HistoryQuery extends PageQuery {
  readonly provider?: string | undefined
  /** `sub` of the token with which a change was made. */
  readonly actor?: string
  /** `iss` of that token; absent: the caller's own issuer. `any`: whichever. */
  readonly actorIssuer?: string
  readonly outcome?: HistoryOutcome
  /** The first moment, RFC 3339. */
  readonly from?: string
  /** The first moment that no longer counts. */
  readonly to?: string
}

export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly field: string
  readonly message: string
  readonly source: string
  /** The change that ends it. */
  readonly mend?: { readonly client: ClientPatch }
}

/** What was found on one of many clients. */
export interface LintedClient {
  readonly client: ClientName
  /** When it was last read from its provider, RFC 3339. */
  readonly lastVerifiedAt: string
  readonly findings: readonly Finding[]
}

export interface LintPage extends Page<LintedClient> {
  /** What several clients have in common; `count` of them, not all of which are named. */
  readonly shared: readonly (Finding & {
    readonly clients: readonly ClientName[]
    readonly count: number
  })[]
  readonly mirror: readonly Knowledge[]
}

export interface LintQuery extends PageQuery {
  readonly provider?: string | undefined
  readonly userPoolId?: string | undefined
  /** Only findings that are as severe at least. */
  readonly severity?: Severity
}

export interface ProviderSummary {
  readonly id: string
  readonly type: string
  readonly default: boolean
  /** Whether it has user pools. */
  readonly userPools: boolean
}

/** What a provider can hold, and why not. */
export interface Provider extends ProviderSummary {
  readonly updates: 'replace' | 'merge'
  readonly fields: Readonly<Record<FieldName, JsonObject>>
  readonly settings: readonly string[]
  /** Members of `providerSettings` that the provider shows and takes from no one. */
  readonly readOnlySettings: readonly string[]
}
