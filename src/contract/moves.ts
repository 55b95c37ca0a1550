/** Moves: redirect URIs of a client that give way to others. */

import type { ClientName, PlaceOfChange, Warning } from './common.ts'

/** A redirect URI that gives way to another; both are registered as long as it is listed. */
export interface Move {
  readonly from: string
  readonly to: string
  /** `widening`: the provider is not known yet to accept the new one. `widened`: logins can use it. */
  readonly state: 'widening' | 'widened'
  /** The change that registered the new one. */
  readonly operationId: string
  /** RFC 3339, like all times of it. */
  readonly startedAt: string
  readonly widenedAt?: string
  /** The authorization endpoint accepted the new one, or the time for it has passed. */
  readonly acceptedBy?: 'endpoint' | 'wait'
  /** The old one cannot be removed before: codes that were issued for it can be redeemed. */
  readonly narrowFrom?: string
  /** When the old one is removed by itself, but not before `narrowFrom`; absent: on request. */
  readonly narrowAt?: string
}

/** Begins a move, or goes on with it. */
export interface MoveRequest extends PlaceOfChange {
  /** A registered redirect URI. */
  readonly from: string
  /** The one that takes its place. */
  readonly to: string
  /** When the old one is removed by itself, RFC 3339; absent: on request, or as it was set before. */
  readonly narrowAt?: string
}

/** Names an open move by its old redirect URI. */
export interface OpenMoveRequest extends PlaceOfChange {
  readonly from: string
}

export interface Moves extends ClientName {
  /** Those that are open. */
  readonly moves: readonly Move[]
  readonly warnings?: readonly Warning[]
}

/** Named bodies of this file. */
export interface MoveBodies {
  readonly Move: Move
  readonly MoveRequest: MoveRequest
  readonly OpenMoveRequest: OpenMoveRequest
  readonly Moves: Moves
}
