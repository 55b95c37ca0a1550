/** What of a copied record breaks a rule of the new place, and is left out or set otherwise for it. */

import type { FieldName } from '../client.ts'
import type { Json } from '../json/json.ts'
import { memberOf, without } from '../json/json.ts'
import type { MappedField, Mapping } from '../mapping/mapping.ts'
import { MAPPED_FIELDS } from '../mapping/mapping.ts'
import type { Native, Rule } from '../mapping/row.ts'
import { isLens, type Row } from '../mapping/row.ts'
import { withChange } from '../plan/plan.ts'
import { judgedUris } from '../plan/plan-uris.ts'
import type { CopyTarget } from './copying.ts'
import { clauseOf, shownOf, trySet } from './set.ts'

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
    const remaining = Array.isArray(now) ? without(now, values) : null
    next = trySet(mapping, next, field as MappedField, remaining).done ?? next
  }
  // Without one URI a client can be of another kind, for which another one is wrong.
  return next === native ? native : keepUris(mapping, next, reasons)
}

/** The record with what breaks a rule between settings set otherwise, where that fixes it. */
export function keepRules(
  target: CopyTarget,
  native: Native,
  reasons: Map<string, string>,
): Native {
  const mend = firstMend(target, native)
  if (mend === undefined) return native
  if (!reasons.has(mend.path)) reasons.set(mend.path, clauseOf(mend.says))
  // It ends, since each fix leaves fewer rules broken.
  return keepRules(target, mend.done, reasons)
}

/** A setting (path below the client) set otherwise. */
interface Otherwise {
  readonly path: string
  readonly done: Native
}

/** The first fix of any broken rule by the setting that it names. */
function firstMend(target: CopyTarget, native: Native): (Otherwise & Rule) | undefined {
  const { rules } = target.mapping
  const broken = rules.filter(({ holds }) => !holds(native))
  for (const rule of broken) {
    const path = rule.field.replace(/^client\./, '')
    // Mending one must not break another.
    const fits = ({ done }: Otherwise) =>
      rule.holds(done) && rules.every((one) => one.holds(done) || broken.includes(one))
    const alternative = otherwise(target, native, path, rule).find(fits)
    if (alternative !== undefined) return { ...rule, ...alternative }
  }
  return undefined
}

/** Other values of the setting that a rule names, nearest first. */
function otherwise(
  target: CopyTarget,
  native: Native,
  path: string,
  rule: Rule,
): readonly Otherwise[] {
  const { mapping, blank } = target
  const [field = '', member = ''] = path.split('.')
  if (field === 'providerSettings') {
    const values = [memberOf(blank, member), undefined]
    return values.map((value) => ({ path, done: withChange(native, { [member]: value }) }))
  }
  const name = MAPPED_FIELDS.find((one) => one === field)
  if (name === undefined) return []
  const to = (value: Json) => setTo(mapping, native, name, value)
  const now = shownOf(mapping, name, native)
  const usual = shownOf(mapping, name, blank)
  if (!Array.isArray(now)) return [...to(usual), ...to(null)]
  const whole = Array.isArray(usual) && usual.length > 0 ? to(usual) : []
  const others = now.flatMap((_, skip) => to(now.filter((_item, index) => index !== skip)))
  const alone = now.filter((item) => to([item]).some(({ done }) => rule.holds(done)))
  return [...whole, ...others, ...to(alone), ...to([])]
}

function setTo(
  mapping: Mapping,
  native: Native,
  field: MappedField,
  value: Json,
): readonly Otherwise[] {
  if (field === 'secret' || !isLens(mapping.fields[field] as Row<unknown>)) return []
  const { done } = trySet(mapping, native, field, value)
  return done === undefined ? [] : [{ path: field, done }]
}
