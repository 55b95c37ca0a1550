/** How findings name URIs, and how a patch puts others in their place. */

import { type Client, FIELD_NAMES, FIELDS, type FieldName } from '../client.ts'
import type { Json } from '../json/json.ts'
import type { FieldPatches } from '../patch/patch.ts'

/** More URIs than these are counted and not named. */
const NAMED = 3

/** URIs as text, the first few by name. */
export function listed(values: readonly string[]): string {
  const examples = values.slice(0, NAMED).map((value) => JSON.stringify(value))
  const more = values.length - examples.length
  return more > 0 ? `${examples.join(', ')} and ${more} more` : examples.join(', ')
}

/** A field with those that change with it, since the value of one is among those of the other. */
const together = (field: FieldName): readonly FieldName[] =>
  FIELD_NAMES.filter(
    (one) => one === field || FIELDS[one].among === field || FIELDS[field].among === one,
  )

/** A patch that puts others in the place of some URIs of a field, or takes them away. */
export function replaceUris(
  client: Client,
  field: FieldName,
  values: readonly string[],
  replace: (value: string) => string | null,
): FieldPatches {
  const patches = together(field).map((name): [string, Json][] => {
    const current = client[name] as Json
    const remove = values.filter((value) =>
      (Array.isArray(current) ? current : [current]).includes(value),
    )
    if (remove.length === 0) return []
    const add = remove.map(replace).filter((value) => value !== null)
    if (!Array.isArray(current)) return [[name, add[0] ?? null]]
    return [[name, add.length === 0 ? { remove } : { remove, add }]]
  })
  return Object.fromEntries(patches.flat())
}
