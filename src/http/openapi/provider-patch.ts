/**
 * What a provider takes in a patch, as JSON Schema made of its mapping. Callers may send back what a client holds
 * already, whatever it is, which no schema can say: so this describes new values, on a development server alone.
 */

import { FIELD_NAMES, FIELDS, type FieldName, useOfUris } from '../../core/client.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { isMapped, type Mapping } from '../../core/mapping/mapping.ts'
import { isLens, type Limits, type Row } from '../../core/mapping/row.ts'
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
    const shown = row.value ?? (empty as Json)
    return { enum: shown === null ? [null] : [null, shown] }
  }
  if (!isLens(row)) return { readOnly: true }
  const { maxItems, maxKeys, ...limits } = row.limits ?? {}
  const value = valueAt(mapping, field, limits)
  const orNull = row.needed === true ? [] : [{ type: 'null' }]
  if (kind === 'list') {
    const list = { type: 'array', items: value, ...(maxItems === undefined ? {} : { maxItems }) }
    return anyOf(list, { type: 'object', properties: { add: list } }, ...orNull)
  }
  return anyOf(kind === 'map' ? mapOf(row.limits ?? {}) : value, ...orNull)
}

/** One of several schemas; of one, that itself. */
const anyOf = (first: JsonObject, ...others: readonly JsonObject[]): JsonObject =>
  others.length === 0 ? first : { anyOf: [first, ...others] }

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
    not: { type: 'null' },
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

function mapOf({ maxKeys, maxLength }: Limits): JsonObject {
  const length = maxLength === undefined ? {} : { maxLength }
  return {
    type: 'object',
    propertyNames: { pattern: WITHOUT_CONTROLS, ...length },
    additionalProperties: { type: ['string', 'null'], ...length },
    ...(maxKeys === undefined ? {} : { maxProperties: maxKeys }),
  }
}

/** The names of raw settings, and their values where the mapping knows them; what others may be is known to the provider. */
function settingsAt({ settings, extraSettings = [], settingValues = {} }: Mapping): JsonObject {
  const values = Object.entries(settingValues).filter(([path]) => !path.includes('.'))
  return {
    anyOf: [
      {
        type: 'object',
        propertyNames: { enum: [...settings, ...extraSettings] },
        properties: Object.fromEntries(values.map(([name, texts]) => [name, oneOf(texts)])),
      },
      { type: 'null' },
    ],
  }
}

/** As a text, or as the items of a list. */
const oneOf = (texts: readonly string[]): JsonObject => ({
  anyOf: [{ enum: texts }, { type: 'array', items: { enum: texts } }, { type: 'null' }],
})
