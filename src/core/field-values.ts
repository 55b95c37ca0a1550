/**
 * Whether what a mapping makes of a record is of the type that its field has: a provider may answer any JSON, and
 * one member that is something else must not keep the rest from being shown, changed and removed.
 */

import { type Client, FIELDS, type FieldName } from './client.ts'
import { isRecord } from './json/json.ts'
import { isSecret } from './secrecy/secret.ts'

/** The value, or nothing where it is not of the field's type. */
export function ofItsType<F extends FieldName>(field: F, value: unknown): Client[F] | undefined {
  return isOfType(field, value) ? (value as Client[F]) : undefined
}

function isOfType(field: FieldName, value: unknown): boolean {
  switch (FIELDS[field].kind) {
    case 'string':
      return typeof value === 'string'
    case 'secret':
      return isSecret(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return typeof value === 'number' && Number.isFinite(value)
    case 'list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
    case 'map':
    case 'object':
    case 'raw':
      return isRecord(value)
  }
}
