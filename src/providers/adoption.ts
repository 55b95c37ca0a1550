/** How a provider takes in a client that was registered elsewhere, where each is opened by a token of its own. */

import type { Native } from '../core/mapping/row.ts'
import type { Secret } from '../core/secrecy/secret.ts'
import type { Call, ClientRef } from './call.ts'

/** What its registration gave out. */
export interface ClientRegistration {
  readonly token: Secret
  /** Where the client is managed; absent: where the provider has its clients. */
  readonly uri?: string
}

export interface Adoption {
  /** Whether the client is opened by another registration already, and that works. */
  replaces(ref: ClientRef, registration: ClientRegistration, call: Call): Promise<boolean>
  /** Reads the client with the token, which proves it; nothing is kept. */
  look(ref: ClientRef, registration: ClientRegistration, call: Call): Promise<Native>
  /** The same, and keeps what opens the client. Doing it again changes nothing. */
  take(ref: ClientRef, registration: ClientRegistration, call: Call): Promise<Native>
}
