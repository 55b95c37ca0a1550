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
    says: 'settings that together break a rule of the provider',
    source: "the provider's rules, listed on its page in docs/providers",
    find: ({ mapping, native }) =>
      mapping.rules
        .filter((rule) => !rule.holds(native))
        .map(({ field, says }) => ({ field, message: says })),
  },
  {
    id: 'near_limit',
    severity: 'info',
    says: "a list or map at 90 % or more of the provider's limit",
    source: "the provider's limits, as in GET /providers/{providerId}",
    find: ({ client, mapping }) =>
      MAPPED_FIELDS.flatMap((field) => {
        const row = mapping.fields[field] as Row<unknown>
        const { maxItems, maxKeys } = (isLens(row) ? row.limits : undefined) ?? {}
        const most = maxItems ?? maxKeys
        const count = Object.keys(client[field] ?? {}).length
        if (most === undefined || !isNearly(count, most)) return []
        const message = `client.${field} has ${count} of the ${most} values that the provider allows.`
        return [{ field: `client.${field}`, message }]
      }),
  },
]
