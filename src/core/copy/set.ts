/** Reading and setting one field of a record that is being copied. */

import type { FieldName } from '../client.ts'
import { isClientError } from '../errors.ts'
import type { Json } from '../json/json.ts'
import type { MappedField, Mapping } from '../mapping/mapping.ts'
import { visibleField } from '../mapping/mapping.ts'
import type { Native } from '../mapping/row.ts'
import { applyField } from '../plan/plan.ts'
import { isSecret } from '../secrecy/secret.ts'

/** The value of a field as plain JSON; of a secret nothing but that there is one. */
export function shownOf(mapping: Mapping, field: FieldName, native: Native): Json {
  const value: unknown = visibleField(mapping, field, native)
  return isSecret(value) ? '(secret)' : (value as Json)
}

/** The record with a field set, or a clause why the provider does not take the value. */
export function trySet(
  mapping: Mapping,
  native: Native,
  field: MappedField,
  value: Json,
): { readonly done: Native } | { readonly done?: never; readonly why: string } {
  try {
    return { done: applyField(mapping, native, field, value) ?? native }
  } catch (error) {
    if (!isClientError(error)) throw error
    // What follows the name of the field is the reason.
    return { why: clauseOf(error.message.replace(/^[^:]*: /, '')) }
  }
}

/** A sentence as a clause. */
export const clauseOf = (sentence: string) => sentence.replace(/\.$/, '')
