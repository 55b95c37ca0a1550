/**
 * Variables in place of numbers and flags. A mapping reads none of them; where it takes a value over as it is, the variable
 * may stand in the file instead.
 */

import { FIELDS, type FieldName } from '../../core/client.ts'
import { isRecord, type Json, type JsonObject, memberOf } from '../../core/json/json.ts'
import {
  isMapped,
  MAPPED_FIELDS,
  type Mapping,
  showField,
  unreadable,
} from '../../core/mapping/mapping.ts'
import { keysOf, type Native, type Row } from '../../core/mapping/row.ts'
import { variablesIn, wholeVariable } from './placeholders.ts'

/** Values that a field must give back as they are, to show that it is the member itself. */
const PROBES: Readonly<Record<string, readonly Json[]>> = {
  integer: [600, 3_600],
  boolean: [true, false],
}

/**
 * Fields whose value cannot be read: it is of another type, or holds a variable that the mapping takes for something else,
 * as for false.
 */
export function unreadFields(mapping: Mapping, native: Native): readonly FieldName[] {
  const ofAnotherType = unreadable(mapping, native).map(({ field = '' }) =>
    field.replace(/^client\./, ''),
  )
  return MAPPED_FIELDS.filter((field) => {
    if (ofAnotherType.includes(field)) return true
    if (FIELDS[field].kind === 'secret') return false
    const row = mapping.fields[field] as Row<unknown>
    const mentions = keysOf(row).flatMap((key) => variablesIn(at(native, key.split('.')) ?? null))
    if (mentions.length === 0) return false
    const variables = variablesIn(showField(mapping, field, native) as Json)
    return mentions.some((variable) => !variables.includes(variable))
  })
}

/** The variables that stand for fields of other types than texts and lists. */
export function typedVariables(mapping: Mapping, native: Native): ReadonlyMap<FieldName, string> {
  return new Map(
    unreadFields(mapping, native).flatMap((field): [FieldName, string][] => {
      const row = isMapped(field) ? (mapping.fields[field] as Row<unknown>) : undefined
      const [key = '', ...more] = row === undefined ? [] : keysOf(row)
      const path = key.split('.')
      const variable = wholeVariable(at(native, path))
      if (row === undefined || row.support === 'missing' || more.length > 0) return []
      const probes = PROBES[FIELDS[field].kind] ?? []
      const isItself = probes.every((probe) => row.get(withValue(native, path, probe)) === probe)
      return variable === undefined || probes.length === 0 || !isItself ? [] : [[field, variable]]
    }),
  )
}

const at = (value: Json | undefined, [name, ...rest]: readonly string[]): Json | undefined =>
  name === undefined ? value : isRecord(value) ? at(memberOf(value, name), rest) : undefined

function withValue(
  record: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: Json,
): JsonObject {
  const inner = memberOf(record, name)
  const next: Json =
    rest.length === 0 ? value : withValue(isRecord(inner) ? inner : {}, rest, value)
  return { ...record, [name]: next }
}
