/** Exit codes, and which failure has which. */

import type { ClientryErrorCode } from '../sdk/error.ts'

export const EXIT = {
  ok: { code: 0, says: 'done, or nothing to do' },
  differs: { code: 1, says: 'something differs or was found, or you answered no' },
  usage: { code: 2, says: 'the command line, or a file that it names, is wrong' },
  auth: { code: 3, says: 'you are not signed in, or lack a permission' },
  notFound: { code: 4, says: 'there is no such client, provider or operation' },
  conflict: { code: 5, says: 'the client has changed meanwhile, or a change ended halfway' },
  unavailable: { code: 6, says: 'the server or a provider does not answer; try again later' },
  refused: { code: 7, says: 'the change breaks a rule, or the provider refused it' },
  unknown: { code: 8, says: 'the change was sent, and its outcome is not known yet' },
  fault: { code: 9, says: 'an error in this program' },
  waiting: { code: 10, says: 'someone else has to approve the change, which waits as a request' },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly says: string }>>

export type ExitName = keyof typeof EXIT

/** Every code of the server and of the SDK. */
export const EXIT_OF: Readonly<Record<ClientryErrorCode, ExitName>> = {
  invalid_request: 'refused',
  invalid_field: 'refused',
  unknown_field: 'refused',
  unsupported_field: 'refused',
  unsupported_operation: 'refused',
  read_only_field: 'refused',
  rule_violated: 'refused',
  provider_refused: 'refused',
  unauthenticated: 'auth',
  step_up_required: 'auth',
  insufficient_scope: 'auth',
  approval_required: 'waiting',
  request_state: 'conflict',
  foreign_origin: 'auth',
  not_found: 'notFound',
  client_gone: 'notFound',
  no_such_route: 'unavailable',
  method_not_allowed: 'unavailable',
  change_unresolved: 'conflict',
  not_applied: 'refused',
  partly_applied: 'conflict',
  client_protected: 'refused',
  own_client: 'refused',
  client_suspended: 'refused',
  job_state: 'refused',
  move_state: 'refused',
  key_in_use: 'conflict',
  not_restorable: 'conflict',
  lossy_copy: 'conflict',
  precondition_failed: 'conflict',
  too_large: 'refused',
  list_full: 'refused',
  precondition_required: 'conflict',
  unsupported_media_type: 'refused',
  key_reused: 'conflict',
  too_many_requests: 'unavailable',
  internal: 'unavailable',
  provider_unavailable: 'unavailable',
  provider_misconfigured: 'unavailable',
  provider_throttled: 'unavailable',
  keys_unavailable: 'unavailable',
  issuer_unavailable: 'unavailable',
  store_unavailable: 'unavailable',
  client_busy: 'unavailable',
  port_in_use: 'unavailable',
  deadline_exceeded: 'unavailable',
  outcome_unknown: 'unknown',
  unreachable: 'unavailable',
  unexpected_answer: 'unavailable',
}

/** A command line that cannot be carried out: a sentence for the user. */
export class UsageError extends Error {
  readonly exit: ExitName

  constructor(message: string, exit: ExitName = 'usage') {
    super(message)
    this.name = 'UsageError'
    this.exit = exit
  }
}
