/** How a provider rotates the secrets of a client. */

import type { Native } from '../core/mapping.ts'
import type { Secret } from '../core/secret.ts'
import type { Call, ClientRef, Step } from './provider.ts'

/** A secret that is accepted at the moment; never its value. */
export interface LiveSecret {
  /** Names it among the secrets of its client. */
  readonly id: string
  /** RFC 3339. */
  readonly createdAt?: string
  /** The last characters, where the provider shows the value. */
  readonly hint?: string
}

/** A step that makes a secret, which its answer may be the only one to tell. */
export interface SecretStep extends Step {
  /** The new secret once `send` has begun to get an answer; `undefined` where none was made or told. */
  reveal(): Secret | undefined
}

export interface Secrets {
  /** How many can be live at once; with 1, a new one cuts the old one off. */
  readonly atOnce: number
  /** Those that are live, oldest first. */
  list(ref: ClientRef, call: Call): Promise<readonly LiveSecret[]>
  /** Makes a new one. */
  add(ref: ClientRef, base: Native): SecretStep
  /** Ends one, never the last; absent where `atOnce` is 1. `not_found`: there is none of that id. */
  remove?(ref: ClientRef, base: Native, id: string): Step
}

const HINT_LENGTH = 4

/** The end of a value, by which people tell secrets apart. */
export const hintOf = (value: string): string => value.slice(-HINT_LENGTH)
