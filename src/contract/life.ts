/** The beginning and the end of a client: made, copied, adopted, removed. */

import type { Client, ClientPatch, Plan } from './clients.ts'
import type { ClientName, Json, PlaceOfClient } from './common.ts'

/** Single-page app, web app with a server, native app, machine-to-machine. */
export type ClientKind = 'spa' | 'web' | 'native' | 'machine'

export interface Creation extends PlaceOfClient {
  /** What the client is for. */
  readonly kind: ClientKind
  /** Whose client it is; absent: the team that the caller's grant is limited to, if it is one, else no team's. */
  readonly team?: string
  readonly client: ClientPatch
}

/**
 * What the registration of a client gave out (RFC 7591 section 3.2.1); empty where the provider opens all of
 * its clients with one credential.
 */
export interface Adoption extends PlaceOfClient {
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
  /** Whose client the copy is; absent: as of a client that is made. */
  readonly team?: string
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
  /** What the source's provider keeps outside of the client, and no one could read. */
  readonly unread: readonly CopiedSetting[]
}

/** Without a report where the request had been carried out before. */
export type Copy = Client & { readonly report?: CopyReport }

export interface CopyPlan extends Plan {
  readonly report: CopyReport
}

/** Without what is lost where the request had been carried out before. */
export type Restoration = Client & {
  /** What does not come back. */
  readonly lost?: readonly string[]
}

export interface RestorationPlan extends Plan {
  readonly lost: readonly string[]
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

/** Named bodies of this file. */
export interface LifeBodies {
  readonly CreationRequest: Creation
  readonly AdoptionRequest: Adoption
  readonly CopyRequest: CopyRequest
  readonly CopiedSetting: CopiedSetting
  readonly CopyReport: CopyReport
  readonly Copy: Copy
  readonly CopyPlan: CopyPlan
  readonly Restoration: Restoration
  readonly RestorationPlan: RestorationPlan
  readonly Removal: Removal
  readonly RemovalPlan: RemovalPlan
}
