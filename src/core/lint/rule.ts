/**
 * What a lint rule is: a row with an id, and a function from a client to what it finds there. Rules
 * that any provider can break are in this folder; those of one provider hang on its mapping.
 */

import type { Client } from '../client.ts'
import type { DanglingText, Native, Row, Rule, Warning } from '../mapping/row.ts'
import type { FieldPatches } from '../patch/patch.ts'
import type { JudgedUri } from '../plan/judged-uri.ts'

/**
 * Most severe first. `error`: the source forbids it. `warning`: the source advises against it, or the
 * setting does not do what it seems to. `info`: worth knowing.
 */
export const SEVERITIES = ['error', 'warning', 'info'] as const

export type Severity = (typeof SEVERITIES)[number]

/** What the rules read of a mapping. */
export interface LintedMapping {
  readonly fields: Readonly<Record<string, Row<unknown>>>
  readonly rules: readonly Rule[]
  warnings?(native: Native): readonly Warning[]
}

/** One client as the rules see it. */
export interface LintCase {
  readonly client: Client
  readonly native: Native
  /** Its provider's table. */
  readonly mapping: LintedMapping
  /** What its provider adds. */
  readonly lint: ProviderLint | undefined
  /** Values that name what the provider does not have, where that was looked for. */
  readonly dangling: readonly DanglingText[]
  /** Its URIs, with what the URI rules say. */
  readonly uris: readonly JudgedUri[]
  /** Epoch milliseconds; absent: nothing is said of what ends. */
  readonly now?: number | undefined
  /** Its provider is known to let no one manage it any more. */
  readonly shut?: boolean | undefined
}

/** What rules go by that is in no record. */
export type LintedAt = Pick<LintCase, 'now' | 'shut'>

/** What a rule finds in one place. */
export interface RuleFinding {
  /** The path of the member, such as `client.grantTypes`. */
  readonly field: string
  /** One or more sentences; of values, URIs and references to what is gone only are named. */
  readonly message: string
  /** The members of a PATCH `client` that would end the finding; present only where the plan agrees. */
  readonly mend?: FieldPatches
}

/** A rule without its function: what the documentation shows. */
export interface RuleText {
  /** Stable, and unique over all providers. */
  readonly id: string
  readonly severity: Severity
  /** A clause: what the client does or has. */
  readonly says: string
  /** RFC and section, vendor page or issue. */
  readonly source: string
}

/** One row of a table of rules. */
export interface LintRule extends RuleText {
  find(lintCase: LintCase): readonly RuleFinding[]
}

/** What a rule found, with the rule. */
export interface Finding extends RuleFinding {
  readonly rule: string
  readonly severity: Severity
  readonly source: string
}

/** What a provider's mapping adds. */
export interface ProviderLint {
  readonly rules: readonly LintRule[]
  /** Whether refresh tokens are bound to a key of the client, so that they need no rotation. */
  senderConstrained?(native: Native): boolean
  /** Whether users get refresh tokens although no grant type says so. */
  refreshes?(native: Native): boolean
  /** Refresh tokens of a client without a lifetime of its own end by the configuration of the server. */
  readonly refreshEndsByDefault?: true
}

/** Warnings of the mapping with one code, as findings. */
export function warned({ mapping, native }: LintCase, code: string): readonly RuleFinding[] {
  const warnings = mapping.warnings?.(native).filter((warning) => warning.code === code)
  return warnings?.map(({ field = 'client', message }) => ({ field, message })) ?? []
}
