/** The secrets of a client: rotated, listed, retired. */

import type { Client, Plan } from './clients.ts'
import type { PlaceOfChange } from './common.ts'

export interface RotationRequest extends PlaceOfChange {
  /** The new secret takes the place of the old one, where both cannot be live. */
  readonly cutOver?: boolean
  /** The old ones end by themselves after so many seconds. */
  readonly retireAfterSeconds?: number
  /** A value of your own for the new secret; absent: one is made. */
  readonly secret?: string
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

/** `value` is `null` where it is shown no longer: an hour after the rotation, or once it has ended. */
export type NewSecret = Partial<LiveSecret> & { readonly value: string | null }

export interface Rotation {
  readonly secret: NewSecret
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

/** Named bodies of this file. */
export interface SecretBodies {
  readonly RotationRequest: RotationRequest
  readonly LiveSecret: LiveSecret
  readonly Rotation: Rotation
  readonly RotationPlan: RotationPlan
  readonly SecretList: SecretList
  readonly Retirement: Retirement
  readonly RetirementPlan: RetirementPlan
}
