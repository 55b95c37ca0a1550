/**
 * G1: the laws of every mapping table, row by row: a change of one field sets exactly what its row says, shows
 * what was asked, and leaves what every other row shows; a row that takes no change says why.
 */

import { describe, expect, it } from 'vitest'
import { FIELD_NAMES, FIELDS, type FieldName } from '../../src/core/client.ts'
import { ClientError } from '../../src/core/errors.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import {
  MAPPED_FIELDS,
  type MappedField,
  type Mapping,
  showClient,
} from '../../src/core/mapping/mapping.ts'
import { isLens, type Lens, type Row } from '../../src/core/mapping/row.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { checkPatch, planChange } from '../../src/core/plan/plan.ts'
import { isSecret, secret } from '../../src/core/secrecy/secret.ts'
import { PROVIDER_SUBJECTS } from './subjects.ts'

const MAPPINGS = PROVIDER_SUBJECTS.flatMap(({ mappings, samples }) =>
  mappings.map((one) => ({ follows: {}, ...one, samples })),
)

const plainClient = (mapping: Mapping, native: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(showClient(mapping, native)).map(([field, value]) => [
      field,
      isSecret(value) ? value.reveal() : value,
    ]),
  )

const plan = (mapping: Mapping, native: JsonObject, client: JsonObject) => {
  const patch = parseMergePatch(client)
  checkPatch(mapping, patch)
  return planChange(mapping, native, patch)
}

describe.each(MAPPINGS)('the mapping of $name', ({ mapping, native, samples, follows, odd }) => {
  it('has a sample for every field that it lets change', () => {
    const writable = MAPPED_FIELDS.filter((field) => isLens(mapping.fields[field] as Row<unknown>))
    expect(writable.filter((field) => samples[field] === undefined)).toEqual([])
  })

  it('takes a number inside of an object up to the most that its row states, and no other', () => {
    for (const field of MAPPED_FIELDS) {
      const row = mapping.fields[field] as Row<Json>
      if (!isLens(row)) continue
      for (const [name, most] of Object.entries(row.limits?.members ?? {})) {
        const of = (value: number) => () => plan(mapping, native, { [field]: { [name]: value } })
        expect(of(most), field).not.toThrow()
        expect(of(most + 1), field).toThrow(`client.${field}.${name} must be`)
      }
    }
  })

  it('takes a client back as it was shown, without a change', () => {
    const planned = plan(mapping, native, plainClient(mapping, native))
    expect(planned.named).toEqual([])
    expect(planned.unchanged).toBe(true)
    expect(planned.next).toEqual(native)
  })

  it('shows every documented key, with a value of its kind', () => {
    const client = plainClient(mapping, native)
    expect(Object.keys(client)).toEqual(FIELD_NAMES)
    for (const field of FIELD_NAMES) {
      if (client[field] === null) expect(FIELDS[field].empty).toBeNull()
    }
  })

  it.each(odd)('shows %j, and changes it to nothing else', (members) => {
    const held = { ...native, ...members }
    const client = showClient(mapping, held)
    expect(Object.keys(client)).toEqual(FIELD_NAMES)
    for (const field of FIELD_NAMES) {
      const { kind } = FIELDS[field]
      const shown = client[field]
      if (kind === 'list') expect(Array.isArray(shown), field).toBe(true)
      if (kind === 'string' && shown !== null) expect(typeof shown, field).toBe('string')
      if (kind === 'integer' && shown !== null) expect(typeof shown, field).toBe('number')
      if (kind === 'boolean') expect(typeof shown, field).toBe('boolean')
    }
    const planned = planChange(mapping, held, parseMergePatch({}))
    expect(planned.next).toEqual(held)
  })

  const lensOf = (field: MappedField) => mapping.fields[field] as Lens<unknown>
  const isWritable = (field: MappedField) => isLens(mapping.fields[field] as Row<unknown>)

  it.each(MAPPED_FIELDS.filter(isWritable))('sets exactly what the row of %s says', (field) => {
    const value = samples[field] as Json
    const { next, named } = plan(mapping, native, { [field]: value })
    const put = lensOf(field).put(field === 'secret' ? secret(String(value)) : value, native)
    const expected: Record<string, Json | undefined> = { ...native, ...put }
    for (const [name, member] of Object.entries(expected)) {
      if (member === undefined) delete expected[name]
    }
    expect(named).toEqual([field])
    expect(next).toEqual(expected)
    expect(plainClient(mapping, next)[field]).toEqual(value)
  })

  it.each(MAPPED_FIELDS.filter(isWritable))('changes %s and no other field', (field) => {
    const { next } = plan(mapping, native, { [field]: samples[field] as Json })
    const before = plainClient(mapping, native)
    const after = plainClient(mapping, next)
    const spared = ['providerSettings', field, ...(follows[field] ?? [])]
    for (const other of FIELD_NAMES.filter((name) => !spared.includes(name))) {
      expect(after[other], other).toEqual(before[other])
    }
  })

  it.each(MAPPED_FIELDS.filter((field) => !isWritable(field)))(
    'refuses to change %s, with its path and a reason',
    (field) => {
      const other = otherValue(field, plainClient(mapping, native)[field] as Json)
      const attempt = () => plan(mapping, native, { [field]: other })
      expect(attempt).toThrow(ClientError)
      expect(attempt).toThrow(new RegExp(`^client\\.${field} cannot be (set|changed) here: .{10,}`))
    },
  )
})

/** A value of the field's kind that is not the one shown. */
function otherValue(field: FieldName, shown: Json): Json {
  switch (FIELDS[field].kind) {
    case 'list':
      return ['https://other.example.com']
    case 'map':
      return { other: 'value' }
    case 'boolean':
      return !shown
    case 'integer':
      return 1234
    case 'object':
      return { enabled: true, graceSeconds: 7 }
    default:
      return 'https://other.example.com/longer-than-a-secret'
  }
}
