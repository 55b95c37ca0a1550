/** What an approval is bound to: a plan, and the state that it was made for. */

import type { FieldChange } from '../../core/diff.ts'
import { canonicalJson, isRecord, type Json, same } from '../../core/json/json.ts'
import { isFingerprint } from '../../core/secrecy/hidden.ts'
import type { Service } from '../base/service.ts'
import type { PendingChange } from './pending-change.ts'

/**
 * A keyed fingerprint of a plan and of the state that it is made for. What is chosen by chance or by the clock is left out: it
 * differs each time, and follows from the rest.
 */
export function printOf({ fingerprints }: Pick<Service, 'fingerprints'>, change: PendingChange) {
  const { place, action, baseTag, standing, changes } = change
  const shown = changes.map(({ field, before, after }) => [field, unsaid(before), unsaid(after)])
  const beside = standingChanges(change).map(({ field }) => field)
  const content = [{ ...place }, action, baseTag, { ...standing }, shown, beside]
  return fingerprints.ofText('approval', canonicalJson(content as unknown as Json))
}

function unsaid(value: Json): Json {
  if (isFingerprint(value)) return 'secret'
  if (Array.isArray(value)) return value.map(unsaid)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unsaid(inner)]))
}

/** All that a change does, to the client's settings and to what holds beside them. */
export const allChanges = (change: PendingChange): readonly FieldChange[] => [
  ...change.changes,
  ...standingChanges(change),
]

function standingChanges({ standing, becomes }: PendingChange): readonly FieldChange[] {
  if (becomes === undefined) return []
  const [was, is] = [standing ?? {}, becomes] as unknown as readonly Record<string, Json>[]
  const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])]
  return names.flatMap((field) => {
    const [before, after] = [was?.[field] ?? null, is?.[field] ?? null]
    if (same(before, after)) return []
    const change = { field, before: withoutCallers(before), after: withoutCallers(after) }
    // Values are fingerprints there, which say nothing to anyone.
    return [field === 'managed' ? { field, before: null, after: null } : change]
  })
}

/** Who asked for something is in the history. */
function withoutCallers(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutCallers)
  if (!isRecord(value)) return value
  const own = Object.entries(value).filter(([name]) => !CALLERS.includes(name))
  return Object.fromEntries(own.map(([name, inner]) => [name, withoutCallers(inner)]))
}

const CALLERS: readonly string[] = ['actor', 'job', 'scopes', 'claims', 'reap']
