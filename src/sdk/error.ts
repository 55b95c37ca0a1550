/** The one error of the SDK: an answer that is none of success, or no answer at all. */

import type { ErrorBody } from '../contract/common.ts'
import type { ApprovalRequest } from '../contract/requests/requests.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { JsonObject } from '../core/json/json.ts'

export type { ErrorCode }

export interface ErrorFacts {
  /** HTTP status; absent where no answer came. */
  readonly status?: number | undefined
  /** The member at fault, such as `client.callbacks[2]`. */
  readonly field?: string | undefined
  readonly requestId?: string | undefined
  /** Seconds after which a repetition makes sense. */
  readonly retryAfter?: number | undefined
  /** The change that had been begun, for `getOperation`. */
  readonly operationId?: string | undefined
  readonly outcome?: ErrorBody['outcome'] | undefined
  /** Fields that the provider left as they were, although it answered that the change was done. */
  readonly fields?: readonly string[] | undefined
  /** The body of a PATCH of the same client, after which the request can succeed. */
  readonly mend?: JsonObject | undefined
  /** The request for approval that a change was stored as; it was not carried out. */
  readonly request?: ApprovalRequest | undefined
  /** What the provider said in its own words. */
  readonly providerMessage?: string | undefined
  /** The scope that the token lacks, where one grants what the request needs (RFC 6750 section 3). */
  readonly scope?: string | undefined
  readonly cause?: unknown
}

/**
 * The codes of the server, and two of our own. `unreachable`: no whole answer came; a write may have
 * had its effect. `unexpected_answer`: what answered does not speak as a Clientry server does.
 */
export type ClientryErrorCode = ErrorCode | 'unreachable' | 'unexpected_answer'

/** A request that failed: the message is a sentence, the code is stable. */
export class ClientryError extends Error implements ErrorFacts {
  readonly code: ClientryErrorCode
  readonly status: number | undefined
  readonly field: string | undefined
  readonly requestId: string | undefined
  readonly retryAfter: number | undefined
  readonly operationId: string | undefined
  readonly outcome: ErrorFacts['outcome']
  readonly fields: readonly string[] | undefined
  readonly mend: JsonObject | undefined
  readonly request: ApprovalRequest | undefined
  readonly providerMessage: string | undefined
  readonly scope: string | undefined

  constructor(code: ClientryErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, { cause: facts.cause })
    this.name = 'ClientryError'
    this.code = code
    this.status = facts.status
    this.field = facts.field
    this.requestId = facts.requestId
    this.retryAfter = facts.retryAfter
    this.operationId = facts.operationId
    this.outcome = facts.outcome
    this.fields = facts.fields
    this.mend = facts.mend
    this.request = facts.request
    this.providerMessage = facts.providerMessage
    this.scope = facts.scope
  }
}
