/**
 * Giving back the native members that our own changes took away, over a record as it is now. What someone
 * else has set since on one of them stays theirs; a list is given back value by value.
 */

import type { Json } from '../json/json.ts'
import { same, without } from '../json/json.ts'
import { type Mapping, normalOf } from '../mapping/mapping.ts'
import type { Native } from '../mapping/row.ts'
import { isFor } from '../mapping/uses.ts'
import { withChange } from './plan.ts'
import { isSendable } from './update-body.ts'

/** The records before and after a change that took something away. */
export interface Removal {
  readonly base: Native
  readonly next: Native
}

export interface GivenBack {
  readonly next: Native
  /** Native members that someone else has changed since; what they set stays. */
  readonly theirs: readonly string[]
  /** Native members that the provider has no way to give back. */
  readonly lost: readonly string[]
}

/**
 * Gives back what changes took away, given newest first.
 * @param lists whether a list that someone else has changed since is given back beside what they set, or
 *   left to them
 */
export function giveBack(
  mapping: Mapping,
  current: Native,
  removals: readonly Removal[],
  lists: 'value by value' | 'theirs',
): GivenBack {
  let next = current
  const theirs = new Set<string>()
  const lost = new Set<string>()
  for (const { base, next: after } of removals) {
    const [was, became, is] = [base, after, next].map((one) => normalOf(mapping, one)) as Three
    for (const key of new Set([...Object.keys(was), ...Object.keys(became)])) {
      if (!isFor(mapping, key, 'restored')) continue
      if (equal(was[key], became[key]) || equal(is[key], was[key])) continue
      if (!equal(is[key], became[key])) theirs.add(key)
      const value = equal(is[key], became[key])
        ? base[key]
        : lists === 'theirs'
          ? is[key]
          : byValue(mapping, key, [was[key], became[key], is[key]])
      const changed = withChange(next, { [key]: value })
      if (isSendable(mapping, current, changed)) next = changed
      else lost.add(key)
    }
  }
  return { next, theirs: [...theirs], lost: [...lost] }
}

type Three = [Native, Native, Native]
type Value = Json | undefined

const equal = (one: Value, other: Value) => same(one ?? null, other ?? null)

/** A list without what the change added and with what it removed; anything else stays as it is. */
function byValue(
  mapping: Mapping,
  key: string,
  [was, became, is]: readonly [Value, Value, Value],
): Value {
  const empty = Object.hasOwn(mapping.normal({ [key]: [] }), key) ? undefined : []
  const [before, after, now] = [was ?? empty, became ?? empty, is ?? empty]
  if (!Array.isArray(before) || !Array.isArray(after) || !Array.isArray(now)) return is
  const others = without(now, without(after, before))
  return [...others, ...without(without(before, after), now)]
}
