/** A mapping as a creation sees it: what only a creation takes can be set, and a provider sets some of it by itself. */

import { type Json, memberOf } from '../json/json.ts'
import { once } from '../once.ts'
import { MAPPED_FIELDS, type Mapping, stateOf, withExtraSettings } from './mapping.ts'
import type { Native } from './row.ts'

/** The mapping by which a client that is only being made is planned; one for one mapping. */
export const makingMapping = once((mapping: Mapping): Mapping => {
  const rows = MAPPED_FIELDS.map((field) => {
    const row = mapping.fields[field]
    return [field, 'made' in row && row.made !== undefined ? row.made : row] as const
  })
  const changedRows = rows
    .filter(([field, row]) => row !== mapping.fields[field])
    .map(([field]) => field)
  const { createOnlyKeys, commandKeys } = mapping
  if (changedRows.length + createOnlyKeys.length + commandKeys.length === 0) return mapping
  return {
    ...withExtraSettings(mapping, [...createOnlyKeys, ...commandKeys]),
    fields: Object.fromEntries(rows) as Mapping['fields'],
    // What a new client starts from depends on them, so that they go before what the caller sets beside.
    first: changedRows,
    createOnlyKeys: [],
    commandKeys: [],
  }
})

/**
 * The planned record with the values that the provider holds: what the provider assigns to a new client (id,
 * secret, times) is left out, and what it has dropped is missing.
 */
export function asPlanned(mapping: Mapping, next: Native, native: Native): Native {
  const settings = stateOf(mapping, next)
  return Object.fromEntries(
    Object.entries(next).flatMap(([name, value]): [string, Json][] => {
      if (!Object.hasOwn(settings, name)) return [[name, value]]
      const current = memberOf(native, name)
      return current === undefined ? [] : [[name, current]]
    }),
  )
}
