/** What a caller may do, and within which limits, in words. */

import { PERMISSIONS } from '../../core/rights/permissions.ts'
import type { TextRule } from '../../core/rights/text-rule.ts'
import type { LimitedGrant, Permission } from '../../sdk/types.ts'

/** Permissions as a person reads them: all of them, all but a few, or a list. */
export const permissionsText = (permissions: readonly Permission[]): string => {
  const others = PERMISSIONS.filter((one) => !permissions.includes(one))
  if (others.length === 0) return 'everything'
  return others.length < 3 ? `everything but ${others.join(', ')}` : permissions.join(', ')
}

/** A limit in the words of the configuration. */
export const limitText = ({ only, approval }: Pick<LimitedGrant, 'only' | 'approval'>): string => {
  const limits = Object.entries(only).map(
    ([name, rules]) => `${name}: ${Array.isArray(rules) ? rules.map(ruleText).join(', ') : rules}`,
  )
  return [...limits, ...(approval === undefined ? [] : [`approval: ${approval}`])].join('; ')
}

const ruleText = (rule: TextRule): string => (typeof rule === 'string' ? rule : rule.pattern)
