/** How a provider makes a client. */

import type { ClientKind } from '../core/client-kind.ts'
import type { Lacking } from '../core/copy/lacking.ts'
import type { JsonObject } from '../core/json/json.ts'
import type { Native, Warning } from '../core/mapping/row.ts'
import type { Patch } from '../core/patch/patch.ts'
import type { Call, Place } from './call.ts'
import type { SecretStep } from './secrets.ts'

/** What a client whose creation was not answered is looked for by. */
export interface CreationSearch {
  readonly next: Native
  /** Clients that the provider shows to be older are others (epoch ms, by the provider's clock). */
  readonly since: number
  /** Whether a client is known to be another one, so that it need not be read. */
  isKnown(id: string): Promise<boolean>
}

/** A client that may be the one. */
export interface Candidate {
  /** The whole record. */
  readonly native: Native
  /** It is the one, whatever it looks like: its id came with the answer to this very creation. */
  readonly proven?: true
}

export interface Creation {
  /**
   * What a new client of that kind starts from, before `planChange` applies the caller's own patch: what
   * the kind decides, and what the provider itself would set. Members that the provider makes up (id,
   * secret, times) are not in it. A blank may break rules that the patch has to satisfy (callbacks), so all
   * rules are to be checked on the result. Pure.
   */
  blank(kind: ClientKind): Native
  /** What in a new client was chosen here and neither asked for nor set by the provider, as warnings; absent: nothing that matters. Pure. */
  chosen?(next: Native, patch: Patch): readonly Warning[]
  /**
   * Values in lists of a new client that name something which the place does not have, so that the provider would refuse
   * them or leave them out; absent: none can.
   */
  lacking?(place: Place, next: Native, call: Call): Promise<readonly Lacking[]>
  /** The members that are sent to make a client, as a read shows them. Pure. */
  sent(next: Native): JsonObject
  /**
   * The one call that makes the client. Its answer is the whole record as a read gives it; `reveal`
   * gives the secret that was made along with it, also where reads do not show it.
   */
  step(place: Place, next: Native): SecretStep
  /**
   * Clients that may be the one whose creation was not answered. Where the provider shows when a client
   * was made: those that are young enough, whatever their names. Elsewhere: those of the name, without
   * regard to case and outer white space. `undefined`: there is no way to find out.
   */
  find(place: Place, search: CreationSearch, call: Call): Promise<readonly Candidate[] | undefined>
  /**
   * Completes a client that was found: what its step would have called after the first call, and the end of a secret that no
   * one has. Absent: one call makes it whole.
   */
  complete?(native: Native, call: Call): Promise<Native>
  /** How long a new client may be missing from the list (milliseconds). */
  readonly listLagMs: number
  /** The id of a record. */
  idOf(native: Native): string
}
