/**
 * Raw settings that a field has come to stand for: what names one as it was written before, a client file,
 * a job, a program, is read as if it named the field. Which ones they are follows from the mapping: they are
 * among its settings, and a field is made of nothing else.
 */

import { FIELD_NAMES, type FieldName } from '../client.ts'
import type { Json } from '../json/json.ts'
import { isRecord, same } from '../json/json.ts'
import type { MappedField, Mapping } from '../mapping/mapping.ts'
import { isMapped, MAPPED_FIELDS } from '../mapping/mapping.ts'
import type { Native, Row, Warning } from '../mapping/row.ts'
import { isLens } from '../mapping/row.ts'
import { checkMember, type FieldPatches } from '../patch/patch.ts'
import { quoted } from '../patch/quoted.ts'

export interface FieldsRead {
  readonly fields: FieldPatches
  /** One for each setting that was read as a field. */
  readonly notes: readonly Warning[]
}

/**
 * The fields that a patch names, by its own names and by those of former settings. A setting beside its field
 * stays where it is, to be refused.
 * @throws ClientError `invalid_field` for a value that the field cannot have
 */
export function readFormerSettings(
  mapping: Mapping,
  native: Native,
  fields: FieldPatches,
): FieldsRead {
  const read: { [F in FieldName]?: Json } = { ...fields }
  const notes: Warning[] = []
  for (const raw of FIELD_NAMES.filter((field) => !isMapped(field))) {
    const request = fields[raw]
    if (!isRecord(request)) continue
    const rest = Object.entries(request).filter(([name, value]) => {
      const field = formerlySetting(mapping, name)
      if (field === undefined || Object.hasOwn(fields, field)) return true
      const row = mapping.fields[field] as Row<Json>
      if (!isLens(row)) {
        if (!same(value, native[name] ?? null)) return true
      } else {
        const target = value === null ? null : (row.get({ ...native, [name]: value }) ?? value)
        checkMember(field, target)
        read[field] = target
      }
      notes.push(noteOf(`client.${raw}.${quoted(name)}`, field))
      return false
    })
    read[raw] = Object.fromEntries(rest)
  }
  return { fields: read, notes }
}

/** The field that is made of a setting as a whole, and of that alone. */
function formerlySetting(mapping: Mapping, name: string): MappedField | undefined {
  const { settings, readOnlyKeys, createOnlyKeys } = mapping
  if (![settings, readOnlyKeys, createOnlyKeys].some((names) => names.includes(name)))
    return undefined
  return MAPPED_FIELDS.find((field) => {
    const row: Row<unknown> = mapping.fields[field]
    return row.support !== 'missing' && row.keys.length === 1 && row.keys[0] === name
  })
}

const noteOf = (path: string, field: FieldName): Warning => ({
  code: 'setting_is_a_field',
  field: `client.${field}`,
  message: `${path} is read as client.${field}, which has replaced it. Use client.${field} instead.`,
})
