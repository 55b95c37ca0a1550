/**
 * The one error type of the program and the one table that gives each code its HTTP status.
 * A `ClientError` is a sentence for the caller; whatever else is thrown is a fault of ours.
 */

import type { Json, JsonObject } from './json/json.ts'

/** Code → HTTP status, and whether the same request can succeed later without a change. */
export const ERROR_CODES = {
  /** The request itself is malformed: body, headers, query. */
  invalid_request: { status: 400, retry: false },
  /** A member of the request has a value that is not allowed. */
  invalid_field: { status: 400, retry: false },
  /** A member of the request that the API does not know. */
  unknown_field: { status: 400, retry: false },
  /** The provider cannot hold this attribute. */
  unsupported_field: { status: 400, retry: false },
  /** The provider has no such call. */
  unsupported_operation: { status: 400, retry: false },
  /** The attribute is shown and never set. */
  read_only_field: { status: 400, retry: false },
  /** A rule between several settings would be broken by the resulting client. */
  rule_violated: { status: 400, retry: false },
  /** The provider refused the change although it passed our own rules. */
  provider_refused: { status: 400, retry: false },
  unauthenticated: { status: 401, retry: false },
  /** A session of the console whose sign-in is too long ago for this (RFC 9470). */
  step_up_required: { status: 401, retry: false },
  insufficient_scope: { status: 403, retry: false },
  /** Someone else has to approve the change; where it can wait for that, it is stored as a request. */
  approval_required: { status: 403, retry: false },
  /** A page of another origin may not do this with the session of the console. */
  foreign_origin: { status: 403, retry: false },
  /** No such client, or none that this caller may know of. */
  not_found: { status: 404, retry: false },
  /** The server takes none of the tokens any more that opened the client: it is gone there, or opened by others. */
  client_gone: { status: 404, retry: false },
  /** No such path. */
  no_such_route: { status: 404, retry: false },
  method_not_allowed: { status: 405, retry: false },
  /** A change ended half-way and could not be undone; the record names the fields. */
  change_unresolved: { status: 500, retry: false },
  /** The provider answered that a change was done, and none of the fields has changed. */
  not_applied: { status: 502, retry: false },
  /** The provider answered that a change was done, and some of the fields have not changed. */
  partly_applied: { status: 502, retry: false },
  /** The client is protected from being removed or suspended. */
  client_protected: { status: 409, retry: false },
  /** It would harm the client that this server signs in with, or one that the provider itself needs. */
  own_client: { status: 409, retry: false },
  /** The change touches what a suspended client is without until it is resumed. */
  client_suspended: { status: 409, retry: false },
  /** There is no place for another value; one comes free when a lease ends. */
  list_full: { status: 409, retry: true },
  /** The request with this idempotency key is still running. */
  key_in_use: { status: 409, retry: true },
  /** A redirect URI cannot be moved so, or the change would take it away while it is being moved. */
  move_state: { status: 409, retry: false },
  /** The job is not in a state for what is asked of it. */
  job_state: { status: 409, retry: false },
  /** The request for approval is not in a state for what is asked of it. */
  request_state: { status: 409, retry: false },
  /** What a rollback names cannot be restored whole; nothing was sent. */
  not_restorable: { status: 409, retry: false },
  /** The place of a copy cannot hold everything; nothing was sent. */
  lossy_copy: { status: 409, retry: false },
  /** `If-Match` no longer holds. */
  precondition_failed: { status: 412, retry: false },
  too_large: { status: 413, retry: false },
  /** The route asks for `If-Match`, and there is none. */
  precondition_required: { status: 428, retry: false },
  unsupported_media_type: { status: 415, retry: false },
  /** The idempotency key was used for another request before, or too often for this one. */
  key_reused: { status: 422, retry: false },
  /** The caller has had, or has under way, as much as one caller may. */
  too_many_requests: { status: 429, retry: true },
  internal: { status: 500, retry: false },
  /** Upstream failed, and it is certain that nothing was changed. */
  provider_unavailable: { status: 500, retry: true },
  /** Upstream does not accept this server's own credentials or rights. */
  provider_misconfigured: { status: 500, retry: false },
  /** Upstream asks to slow down for longer than this request may take. */
  provider_throttled: { status: 503, retry: true },
  /** The keys that verify access tokens cannot be fetched. */
  keys_unavailable: { status: 503, retry: true },
  /** The issuer that signs people in to the console cannot be reached. */
  issuer_unavailable: { status: 503, retry: true },
  /** The history cannot be written, so nothing was sent upstream. */
  store_unavailable: { status: 503, retry: true },
  /** Other changes of the same client take all the time there is. */
  client_busy: { status: 503, retry: true },
  /** The port that the server should listen on is in use; never sent to a caller. */
  port_in_use: { status: 503, retry: false },
  /** The deadline passed before anything was sent upstream. */
  deadline_exceeded: { status: 504, retry: true },
  /** The change was sent and its outcome could not be learned in time. */
  outcome_unknown: { status: 504, retry: false },
} as const satisfies Record<string, { status: number; retry: boolean }>

