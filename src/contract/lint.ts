/** What deserves a second look on clients. */

import type { ClientPatch, Knowledge } from './clients.ts'
import type { ClientName, Page, Severity } from './common.ts'

export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly field: string
  readonly message: string
  readonly source: string
  /** The change that ends it. */
  readonly mend?: Mend
}

/** The body of a PATCH of the same client. */
export interface Mend {
  readonly client: ClientPatch
}

/** What is found on one client. */
export interface Findings {
  readonly findings: readonly Finding[]
}

/** What was found on one of many clients. */
export interface LintedClient extends Findings {
  readonly client: ClientName
  /** When it was last read from its provider, RFC 3339. */
  readonly lastVerifiedAt: string
}

/** Clients that share what was found; `count` of them, not all of which are named. */
export interface Sharers {
  readonly clients: readonly ClientName[]
  readonly count: number
}

export interface LintPage extends Page<LintedClient> {
  /** What several clients have in common; `count` of them, not all of which are named. */
  readonly shared: readonly (Finding & Sharers)[]
  readonly mirror: readonly Knowledge[]
}

/** Named bodies of this file. */
export interface LintBodies {
  readonly Finding: Finding
  readonly Findings: Findings
  readonly LintPage: LintPage
}
