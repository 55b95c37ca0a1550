/**
 * Rules of a provider that can be tried on a client made for that: those on which its emulator and its mapping rest. Each
 * is said here anew, as calls and the record after them, and taken from neither of the two.
 */

import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef, Step } from '../call.ts'

/** What a rule is about. */
export type RuleKind = 'default' | 'frame' | 'merge' | 'reset' | 'clear' | 'secret'

/** One rule, and the calls that show whether it holds. */
export interface Probe {
  readonly kind: RuleKind
  /** A sentence. */
  readonly rule: string
  /** The calls, and the record after them by the rule. Pure. */
  attempt(ref: ClientRef, base: Native): Attempt
}

export interface Attempt {
  readonly steps: readonly Step[]
  readonly expected: Native
  /** What becomes of the live secrets, where the rule is about them and they are kept outside of the record. */
  readonly secrets?: SecretsFate
}

/** `kept`: the same ones are live; `replaced`: others are; `ended`: none is. */
export type SecretsFate = 'kept' | 'replaced' | 'ended'

export interface Proof {
  readonly probes: readonly Probe[]
  /** Members of answers that are of the account and no settings of a client; a recording leaves their values out. */
  readonly ofAccount: readonly string[]
  /** Operations that show only what is of the account. */
  readonly unrecorded: readonly string[]
}
