/**
 * What a provider takes in a patch, as JSON Schema made of its mapping. Callers may send back what a client holds
 * already, whatever it is, which no schema can say: so this describes new values, on a development server alone.
 */

import { FIELD_NAMES, FIELDS, type FieldName, useOfUris } from '../../core/client.ts'
import { isClientError } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import { isMapped, type Mapping } from '../../core/mapping/mapping.ts'
import { isLens, type Lens, type Limits, type Native, type Row } from '../../core/mapping/row.ts'
import { withChange } from '../../core/plan/plan.ts'
import { isSendable } from '../../core/plan/update-body.ts'
import { NOT_NULL, settingsAt } from './provider-settings.ts'
import { uriPattern } from './uri-pattern.ts'

/** The members of a patch, each as far as the provider says more of it than the neutral schema does. */
export function patchAt(mapping: Mapping): JsonObject {
  const members = FIELD_NAMES.map((field): readonly [string, JsonObject] => [
    field,
    memberAt(mapping, field),
  ])
  return { properties: Object.fromEntries(members) }
}

function memberAt(mapping: Mapping, field: FieldName): JsonObject {
  if (!isMapped(field)) return settingsAt(mapping)
  const row = mapping.fields[field] as Row<Json>
  const { empty, kind } = FIELDS[field]
  if (row.support === 'missing') {
    const onlyValue = row.value ?? (empty as Json)
    return { enum: onlyValue === null ? [null] : [null, onlyValue] }
  }
  if (!isLens(row)) return { readOnly: true }
  const limits = row.limits ?? {}
  const isNeeded = row.needed === true || !isClearable(mapping, field, row)
  const needed = isNeeded ? NOT_NULL : {}
  if (kind === 'map') return { ...needed, ...mapOf(limits) }
  if (limits.members !== undefined) return { ...needed, properties: mostOf(limits.members) }
  const value = valueAt(mapping, field, limits)
  if (kind !== 'list') return { ...needed, ...orNull(value) }
  const { maxItems } = limits
  const list = { items: value, ...(maxItems === undefined ? {} : { maxItems }) }
  return { ...needed, ...list, ...(isNeeded ? { minItems: 1 } : {}), properties: { add: list } }
}

/**
 * Whether a client that has a value can go back to the default: judged by the update of a record that holds it, since a
 * member that several fields live in stays when one of them goes. A secret that is cleared stays as it is.
 */
function isClearable(mapping: Mapping, field: FieldName, row: Lens<Json>): boolean {
  const { keys, put, afterCreation } = row
  // What can be set on a client alone that is there goes by what that has.
  if (afterCreation === true || FIELDS[field].kind === 'secret') return true
  if (keys.some((key) => mapping.uncleared?.includes(key))) return false
  const held = recordWith(keys)
  try {
    return isSendable(mapping, held, withChange(held, put(null, held)))
  } catch (error) {
    if (isClientError(error)) return false
    throw error
  }
}

/** A record that has something at each of these members, inner ones in the object that they are in. */
function recordWith(keys: readonly string[]): Native {
  const record = new Map<string, Json>()
  for (const key of keys) {
    const [, parent = key, name] = /^([^.]*)\.(.*)$/.exec(key) ?? []
    const others = record.get(parent)
    record.set(
      parent,
      name === undefined ? true : { ...(isRecord(others) ? others : {}), [name]: true },
    )
  }
  return Object.fromEntries(record)
}

/** A list of values with `null` among them; every other keyword is about values of its own type alone. */
const orNull = ({ enum: values, ...rest }: JsonObject): JsonObject =>
  Array.isArray(values) ? { ...rest, enum: [...values, null] } : rest

/** A secret that a caller chooses. */
export function secretAt(mapping: Mapping): JsonObject {
  const row = mapping.fields.secret
  return isLens(row) ? valueAt(mapping, 'secret', row.limits ?? {}) : {}
}

/** A text, a number, or one item of a list. */
function valueAt(mapping: Mapping, field: FieldName, limits: Limits): JsonObject {
  const { minimum, maximum, values, pattern } = limits
  const use = useOfUris(field)
  const maxLength = use === undefined ? limits.maxLength : mapping.uris.maxLength
  const patterns = [
    ...(pattern === undefined ? [] : [sourceOf(pattern.expression)]),
    ...(use === undefined ? [] : [uriPattern(use, mapping.uris)]),
    ...(field === 'name' ? [WITHOUT_CONTROLS] : []),
  ]
  const [first, ...others] = patterns
  return {
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(values === undefined ? {} : { enum: values }),
    ...(first === undefined ? {} : { pattern: first }),
    ...(others.length === 0 ? {} : { allOf: others.map((one) => ({ pattern: one })) }),
  }
}

/** C0, DEL and C1 are refused in names. */
const WITHOUT_CONTROLS = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$'

/** JSON Schema has no flags: a letter in both cases stands for one that has no case. */
const sourceOf = ({ source, ignoreCase }: RegExp): string =>
  ignoreCase ? source.replaceAll('[a-z]', '[A-Za-z]').replaceAll('[a-z0-9', '[A-Za-z0-9') : source

const mostOf = (members: Readonly<Record<string, number>>): JsonObject =>
  Object.fromEntries(Object.entries(members).map(([name, maximum]) => [name, { maximum }]))

function mapOf({ maxKeys, maxLength }: Limits): JsonObject {
  const length = maxLength === undefined ? {} : { maxLength }
  return {
    propertyNames: { pattern: WITHOUT_CONTROLS, ...length },
    additionalProperties: { ...length },
    ...(maxKeys === undefined ? {} : { maxProperties: maxKeys }),
  }
}
