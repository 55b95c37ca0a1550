/** How a provider makes a client. */

import type { Native } from '../core/mapping.ts'
import type { Call, Place } from './provider.ts'
import type { SecretStep } from './secrets.ts'

/** What a client is for; decides what a new one starts from. */
export const CLIENT_KINDS = ['spa', 'web', 'native', 'machine'] as const

/** Single-page app, web app with a server, native app, machine-to-machine. */
export type ClientKind = (typeof CLIENT_KINDS)[number]

export interface Creation {
  /**
   * What a new client of that kind starts from, before `planChange` applies the caller's own patch:
   * what the kind decides, and what the provider itself would set. Members that the provider makes up
   * (id, secret, times) are not in it. A blank may break rules that the patch has to mend (callbacks),
   * so all rules are to be checked on the result. Pure.
   */
  blank(kind: ClientKind): Native
  /**
   * The one call that makes the client. Its answer is the whole record as a read gives it; `reveal`
   * gives the secret that was made along with it, also where reads do not show it.
   */
  step(place: Place, next: Native): SecretStep
  /**
   * Clients that may be the one whose making was not answered: of the same name and, where the
   * provider tells an age, not older than `since` (epoch ms by the provider's clock). Whole records.
   * `undefined`: there is no way to tell.
   */
  find(
    place: Place,
    next: Native,
    since: number,
    call: Call,
  ): Promise<readonly Native[] | undefined>
  /** The id of a record. */
  idOf(native: Native): string
}
