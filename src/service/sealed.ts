/** The sealed records of an intent: where a change started from and where it was to end, whole. */

import { isClientError } from '../core/errors.ts'
import type { Native } from '../core/mapping.ts'
import type { Intent } from '../store/entry.ts'
import type { Service } from './service.ts'

export interface Sealed {
  readonly base: Native
  /** `null`: it was to be gone. */
  readonly next: Native | null
  /** Where a secret is put beside others, which no record shows. */
  readonly rotation?: Rotation
}

/** A new secret beside those that are live. */
export interface Rotation {
  /** The new value; it was chosen before it was sent, so that no lost answer takes it along. */
  readonly value: string
  /** Ids of those that were live before. */
  readonly before: readonly string[]
}

/** Where a sealed record belongs; it can be opened nowhere else. */
export const sealedPlace = (resource: string, seq: number, operationId: string) =>
  JSON.stringify([resource, seq, operationId])

/** The records of an intent; `undefined` when they were sealed with a key that is gone. */
export function openSealed(service: Service, intent: Intent): Sealed | undefined {
  const place = sealedPlace(intent.resource, intent.seq, intent.operationId)
  try {
    return service.seal.open(intent.sealed, place) as unknown as Sealed
  } catch (error) {
    if (isClientError(error, 'internal')) return undefined
    throw error
  }
}
