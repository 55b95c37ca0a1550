/** The secrets of a client: rotated, listed, retired; and its public keys: listed, added, removed. */

import type { Client, Plan } from './clients.ts'
import type { JsonObject, PlaceOfChange } from './common.ts'

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
  /** When the provider ends it, retired or not; RFC 3339. */
  readonly expiresAt?: string
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

export interface NewKeyRequest extends PlaceOfChange {
  /** A JSON Web Key (RFC 7517) without any private member; without `kid` it is named by its thumbprint (RFC 7638). */
  readonly key: JsonObject
}

/** A public key that is kept of a client. */
export interface ClientKey {
  readonly kid: string
  /** The provider's own id of it. */
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

export interface KeyList {
  readonly keys: readonly ClientKey[]
  /** How many there can be; absent: no limit is known. */
  readonly atMost?: number
}

export interface KeyAddition {
  /** The `kid` of the new key. */
  readonly added: string
  /** Those that the client has after it. */
  readonly keys: readonly ClientKey[]
  readonly client: Client
}

export interface KeyRemoval {
  /** The `kid` of the key that is gone. */
  readonly removed: string
  readonly keys: readonly ClientKey[]
  readonly client: Client
}

export interface KeyPlan extends Plan {
  readonly keys: readonly ClientKey[]
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
  readonly NewKeyRequest: NewKeyRequest
  readonly ClientKey: ClientKey
  readonly KeyList: KeyList
  readonly KeyAddition: KeyAddition
  readonly KeyRemoval: KeyRemoval
  readonly KeyPlan: KeyPlan
}
