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

/** A value to be leased, and the list that it goes into. */
export interface LeasedValue {
  readonly field: LeaseField
  readonly value: string
}

/** One value as `field` and `value`, or several as `values`: all of them are leased or none. */
export interface LeaseRequest extends PlaceOfClient {
  readonly field?: LeaseField
  readonly value?: string
  readonly values?: readonly LeasedValue[]
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
  readonly LeasedValue: LeasedValue
  readonly LeaseRequest: LeaseRequest
  readonly Leases: Leases
}
