/**
 * The digest of what a plan does, which its review shows: a plan that is made again, and would do the same, has the same
 * one. So a plan can be made anew after the merge and be known for the one that people agreed to.
 */

import { createHash } from 'node:crypto'
import { canonicalJson } from '../../core/json/json.ts'
import { parseJson, stringifyJson } from '../../core/json/json-text.ts'
import type { PlanFile, PlanItem } from '../plan-file.ts'

/** SHA-256 in lower-case hexadecimal, of everything but when it was made, for which states, and under which keys. */
export function reviewDigest({
  folder,
  environment,
  items,
}: Pick<PlanFile, 'folder' | 'environment' | 'items'>): string {
  const effects = items.map(textOf).sort()
  const text = canonicalJson(parseJson(stringifyJson({ folder, environment, effects })))
  return createHash('sha256').update(text).digest('hex')
}

/** The changes that an item shows say from which values it starts. */
function textOf({ key: _, ...item }: PlanItem): string {
  const { etag: __, ...effect } = item as Omit<PlanItem, 'key'> & { readonly etag?: string }
  return canonicalJson(parseJson(stringifyJson(effect)))
}
