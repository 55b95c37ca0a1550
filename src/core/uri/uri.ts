/**
 * Which redirect, logout, origin and page URIs a client may be given. One check for every route and
 * provider (GHSA-86j7-9j95-vpqj); a URI is a value, never a pattern (CVE-2024-52289).
 * The rules are tables; each stage assumes that the stages before it found nothing.
 */

import { FORM_RULES } from './uri-form-rules.ts'
import { HOST_RULES } from './uri-host-rules.ts'
import { CANONICAL_RULES, PATH_RULES } from './uri-path-rules.ts'
import { readUri, type UriReading } from './uri-reading.ts'
import { SCHEME_RULES } from './uri-scheme-rules.ts'
import { WARNINGS } from './uri-warnings.ts'

/** What the provider and the configuration allow. */
export interface UriPolicy {
  /** The provider's limit, in characters; never more than 2048. */
  readonly maxLength: number
  /** The provider defines wildcards, and the configuration allows them. */
  readonly wildcards: boolean
  /** Names between braces that the provider fills in; a final `*` stands for any key. */
  readonly placeholders: readonly string[]
  /** The provider takes private-use schemes. */
  readonly customSchemes: boolean
}

/** What the URI is for. `page`: a page or picture of the client, such as `initiateLoginUri`. */
export type UriUse = 'redirect' | 'logout' | 'origin' | 'page'

/** One thing that is wrong, or worth telling, about a URI. */
export interface UriFinding {
  /** Stable id. */
  readonly rule: string
  readonly severity: 'violation' | 'warning'
  /** A clause that follows the name of the member, such as `must not contain user information`. */
  readonly says: string
}

/** The circumstances in which a URI is judged. */
export interface UriContext {
  readonly policy: UriPolicy
  /** Whether the client is a native application. */
  readonly native: boolean
}

/** What a rule sees. */
export interface UriCase extends UriContext {
  readonly use: UriUse
  readonly uri: UriReading
}

/** One row of a table of rules. */
export interface UriRule {
  readonly id: string
  readonly says: string | ((asked: UriCase) => string)
  breaks(asked: UriCase): boolean
}

const MAX_LENGTH = 2_048

const STAGES = [FORM_RULES, SCHEME_RULES, HOST_RULES, PATH_RULES, CANONICAL_RULES]

/** Everything that is wrong with a URI, or else what is worth a warning. Never throws. */
export function checkUri(value: string, use: UriUse, context: UriContext): readonly UriFinding[] {
  const limit = Math.min(context.policy.maxLength, MAX_LENGTH)
  if (value.length < 1 || value.length > limit) {
    return [{ rule: 'length', severity: 'violation', says: `must have 1 to ${limit} characters` }]
  }
  const asked: UriCase = { ...context, use, uri: readUri(value) }
  for (const rules of STAGES) {
    const found = broken(rules, 'violation', asked)
    if (found.length > 0) return found
  }
  return broken(WARNINGS, 'warning', asked)
}

function broken(
  rules: readonly UriRule[],
  severity: UriFinding['severity'],
  asked: UriCase,
): readonly UriFinding[] {
  return rules
    .filter((rule) => rule.breaks(asked))
    .map(({ id, says }) => ({
      rule: id,
      severity,
      says: typeof says === 'string' ? says : says(asked),
    }))
}
