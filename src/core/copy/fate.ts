/** What can become of a setting in a copy. */

import type { Json } from '../json/json.ts'

/** One setting. */
export interface CopiedSetting {
  /** Path below the client: `callbacks`, `providerSettings.addons`. */
  readonly field: string
  /** Where it differs: at the source, and at the copy. */
  readonly before?: Json
  readonly after?: Json
  /** Items of a list that the copy does not have. */
  readonly removed?: readonly Json[]
  /** A clause: why it differs. */
  readonly why?: string
}

export const FATES = ['carried', 'derived', 'lost', 'new', 'left', 'unread'] as const

/**
 * `carried`: the same there. `derived`: another value stands in for it. `lost`: it, or a part of it, is not
 * there. `new`: the copy has one of its own. `left`: a setting of the source's provider that no one has
 * set. `unread`: kept outside of the record, where no one could look, so that it may be lost.
 */
export type Fate = (typeof FATES)[number]

export type CopyReport = { readonly [F in Fate]: readonly CopiedSetting[] }

/** A setting with what became of it. */
export interface ReportedSetting extends CopiedSetting {
  readonly fate: Fate
}

/** Why a setting differs that the request sets. */
export const ASKED = 'the request sets it'
