/**
 * Looks at one client for settings that deserve a second look. Pure, and judged on the record as the
 * provider holds it; a fix is offered only when its plan succeeds and ends the finding.
 */

import { isClientError } from '../errors.ts'
import { danglingTexts, holds } from '../mapping/dangling.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { showClient } from '../mapping/mapping.ts'
import type { Dangling, Native } from '../mapping/row.ts'
import type { FieldPatches, Patch } from '../patch/patch.ts'
import { checkPatch, planChange } from '../plan/plan.ts'
import { judgedUris } from '../plan/plan-uris.ts'
import { CLIENT_KIND_RULES } from './client-kind-rules.ts'
import { DANGLING_RULES } from './dangling-rules.ts'
import { GRANT_RULES } from './grant-rules.ts'
import { LIMIT_RULES } from './limit-rules.ts'
import type { Finding, LintedAt } from './rule.ts'
import { SEVERITIES } from './rule.ts'
import { TOKEN_RULES } from './token-rules.ts'
import { URI_RULES } from './uri-rules.ts'

/** The rules for all providers. */
export const RULES = [
  ...URI_RULES,
  ...GRANT_RULES,
  ...CLIENT_KIND_RULES,
  ...TOKEN_RULES,
  ...LIMIT_RULES,
  ...DANGLING_RULES,
]

/** What is found, most severe first, and in the order of the rules. */
export function lintClient(
  mapping: Mapping,
  native: Native,
  dangling: readonly Dangling[] = [],
  at: LintedAt = {},
): readonly Finding[] {
  const look = (record: Native) => findingsOf(mapping, record, dangling, at)
  const findings = look(native)
  const messages = findings.map((finding) => {
    const { mend, ...plain } = finding
    return mend !== undefined && isMended({ mapping, native, look }, findings, finding, mend)
      ? finding
      : plain
  })
  return SEVERITIES.flatMap((severity) => messages.filter((one) => one.severity === severity))
}

function findingsOf(
  mapping: Mapping,
  native: Native,
  references: readonly Dangling[],
  at: LintedAt,
): readonly Finding[] {
  const client = showClient(mapping, native)
  const present = references.filter((one) => holds(mapping, native, one))
  const dangling = danglingTexts(mapping, native, present)
  const uris = judgedUris(mapping, native)
  const lintCase = { client, native, mapping, lint: mapping.lint, dangling, uris, ...at }
  return [...RULES, ...(mapping.lint?.rules ?? [])].flatMap(({ id, severity, source, find }) =>
    find(lintCase).map(({ field, message, mend }) => ({
      rule: id,
      severity,
      field,
      message,
      source,
      ...(mend === undefined ? {} : { mend }),
    })),
  )
}

interface Linted {
  readonly mapping: Mapping
  readonly native: Native
  look(record: Native): readonly Finding[]
}

/** Whether the provider takes the fix, the finding ends with it, and nothing worse comes instead. */
function isMended(
  { mapping, native, look }: Linted,
  before: readonly Finding[],
  finding: Finding,
  mend: FieldPatches,
): boolean {
  const next = planned(mapping, native, { kind: 'merge', fields: mend })
  if (next === undefined) return false
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity)
  const isNew = (one: Finding) => !before.some((other) => isSame(one, other))
  return !look(next).some(
    (one) => isSame(one, finding) || (rank(one) < rank(finding) && isNew(one)),
  )
}

const isSame = (one: Finding, other: Finding) =>
  one.rule === other.rule && one.field === other.field

/** The record after a patch; `undefined` where the patch is refused. */
function planned(mapping: Mapping, native: Native, patch: Patch): Native | undefined {
  try {
    checkPatch(mapping, patch)
    return planChange(mapping, native, patch).next
  } catch (error) {
    if (isClientError(error)) return undefined
    throw error
  }
}
