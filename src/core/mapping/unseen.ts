/** Members that an update takes and no read shows: what is known of them all the same. */

import { memberOf } from '../json/json.ts'
import { type Mapping, sameState } from './mapping.ts'
import type { Native } from './row.ts'
import { isLens } from './row.ts'

/** Whether a member is one of them. */
export const isUnseen = ({ unseen }: Mapping, name: string): boolean =>
  unseen?.keys.includes(name) === true

/** Whether no read shows the secret of a client, which can be set. */
export function hidesSecret(mapping: Mapping): boolean {
  const { secret } = mapping.fields
  return isLens(secret) && secret.keys.every((key) => isUnseen(mapping, key))
}

/** A time with a part of a second: two writes within one would look like none. */
const EXACT = /T\d\d:\d\d:\d\d\.\d/

/**
 * Whether something was written between two records that shows nothing else; `undefined`: that cannot be known, or someone
 * else has written too.
 */
export function isWritten(mapping: Mapping, before: Native, after: Native): boolean | undefined {
  const { stamp = '' } = mapping.unseen ?? {}
  const [was, is] = [memberOf(before, stamp), memberOf(after, stamp)]
  if (typeof was !== 'string' || typeof is !== 'string' || !EXACT.test(is)) return undefined
  if (was === is) return false
  return sameState(mapping, before, after) ? true : undefined
}
