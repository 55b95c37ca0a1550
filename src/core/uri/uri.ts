/**
 * Which redirect, logout, origin and page URIs a client may be given. One check for every route and
 * provider (GHSA-86j7-9j95-vpqj); a URI is a value, never a pattern (CVE-2024-52289).
 * The rules are tables; each stage assumes that the stages before it found nothing.
 */

import { once } from '../once.ts'
import { FORM_RULES } from './uri-form-rules.ts'
import { HOST_RULES } from './uri-host-rules.ts'
import { CANONICAL_RULES, PATH_RULES } from './uri-path-rules.ts'
import { readUri } from './uri-reading.ts'
import type { UriCase, UriContext, UriFinding, UriPolicy, UriRule, UriUse } from './uri-rule.ts'
import { SCHEME_RULES } from './uri-scheme-rules.ts'
import { WARNINGS } from './uri-warnings.ts'

const MAX_LENGTH = 2_048

const STAGES = [FORM_RULES, SCHEME_RULES, HOST_RULES, PATH_RULES, CANONICAL_RULES]

/** Everything that is wrong with a URI, or else what is worth a warning. Never throws. */
export function checkUri(value: string, use: UriUse, context: UriContext): readonly UriFinding[] {
  const violations = violationsOf(value, use, context)
  if (violations.length > 0 || isWord(value, use, context.policy)) return violations
  return broken(WARNINGS, 'warning', { ...context, use, uri: readUri(value) })
}

/**
 * Everything that is wrong with a URI. Never throws. A change judges the same URIs of the record before, after and as it is
 * answered, so the newest findings are remembered.
 */
export function violationsOf(
  value: string,
  use: UriUse,
  context: UriContext,
): readonly UriFinding[] {
  if (isWord(value, use, context.policy)) return []
  const limit = Math.min(context.policy.maxLength, MAX_LENGTH)
  if (value.length < 1 || value.length > limit) {
    return [{ rule: 'length', severity: 'violation', says: `must have 1 to ${limit} characters` }]
  }
  const remembered = findingsUnder(context.policy)
  const key = `${use} ${context.native} ${value}`
  const before = remembered.get(key)
  if (before !== undefined) return before
  const findings = judged(value, use, context)
  if (remembered.size >= MOST_REMEMBERED) remembered.clear()
  remembered.set(key, findings)
  return findings
}

const isWord = (value: string, use: UriUse, { words = {} }: UriPolicy): boolean =>
  (use === 'logout' || use === 'origin') && words[use]?.includes(value) === true

/** URIs that are remembered under one policy; callers choose them, so that there must be an end. */
const MOST_REMEMBERED = 500

const findingsUnder = once((_: UriPolicy) => new Map<string, readonly UriFinding[]>())

function judged(value: string, use: UriUse, context: UriContext): readonly UriFinding[] {
  const uriCase: UriCase = { ...context, use, uri: readUri(value) }
  for (const rules of STAGES) {
    const violation = broken(rules, 'violation', uriCase)
    if (violation.length > 0) return violation
  }
  return []
}

function broken(
  rules: readonly UriRule[],
  severity: UriFinding['severity'],
  uriCase: UriCase,
): readonly UriFinding[] {
  return rules
    .filter((rule) => rule.breaks(uriCase))
    .map(({ id, says }) => ({
      rule: id,
      severity,
      says: typeof says === 'string' ? says : says(uriCase),
    }))
}
