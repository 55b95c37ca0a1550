/** A URI of a client with what the rules find about it. */

import type { FieldName } from '../client.ts'
import type { UriFinding, UriUse } from '../uri/uri-rule.ts'

/** One URI of a client: where it stands, what it is for, and what the rules find about it. */
export interface JudgedUri {
  readonly field: FieldName
  readonly use: UriUse
  readonly value: string
  readonly findings: readonly UriFinding[]
}
