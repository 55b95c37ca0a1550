/** Values that may stand in for one that a provider does not take, nearest first. */

import { FIELDS, type FieldName } from '../client.ts'
import type { Json, JsonObject } from '../json/json.ts'
import { isRecord } from '../json/json.ts'
import { isWithin } from '../mapping/limits.ts'
import type { Limits } from '../mapping/row.ts'

/** `blank`: the value that a new client has there, which comes last. */
export function fitting(
  field: FieldName,
  target: Json,
  limits: Limits,
  blank: Json,
): readonly Json[] {
  if (Array.isArray(target)) return [...fittingLists(target, limits, blank), blank]
  if (isRecord(target)) return [...fittingObjects(target, limits, blank), blank]
  if (typeof target === 'number') return [clamped(target, limits), blank]
  if (typeof target === 'string' && FIELDS[field].copy === 'prose') {
    return [legible(target, limits), blank]
  }
  return [blank]
}

/** What of a list fits; the same with what a client there has anyway; the same without one item. */
function fittingLists(items: readonly Json[], limits: Limits, blank: Json): readonly Json[] {
  const { maxItems = Number.POSITIVE_INFINITY } = limits
  const fit = items.filter((item) => isWithin(item, limits)).slice(0, maxItems)
  const whole = Array.isArray(blank) ? [[...new Set([...fit, ...blank])]] : []
  return [fit, ...whole, ...fit.map((_, skip) => fit.filter((_item, index) => index !== skip))]
}

function fittingObjects(members: JsonObject, limits: Limits, blank: Json): readonly Json[] {
  const { maxKeys = Number.POSITIVE_INFINITY } = limits
  const entries = Object.entries(members)
  const fit = entries.filter((pair) => pair.every((part) => isWithin(part, limits)))
  const shortened = Object.fromEntries(fit.slice(0, maxKeys))
  if (!isRecord(blank)) return [shortened]
  const mixed = Object.entries(blank).map(([name, value]) => ({ ...members, [name]: value }))
  return [shortened, ...mixed]
}

function clamped(value: number, { minimum = value, maximum = value }: Limits): number {
  return Math.min(Math.max(value, minimum), maximum)
}

/** The characters that the provider takes, as many as it takes. */
function legible(text: string, { pattern, maxLength }: Limits): string {
  const allowed = [...text].filter((one) => pattern?.expression.test(one) ?? true).join('')
  return allowed.slice(0, maxLength).trim()
}
