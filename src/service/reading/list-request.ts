/** A list of clients: what is asked for, and a page of it. */

import type { ErrorCode } from '../../core/errors.ts'
import type { ClientFilter } from '../../core/search.ts'
import type { Call } from '../../providers/call.ts'
import type { Knowledge, Place } from '../../store/mirror.ts'
import type { Mirrored } from '../mirror/mirror.ts'
import type { LivePlace, Unreadable } from './list-live.ts'

export type { Knowledge }

/** Where a page begins: in the mirror, or in a provider's list. */
export type ListCursor = { readonly kind: 'mirror'; readonly after: number } | LivePlace

export interface ListRequest {
  /** Those that the caller may see, in the order of the configuration. */
  readonly places: readonly Place[]
  readonly filter: ClientFilter
  readonly limit: number
  /** Reads each client from its provider. */
  readonly fresh: boolean
  readonly from?: ListCursor
  readonly requestId: string
  readonly caller: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly onUpstream?: Call['onUpstream']
}

export interface ListResult {
  readonly clients: readonly Mirrored[]
  /** Clients in the providers' lists whose records cannot be read. */
  readonly unreadable: readonly Unreadable[]
  readonly next?: ListCursor
  /** How complete the mirror is for each place; empty if it was not used. */
  readonly knowledge: readonly Knowledge[]
  /** For a fresh list: the places where clients could not be read and are shown as last seen. */
  readonly unread?: readonly Unread[]
}

/** Clients of one place on one page that could not be read from their provider. */
export interface Unread {
  readonly place: Place
  /** The code of the first failure. */
  readonly code: ErrorCode
  readonly clients: number
  /** When the oldest of them was read (epoch milliseconds). */
  readonly oldest: number
}
