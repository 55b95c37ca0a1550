/**
 * What of raw settings a provider's mapping knows, as JSON Schema: their names and values, what of them no update clears, and
 * what is inside of them that a field is made of or that is only shown. What else they may be is known to the provider.
 */

import type { JsonObject } from '../../core/json/json.ts'
import { MAPPED_FIELDS, type Mapping, rawSettings } from '../../core/mapping/mapping.ts'
import { keysOf, type Native } from '../../core/mapping/row.ts'
import { isFor, pathsBarred } from '../../core/mapping/uses.ts'
import { isSendable } from '../../core/plan/update-body.ts'

export const NOT_NULL: JsonObject = { not: { type: 'null' } }

/** `providerSettings` in a patch. */
export function settingsAt(mapping: Mapping): JsonObject {
  const { settingValues = {} } = mapping
  // One that a field has replaced is still read as the field, and no new request is to name it.
  const names = rawSettings(mapping)
  const taken = takenPaths(mapping)
  const members = names.map((name): readonly [string, JsonObject] => {
    const parts = [valuesOf(settingValues[name]), clearingOf(mapping, name), besides(taken, name)]
    const all = parts.filter((one) => Object.keys(one).length > 0)
    return [name, all.length > 1 ? { allOf: all } : (all[0] ?? {})]
  })
  return {
    propertyNames: { enum: names },
    properties: Object.fromEntries(members.filter(([, one]) => Object.keys(one).length > 0)),
  }
}

/** As a text, or as the items of a list. */
function valuesOf(texts: readonly string[] | undefined): JsonObject {
  if (texts === undefined) return {}
  const pattern = `^(${texts.join('|')})$`
  return { pattern, items: { pattern } }
}

/** Where a raw setting takes no `null`: itself, or what is inside of one that an update merges. */
function clearingOf(mapping: Mapping, name: string): JsonObject {
  const { mergedKeys, nullablePaths, uncleared = [] } = mapping
  const merges = mapping.omitted === 'keep' && mergedKeys.includes(name)
  const held: Native = { [name]: merges ? { any: true } : true }
  const isClearable =
    isFor(mapping, name, 'cleared') && !uncleared.includes(name) && isSendable(mapping, held, {})
  const needed = isClearable ? {} : NOT_NULL
  if (!merges || isSendable(mapping, held, { [name]: {} })) return needed
  const inner = nullablePaths.filter((path) => path.startsWith(`${name}.`))
  const clearable = inner.map((path) => [path.slice(name.length + 1), {}])
  const properties = clearable.length === 0 ? {} : { properties: Object.fromEntries(clearable) }
  return { ...needed, ...properties, additionalProperties: NOT_NULL }
}

/** Dotted paths of what a field is made of, and of what no update takes. */
const takenPaths = (mapping: Mapping): readonly string[] => [
  ...MAPPED_FIELDS.flatMap((field) => keysOf(mapping.fields[field])),
  ...pathsBarred(mapping, 'sent'),
]

/** What a setting may have beside that: members by other names, which only an object has. */
function besides(taken: readonly string[], name: string): JsonObject {
  const inside = taken.filter((path) => path.startsWith(`${name}.`))
  return inside.length === 0 ? {} : objectWithout(inside.map((path) => path.slice(name.length + 1)))
}

/** Names may have dots themselves, so that `a.b` is a member of that name, or `b` in `a`. */
function objectWithout(paths: readonly string[]): JsonObject {
  const heads = paths.flatMap((path) => {
    const names = path.split('.')
    return names.map((_, index) => names.slice(0, index + 1).join('.'))
  })
  const members = [...new Set(heads)].map((head) => [
    head,
    paths.includes(head) ? false : besides(paths, head),
  ])
  return { type: 'object', minProperties: 1, properties: Object.fromEntries(members) }
}