export type ErrorCode = keyof typeof ERROR_CODES

/** Former code → the code that replaced it. Results of older jobs and older servers still have them. */
const FORMER_CODES: Readonly<Record<string, ErrorCode>> = {
  conflict: 'change_unresolved',
  unavailable: 'client_busy',
}

/** The present spelling of a code that an older version has stored or sent. */
export const currentCode = (code: string): string =>
  Object.hasOwn(FORMER_CODES, code) ? (FORMER_CODES[code] ?? code) : code

export interface ErrorDetails {
  /** Path of the member at fault, for example `client.callbacks[2]`. */
  readonly field?: string
  /** Seconds after which a repetition makes sense. */
  readonly retryAfter?: number
  /** In place of the status of the code, where HTTP has one of its own for the fault. */
  readonly status?: number
  /** Further response headers, for example `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The operation whose outcome can be asked for later. */
  readonly operationId?: string
  /** What became of it, where something was recorded. */
  readonly outcome?: 'partly_applied' | 'not_applied' | 'conflict' | 'unknown'
  /** Fields that did not take effect. */
  readonly fields?: readonly string[]
  /** Several faults at once, each a sentence of its own and a line of the message (configuration). */
  readonly faults?: readonly string[]
  /** The body of a PATCH of the same client, after which the request can succeed. */
  readonly mend?: JsonObject
  /** What a provider holds in the place of a client's record; never shown to a caller as it is. */
  readonly found?: Json
  /** With `approval_required`: the request that the change was stored as; it is the answer then. */
  readonly request?: { readonly id: string; readonly body: JsonObject }
  /** Asking again would fail in the same way. */
  readonly lasting?: true
  /** With `store_unavailable`: what was to be written may have been. */
  readonly uncertain?: true
  /** With `client_gone`: the provider itself says that the client does not exist. */
  readonly purged?: true
  /**
   * What the provider said, without the secrets of the call; shown to no one before those of the client are taken out
   * as well.
   */
  readonly said?: string
  /** The same, as callers and the log have it (`core/secrecy/provider-words.ts`). */
  readonly providerMessage?: string
  /** For our own logs; never shown to a caller. */
  readonly cause?: unknown
}

/** Characters that cannot be seen, break the line or turn it round (Unicode TR 9 and TR 36). */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** A sentence in which what was sent cannot hide or forge anything, on a terminal neither. */
const visible = (message: string) =>
  message.replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** A failure that the caller sees: the message is a whole sentence without any secret. */
export class ClientError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    // Each part is made visible by itself, so that a name in a fault cannot begin a line of its own.
    super([message, ...(details.faults ?? [])].map(visible).join('\n- '), { cause: details.cause })
    this.name = 'ClientError'
    this.code = code
    this.details = details
  }

  get status(): number {
    return this.details.status ?? ERROR_CODES[this.code].status
  }

  /** The path of the member at fault, in which names that were sent hide nothing either. */
  get field(): string | undefined {
    return this.details.field && visible(this.details.field)
  }
}

/** The same failure, with the operation that it ended. */
export function withOperation(
  { code, message, details }: ClientError,
  operationId: string,
  outcome: NonNullable<ErrorDetails['outcome']>,
): ClientError {
  return new ClientError(code, message, { ...details, operationId, outcome })
}

/** Says whether a thrown value is ours, and narrows it to the code when one is given. */
export function isClientError(
  thrown: unknown,
  ...codes: readonly ErrorCode[]
): thrown is ClientError {
  return thrown instanceof ClientError && (codes.length === 0 || codes.includes(thrown.code))
}
