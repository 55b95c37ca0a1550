/** A mapping as a creation sees it: what only a creation takes can be set. */

import { once } from '../once.ts'
import { MAPPED_FIELDS, type Mapping, withExtraSettings } from './mapping.ts'

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
