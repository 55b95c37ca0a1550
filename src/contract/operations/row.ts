/** What a row of the list of operations states, and what many rows have in common. */

import type { Permission } from '../../core/rights/permissions.ts'
import type { BodyName } from '../bodies.ts'
import type { QueryName } from '../query.ts'

/** Request headers by which an operation is made safe or goes on; others mean the same everywhere. */
export type HeaderName = 'If-Match' | 'If-None-Match' | 'Idempotency-Key' | 'Last-Event-ID'

/** Headers of a success beside those that every answer has. */
export type AnswerHeader = 'ETag' | 'Location' | 'Operation-Id' | 'Idempotent-Replayed'

export type SuccessStatus = 200 | 201 | 202 | 204 | 304

export type ErrorStatus =
  | 400
  | 401
  | 403
  | 404
  | 408
  | 409
  | 412
  | 413
  | 415
  | 422
  | 428
  | 429
  | 431
  | 500
  | 502
  | 503
  | 504

/** One operation: everything that callers can know of it. Its id is the name of its row. */
export interface Operation {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE'
  /** With `{parameters}`, as OpenAPI writes it. */
  readonly path: string
  /** One sentence. */
  readonly summary: string
  /** Where the documentation explains it, seen from `docs/http.md`. */
  readonly page?: string
  /** `public`: no token is asked for. `token`: any that is accepted will do. */
  readonly permission: Permission | 'public' | 'token'
  /** Further permissions that it takes at the same place. */
  readonly also?: readonly Permission[]
  /** Opens it as well; its answer can be less then. */
  readonly alternative?: Permission
  /** A further permission, at the place of the client that is copied. */
  readonly atSource?: Permission
  /** A session of the console has to come from a sign-in of the last minutes. */
  readonly freshSignIn?: true
  /** Query parameters that it takes; any other is refused. */
  readonly query: readonly QueryName[]
  /** Others may stand beside them, and are its own matter. */
  readonly anyQuery?: true
  /** Those of them without which it is refused. */
  readonly required?: readonly QueryName[]
  readonly headers: readonly HeaderName[]
  /** What the body is, where there is one. */
  readonly body?: BodyName
  /** The body may be absent. */
  readonly bodyOptional?: true
  /** What a success answers, by its status. */
  readonly answers: { readonly [S in SuccessStatus]?: BodyName | 'nothing' }
  /** What a dry run answers, with 200. */
  readonly plan?: BodyName
  /** Of a success; absent: JSON. */
  readonly mediaType?: 'text/plain' | 'text/event-stream' | 'text/html' | 'text/javascript'
  readonly answerHeaders: readonly AnswerHeader[]
  /** Beside `ENTRY_ERRORS`. */
  readonly errors: readonly ErrorStatus[]
}

/** The place of a client. */
export const PLACE = ['provider', 'userPoolId'] as const
/** The place of a client that is there, and its id where that cannot stand in the path. */
export const PLACE_OF_CLIENT = [...PLACE, 'id'] as const
/** A change of a client that cannot harm the server. */
export const WRITE = [...PLACE_OF_CLIENT, 'dryRun'] as const
/** A change that can harm a client by means of which the server works. */
export const WRITE_OWN = [...WRITE, 'ownClient'] as const
export const PAGE = ['limit', 'cursor'] as const

/** Of requests that end before they are read: any operation can have them. */
export const ENTRY_ERRORS = [408, 431] as const
export const PUBLIC_ERRORS = [400, 500, 503, 504] as const
/** Of what any caller may ask. */
export const CALLER_ERRORS = [400, 401, 500, 503, 504] as const
/** Of lists that leave out what their caller may not see. */
export const LIST_ERRORS = [400, 401, 403, 500, 503, 504] as const
export const READ_ERRORS = [400, 401, 403, 404, 500, 503, 504] as const
export const WRITE_ERRORS = [400, 401, 403, 404, 409, 412, 422, 429, 500, 502, 503, 504] as const
/** Of writes with a body. */
export const BODY_ERRORS = [
  ...[400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 502, 503, 504],
] as const

/** What every read of one client has in common: it has an `ETag`, so the same is not sent twice. */
export const READ_OF_CLIENT = {
  method: 'GET',
  permission: 'clients:read',
  query: PLACE_OF_CLIENT,
  headers: ['If-None-Match'],
  answerHeaders: ['ETag'],
  errors: READ_ERRORS,
} as const

/** What every change of one client has in common. */
export const CHANGE_OF_CLIENT = {
  query: WRITE_OWN,
  headers: ['If-Match', 'If-None-Match', 'Idempotency-Key'],
  plan: 'Plan',
  answerHeaders: ['ETag', 'Operation-Id', 'Idempotent-Replayed'],
  errors: BODY_ERRORS,
} as const
