/** What a copy is made of: the client, the place, and the record that came of it. */

import type { FieldName } from '../client.ts'
import type { Json } from '../json/json.ts'
import type { MappedField, Mapping } from '../mapping/mapping.ts'
import type { Native, Row } from '../mapping/row.ts'

/** The client that is copied. */
export interface CopySource {
  readonly mapping: Mapping
  readonly native: Native
  /** What a new client of its kind starts from there: no one has set these settings. */
  readonly fresh: Native
  /** Values of lists that are there for a time only. */
  readonly passing: readonly PassingValue[]
  /** What its provider keeps of it outside of the record. */
  readonly elsewhere?: readonly OutsideRecord[]
}

/** `value`: where it can be shown. */
export interface OutsideRecord {
  readonly name: string
  readonly state: 'set' | 'unread'
  readonly value?: Json
}

export interface PassingValue {
  readonly field: FieldName
  readonly value: string
}

/** Where the copy is made. */
export interface CopyTarget {
  readonly mapping: Mapping
  /** What a new client of the kind starts from. */
  readonly blank: Native
  /** Whether a client of that record has no secret; absent: that follows from no setting. */
  readonly lacksSecret?: (native: Native) => boolean
}

export interface Copying {
  readonly source: CopySource
  readonly target: CopyTarget
  /** Whether both are of one type, so that their records mean the same. */
  readonly alike: boolean
}

export interface Copied {
  /** Breaks no rule for URIs; one between several settings only where nothing in the copy fixes it. */
  readonly start: Native
  /** Clauses: why a field (or `providerSettings.<member>`) could not be taken over as it is. */
  readonly reasons: ReadonlyMap<string, string>
}

/** Whether a provider has a field; otherwise what it shows is not a value of the client. */
export function providerHas(mapping: Mapping, field: MappedField): boolean {
  const row = mapping.fields[field] as Row<unknown>
  return row.support !== 'missing' || row.value !== undefined
}
