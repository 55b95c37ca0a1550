/** What stands in the way of the next change: lists that are nearly full, rules that are broken already. */

import { isNearly } from '../mapping/limits.ts'
import { MAPPED_FIELDS } from '../mapping/mapping.ts'
import type { Row } from '../mapping/row.ts'
import { isLens } from '../mapping/row.ts'
import type { LintRule } from './rule.ts'

export const LIMIT_RULES: readonly LintRule[] = [
  {
    id: 'rule_broken',
    severity: 'error',
    says: 'settings that break a rule between them which the provider enforces',
    source: "the provider's rules, as its page in docs/providers names them",
    find: ({ mapping, native }) =>
      mapping.rules
        .filter((rule) => !rule.holds(native))
        .map(({ field, says }) => ({ field, message: says })),
  },
  {
    id: 'near_limit',
    severity: 'info',
    says: 'a list or map with 90 % or more of what the provider takes',
    source: "the provider's limits, as GET /providers/{providerId} tells them",
    find: ({ client, mapping }) =>
      MAPPED_FIELDS.flatMap((field) => {
        const row = mapping.fields[field] as Row<unknown>
        const { maxItems, maxKeys } = (isLens(row) ? row.limits : undefined) ?? {}
        const most = maxItems ?? maxKeys
        const held = Object.keys(client[field] ?? {}).length
        if (most === undefined || !isNearly(held, most)) return []
        const message = `client.${field} has ${held} of the ${most} values that the provider takes.`
        return [{ field: `client.${field}`, message }]
      }),
  },
]
