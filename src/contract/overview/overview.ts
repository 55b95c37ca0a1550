/** What there is to see at a glance. */

import type { Knowledge } from '../clients.ts'
import type { ClientName, Severity } from '../common.ts'
import type { Permission } from '../server.ts'

/** How many findings there are of each severity. */
export type SeverityCounts = Readonly<Record<Severity, number>>

/** A place where the caller may read clients, as the mirror knows it. */
export interface PlaceOverview extends Knowledge {
  readonly clients: number
  /** The caller's grants are limited there, and not every client was looked at: there can be more. */
  readonly atLeast?: true
  /** How many of them were checked for findings: the first ones. */
  readonly checked: number
  readonly findings: SeverityCounts
}

/** What one rule of lint finds, over all places. */
export interface RuleCount {
  readonly rule: string
  readonly severity: Severity
  /** A clause: what the client does or has. */
  readonly says: string
  readonly source: string
  readonly findings: number
  /** Those on which it finds something. */
  readonly clients: number
}

/** Changes of the clients of one provider. */
export interface ChangesOverview {
  readonly provider: string
  /** Of which the outcome is not known yet. */
  readonly open: number
  /** When the one was begun that has been open for the longest, RFC 3339; absent: none is open. */
  readonly openSince?: string
  /** What was changed outside of this API, and noticed since `from`. */
  readonly outsideChanges: number
  /** Changes since `from` that could be neither completed nor undone. */
  readonly conflicts: number
  /** 30 days ago, or later where there are too many to be counted. */
  readonly from: string
}

/** What ends by itself within 30 days, or should have ended. */
export interface Ending {
  readonly client: ClientName
  /** `removal`: of the client. */
  readonly what: 'lease' | 'secret' | 'removal'
  /** RFC 3339. */
  readonly at: string
  /** The list that a leased value is in. */
  readonly field?: string
  /** Of a lease. */
  readonly value?: string
  readonly owner?: string
  readonly secretId?: string
}

export interface EndingsOverview {
  /** The first ones. */
  readonly items: readonly Ending[]
  /** There can be more. */
  readonly isCut: boolean
}

/** How much of what a provider permits is left at the instance that answers. */
export interface PaceOverview {
  readonly provider: string
  readonly bucket: string
  /** Calls a second that it allows itself; absent: it knows no limit. */
  readonly perSecond?: number
  /** Calls that could go at once; below zero where others took more than was thought. */
  readonly left?: number
  /** Calls that can go at once where none was sent before. */
  readonly burst?: number
  /** Calls that wait for their turn. */
  readonly waiting: number
  /** Nothing is sent until then, RFC 3339; absent: it does not pause. */
  readonly pausedUntil?: string
}

/** A part that is not in the answer. */
export interface AbsentPart {
  readonly part: 'clients' | 'changes' | 'pace'
  readonly provider: string
  readonly userPoolId?: string
  /**
   * `permission`: the caller lacks it. `limit`: the caller's grants are limited by what only the provider knows as it is now.
   * `mirror`: the store has none.
   */
  readonly reason: 'permission' | 'limit' | 'mirror'
  readonly permission: Permission
}

export interface Overview {
  /** When it was made, RFC 3339. */
  readonly at: string
  readonly places: readonly PlaceOverview[]
  /** The most severe first. */
  readonly rules: readonly RuleCount[]
  readonly changes: readonly ChangesOverview[]
  readonly endings: EndingsOverview
  readonly pace: readonly PaceOverview[]
  readonly absent: readonly AbsentPart[]
}

/** Named bodies of this file. */
export interface OverviewBodies {
  readonly Overview: Overview
}
