/** Findings of many clients, counted. Pure. */

import { type Finding, SEVERITIES, type Severity } from './rule.ts'

/** What one rule finds on many clients. */
export interface RuleTally extends Pick<Finding, 'rule' | 'severity' | 'source'> {
  readonly findings: number
  /** Those on which it finds something. */
  readonly clients: number
}

/** The findings of each client. */
type Linted = readonly (readonly Finding[])[]

/** How many there are of each severity. */
export function tallySeverities(linted: Linted): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, info: 0 }
  for (const { severity } of linted.flat()) counts[severity] += 1
  return counts
}

/** How many there are of each rule: the most severe first, then those of the most clients. */
export function tallyRules(linted: Linted): readonly RuleTally[] {
  const tallies = new Map<string, RuleTally>()
  for (const findings of linted) {
    const seen = new Set<string>()
    for (const { rule, severity, source } of findings) {
      const before = tallies.get(rule) ?? { rule, severity, source, findings: 0, clients: 0 }
      const clients = before.clients + (seen.has(rule) ? 0 : 1)
      tallies.set(rule, { ...before, findings: before.findings + 1, clients })
      seen.add(rule)
    }
  }
  return [...tallies.values()].sort(
    (one, other) =>
      SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
      other.clients - one.clients ||
      (one.rule < other.rule ? -1 : 1),
  )
}
