/** The registration by which this server itself works in a tenant. */

import { same } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Bar } from '../provider.ts'

/** Settings that decide whether this server still gets tokens with its rights, beside what every provider has. */
const NEEDED = [
  ['signInAudience', 'given another audience'],
  ['requiredResourceAccess', 'given other permissions, which an administrator then consents to'],
  ['keyCredentials', 'given other certificates'],
  ['web', 'given other redirect URIs or flows'],
  ['spa', 'given other redirect URIs'],
  ['publicClient', 'given other redirect URIs'],
] as const

/** The first such setting that a change sets. */
export function barOf(base: Native, next: Native): Bar | undefined {
  const changed = NEEDED.find(([member]) => !same(base[member] ?? null, next[member] ?? null))
  return changed && { member: changed[0], says: changed[1] }
}
