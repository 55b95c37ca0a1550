/** How a provider rotates the secrets of a client. */

import { randomBytes } from 'node:crypto'
import type { Limits, Native } from '../core/mapping/row.ts'
import type { Secret } from '../core/secrecy/secret.ts'
import type { Call, ClientRef, Step } from './call.ts'

/** A secret that is accepted at the moment; never its value. */
export interface LiveSecret {
  /** Names it among the secrets of its client. */
  readonly id: string
  /** RFC 3339. */
  readonly createdAt?: string
  /** When the provider ends it; RFC 3339. */
  readonly expiresAt?: string
  /** The last characters, where the provider shows the value. */
  readonly hint?: string
}

/** A step that makes a secret, which perhaps only its answer shows. */
export interface SecretStep extends Step {
  /** The new secret once `send` has begun to get an answer; `undefined` where none was made or shown. */
  reveal(): Secret | undefined
}

/** A step that puts a secret beside those that are live. */
export interface AddStep extends Step {
  /** What it has added, once `send` was answered. */
  added(): LiveSecret | undefined
  /** Its value, where the provider makes that, once `send` was answered. */
  reveal?(): Secret | undefined
}

/** `base` is the client as it was read just before, always. */
export interface Secrets {
  /** How many of the client can be live at once; with 1, a new one cuts the old one off. Pure. */
  atOnce(base: Native): number
  /** What a value that the caller chooses must be like, beside what holds for every one; absent: nothing. */
  readonly limits?: Limits
  /** The provider makes the values of those that are added; no caller can choose one. */
  readonly makesValues?: true
  /** Only the answer shows the value of one that is added: where it is lost, the secret is ended and made anew. Absent: the record shows it too. */
  readonly showsOnce?: true
  /** Why the client has no use for a secret, or cannot be given one; a clause. Pure. */
  unusable(base: Native): string | undefined
  /** Those that are live, oldest first. */
  list(ref: ClientRef, base: Native, call: Call): Promise<readonly LiveSecret[]>
  /**
   * Adds one of this value. Absent where there can be one only: then a new one is a change of
   * `client.secret`.
   */
  add?(ref: ClientRef, base: Native, value: string): AddStep
  /** What goes before `remove` where a secret must be switched off first, after which it is no longer live. */
  disable?(ref: ClientRef, base: Native, id: string): Step
  /** Ends one, never the last; absent where `add` is. `not_found`: there is none of that id. */
  remove?(ref: ClientRef, base: Native, id: string): Step
}

const SECRET_BYTES = 32

/**
 * The value of a new secret, made by chance. Of letters and digits only, which every provider takes
 * (Cognito: at most 64 of them) and which means the same in a header, a form and a shell.
 */
export const newSecretValue = (): string => randomBytes(SECRET_BYTES).toString('hex')

const HINT_LENGTH = 4
/** Of a shorter value the end would be too much of it. */
const HINTED_LENGTH = 16

/** The end of a value, by which people distinguish secrets; nothing of a short one. */
export const hintOf = (value: string): Pick<LiveSecret, 'hint'> =>
  value.length < HINTED_LENGTH ? {} : { hint: value.slice(-HINT_LENGTH) }
