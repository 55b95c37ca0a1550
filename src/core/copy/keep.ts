/** What of a copied record breaks a rule of the new place, and is left out or set otherwise for it. */

import type { FieldName } from '../client.ts'
import type { Json } from '../json.ts'
import { isRecord, memberOf, without } from '../json.ts'
import type { MappedField, Mapping, Native, Rule } from '../mapping.ts'
import { isLens, MAPPED_FIELDS, type Row } from '../mapping.ts'
import { withChange } from '../plan.ts'
import { judgedUris } from '../plan-uris.ts'
import type { CopyTarget } from './copy.ts'
import { clauseOf, trySet, shownOf } from './set.ts'

/** The record without URIs that a client may not have there. */
export function keepUris(mapping: Mapping, native: Native, reasons: Map<string, string>): Native {
  const bad = new Map<FieldName, Json[]>()
  for (const { field, value, findings } of judgedUris(mapping, native)) {
    const broken = findings.find(({ severity }) => severity === 'violation')
    if (broken === undefined) continue
    bad.set(field, [...(bad.get(field) ?? []), value])
    if (!reasons.has(field)) reasons.set(field, `${JSON.stringify(value)} ${broken.says}`)
  }
  let next = native
  for (const [field, values] of bad) {
    const now = shownOf(mapping, field, next)
    const left = Array.isArray(now) ? without(now, values) : null
    next = trySet(mapping, next, field as MappedField, left).done ?? next
  }
  // Without one URI a client can be of another kind, for which another one is wrong.
  return next === native ? native : keepUris(mapping, next, reasons)
}

/** The record with what breaks a rule between settings set otherwise, where that mends it. */
export function keepRules(
  target: CopyTarget,
  native: Native,
  reasons: Map<string, string>,
): Native {
  let next = native
  for (let left = target.mapping.rules.length; left > 0; left -= 1) {
    const mended = target.mapping.rules
      .filter((rule) => !rule.holds(next))
      .map((rule) => ({ rule, done: mendedBy(target, next, rule) }))
      .find(({ done }) => done !== undefined)
    if (mended?.done === undefined) return next
    const path = mended.rule.field.replace(/^client\./, '')
    if (!reasons.has(path)) reasons.set(path, clauseOf(mended.rule.says))
    next = mended.done
  }
  return next
}

/** The record in which a rule holds for a change of the setting that it names; `undefined`: none does. */
function mendedBy({ mapping, blank }: CopyTarget, native: Native, rule: Rule): Native | undefined {
  const broken = mapping.rules.filter(({ holds }) => !holds(native))
  const mends = (next: Native | undefined) =>
    next !== undefined &&
    rule.holds(next) &&
    // Mending one must not break another.
    mapping.rules.every((one) => one.holds(next) || broken.includes(one))
  return otherwise(mapping, blank, native, rule).find(mends)
}

function otherwise(mapping: Mapping, blank: Native, native: Native, rule: Rule) {
  const [field = '', member = ''] = rule.field.replace(/^client\./, '').split('.')
  if (field === 'providerSettings') {
    const values = [memberOf(blank, member), undefined]
    return values.map((value) => withChange(native, { [member]: value }))
  }
  const name = MAPPED_FIELDS.find((one) => one === field)
  if (name === undefined || !isLens(mapping.fields[name] as Row<unknown>)) return []
  const set = (value: Json) => trySet(mapping, native, name, value).done
  const usual = shownOf(mapping, name, blank)
  const now = shownOf(mapping, name, native)
  if (!Array.isArray(now)) return [set(usual), ...(isRecord(now) ? [] : [set(null)])]
  const alone = now.filter((item) => {
    const next = set([item])
    return next !== undefined && rule.holds(next)
  })
  const others = now.map((_, left) => set(now.filter((_item, index) => index !== left)))
  const whole = Array.isArray(usual) && usual.length > 0 ? [set(usual)] : []
  return [...whole, ...others, ...(alone.length > 0 ? [set(alone)] : []), set([])]
}
