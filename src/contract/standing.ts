/** What holds for a client beside its settings: protected, suspended. */

import type { PlaceOfChange, PlaceOfClient } from './common.ts'

export interface ProtectionRequest extends PlaceOfClient {
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

export type SuspensionRequest = PlaceOfChange

export interface ResumptionRequest extends PlaceOfChange {
  /** Gives back what can be given back, where something cannot. */
  readonly allowPartial?: boolean
}

/** Named bodies of this file. */
export interface StandingBodies {
  readonly ProtectionRequest: ProtectionRequest
  readonly Suspension: Suspension
  readonly SuspensionRequest: SuspensionRequest
  readonly ResumptionRequest: ResumptionRequest
}
