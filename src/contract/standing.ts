/** What holds for a client beside its settings: protected, suspended. */

import type { ClientName, PlaceOfChange, PlaceOfClient } from './common.ts'
import type { HistoryAction } from './history.ts'
import type { Lease } from './leases.ts'
import type { Move } from './moves.ts'

export interface ProtectionRequest extends PlaceOfClient {
  /** Whether the client is kept from being removed and suspended. */
  readonly protected: boolean
}

export interface TeamRequest extends PlaceOfClient {
  /** Whose client it is; `null`: no team's. */
  readonly team: string | null
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

/** A secret that ends by itself. */
export interface EndingSecret {
  readonly id: string
  /** RFC 3339. */
  readonly retiresAt: string
}

/** A change whose outcome is not known yet. */
export interface OpenChange {
  readonly operationId: string
  /** When it began, RFC 3339. */
  readonly at: string
  /** Absent: a change of settings. */
  readonly action?: HistoryAction
}

/** What holds for a client beside its settings. */
export interface Standing extends ClientName {
  /** Whether it is kept from being removed and suspended. */
  readonly protected: boolean
  /** Whose client it is, as grants can be limited to; absent: no team's. */
  readonly team?: string
  /** Where it is off, or was suspended here. */
  readonly suspension?: Suspension
  /** Those that were retired for a later time. */
  readonly endingSecrets: readonly EndingSecret[]
  /** To callers without `clients:read`: those that they have taken themselves. */
  readonly leases: readonly Lease[]
  /** Of redirect URIs, to callers with `clients:read`; absent: none is open. */
  readonly moves?: readonly Move[]
  readonly openChange?: OpenChange
  /** Where a job reaps the client, or it was made for a while only: when it is removed by itself, RFC 3339. */
  readonly removedAt?: string
}

export type SuspensionRequest = PlaceOfChange

export interface ResumptionRequest extends PlaceOfChange {
  /** Gives back what can be given back, where something cannot. */
  readonly allowPartial?: boolean
}

/** Named bodies of this file. */
export interface StandingBodies {
  readonly ProtectionRequest: ProtectionRequest
  readonly TeamRequest: TeamRequest
  readonly Standing: Standing
  readonly Suspension: Suspension
  readonly SuspensionRequest: SuspensionRequest
  readonly ResumptionRequest: ResumptionRequest
}
