/** Leases: values that are in a list of a client for a time. */

import type { ClientName, LeaseField, PlaceOfClient, Warning } from './common.ts'

export interface Lease {
  readonly field: LeaseField
  readonly value: string
  readonly owner: string
  /** RFC 3339. */
  readonly expiresAt: string
  /** The value was there before, and stays when the lease ends. */
  readonly kept?: true
}

export interface LeaseRequest extends PlaceOfClient {
  readonly field: LeaseField
  readonly value: string
  /** Who holds it, in your own words: a pull request, say. */
  readonly owner: string
  readonly ttlSeconds: number
}

export interface Leases extends ClientName {
  readonly leases: readonly Lease[]
  readonly warnings?: readonly Warning[]
}

/** Named bodies of this file. */
export interface LeaseBodies {
  readonly Lease: Lease
  readonly LeaseRequest: LeaseRequest
  readonly Leases: Leases
}
