/** What bodies of several nouns share: names and places of clients, pages, differences, plans and errors. */

import type { FieldName, LeaseField } from '../core/client.ts'
import type { FieldChange } from '../core/diff.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json/json.ts'
import type { Severity } from '../core/lint/rule.ts'
import type { Warning } from '../core/mapping/row.ts'

export type { FieldChange, FieldName, Json, JsonObject, LeaseField, Severity, Warning }

/** A client as answers name it. */
export interface ClientName {
  readonly id: string
  readonly provider: string
  readonly userPoolId?: string
}

/** Where the client of a request is, in its body; the query can say the same. */
export interface PlaceOfClient {
  readonly provider?: string | undefined
  readonly userPoolId?: string | undefined
}

/** The place of the client of a change that can harm a client by which the server works. */
export interface PlaceOfChange extends PlaceOfClient {
  /** Also where the server, or the provider, works by means of the client. */
  readonly ownClient?: boolean
}

/** One page; `next`, where there is one, is the `cursor` of the next. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next?: string
}

/** A caller, by its token. */
export interface Actor {
  readonly subject: string
  readonly issuer: string
  readonly clientId?: string
}

/** The body of every answer that is an error. */
export interface ErrorBody {
  /** A sentence for the caller. */
  readonly error: string
  readonly code: ErrorCode
  /** The member at fault, such as `client.callbacks[2]`. */
  readonly field?: string
  /** Fields that the provider left as they were, although it answered that the change was done. */
  readonly fields?: readonly string[]
  /** The change that had been begun. */
  readonly operationId?: string
  readonly outcome?: 'partly_applied' | 'not_applied' | 'conflict' | 'unknown'
  /** The body of a PATCH of the same client, after which the request can succeed. */
  readonly mend?: JsonObject
  /** What the provider said in its own words, without secrets; at most 300 characters of ASCII. */
  readonly providerMessage?: string
  readonly requestId: string
}

/** The same where the caller accepts problem details (RFC 9457 section 3.1). */
export interface Problem extends ErrorBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
}

/** Named bodies of this file. */
export interface CommonBodies {
  readonly ClientName: ClientName
  readonly FieldChange: FieldChange
  readonly Warning: Warning
  readonly Error: ErrorBody
  readonly Problem: Problem
}
