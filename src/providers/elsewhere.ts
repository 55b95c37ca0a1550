/** What a provider keeps of a client outside of its record, so that no copy of the record has it. */

import type { Json } from '../core/json/json.ts'
import type { Call, ClientRef } from './call.ts'

/** One such thing, where it is there or could not be read. */
export interface KeptElsewhere {
  /** In the provider's words. */
  readonly name: string
  /** `unread`: this server may not look, or the provider does not say. */
  readonly state: 'set' | 'unread'
  /** Where it is short and no secret. */
  readonly value?: Json
}

export interface Elsewhere {
  readonly names: readonly string[]
  /** Those that are set or could not be read; what no one has set is left out. */
  read(ref: ClientRef, call: Call): Promise<readonly KeptElsewhere[]>
}
