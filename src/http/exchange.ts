/** What a handler gets: the request taken apart, and what the whole application shares. */

import type { Operation } from '../contract/operations.ts'
import type { TokenIssuer } from '../contract/server.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { JsonObject } from '../core/json/json.ts'
import type { Access, AccessTo, Address } from '../core/rights/access.ts'
import type { ClientRef, UpstreamCall } from '../providers/call.ts'
import type { AskedFor } from '../service/approval/approval-log.ts'
import type { Approval } from '../service/approval/pending-change.ts'
import type { Service } from '../service/base/service.ts'
import type { Work } from '../service/jobs/ask.ts'
import type { Jobs } from '../service/jobs/jobs.ts'
import type { JobApproval } from '../service/jobs/log.ts'
import type { Permissions } from './auth/permissions.ts'
import type { Principal } from './auth/principal.ts'
import type { DescribedPlaces } from './openapi/places.ts'
import type { Quotas } from './quotas.ts'
import type { ConsoleSettings } from './session/console-settings.ts'
import type { HttpRequest } from './wire/message.ts'

/** Built once in the entry. */
export interface HttpSettings {
  readonly service: Service
  readonly jobs: Jobs
  readonly quotas: Quotas
  /** The provider that a request means when it names none. */
  readonly defaultProvider: string
  readonly permissions: Permissions
  /** Where tokens come from, as the metadata of this API names it. */
  readonly issuers: readonly TokenIssuer[]
  /** Gives the caller of an access token. */
  verify(token: string, deadline: number): Promise<Principal>
  /** What the public description names; absent: no provider. */
  readonly describedPlaces?: DescribedPlaces
  /** The console for browsers; absent: there is none. */
  readonly console?: ConsoleSettings
  /** Whether keys that verify tokens have been fetched, ever. */
  hasKeys(): Promise<boolean>
  /** The counts of this process; absent where no one keeps them. */
  metrics?(service: Service): Promise<MetricsText>
  log(line: RequestLine): void
}

/** One request and what has become known about it. */
export interface Exchange {
  /** Those of the application, with the store bounded by the request's deadline. */
  readonly settings: HttpSettings
  readonly request: HttpRequest
  readonly requestId: string
  /** Id of the operation. */
  readonly operation: string
  /** Its row in the contract. */
  readonly row: Operation
  /** Percent-decoded path parameters. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** The caller; on public routes there is none. */
  readonly principal: Principal | undefined
  /** The key of an approved request, under which it is carried out once; absent: the exchange is no such one. */
  readonly approved?: string
  /** Carries out a request that is approved. */
  readonly perform: Perform
  /** Lets a job be set to work whose changes take an approval. */
  readonly passWork: PassWork
  /** Filled by handlers for the log line of the request. */
  readonly trace: Trace
}

/**
 * Gives the approval by which a job is set to work; `set to work`: by that it was already.
 * @throws ClientError `approval_required` for what is stored as a request, `request_state` for what was not approved like this
 */
export type PassWork = (work: Work) => Promise<JobApproval | 'set to work'>

/** Carries out what was asked for in another request, as its caller would. */
export type Perform = (performance: Performance) => Promise<Performed>

/** What of its answer counts. */
export interface Performed {
  readonly status: number
  readonly body: JsonObject | string
  readonly headers?: Readonly<Record<string, string>>
}

/** What is carried out, for whom, and by whose approval. */
export interface Performance {
  readonly operation: string
  readonly asked: AskedFor
  /** Who asked for it. */
  readonly principal: Principal
  readonly dryRun: boolean
  /** Names it for its idempotency key; no caller's own key can be called so. */
  readonly name: string
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly trace: Trace
  readonly approval: Approval
  readonly passWork: PassWork
  /** What both callers may do, by what the submitter may do today. */
  access(of: (address: Address) => Access): AccessTo
}

/** What the log says about a request; never a secret, never a body. */
export interface Trace {
  ref?: Partial<ClientRef>
  outcome?: string
  operationId?: string
  readonly upstream: UpstreamCall[]
}

/** Metrics as they are answered. */
export interface MetricsText {
  readonly contentType: string
  readonly text: string
}

/** From what needs someone to what is only of use while looking for something. */
export const LEVELS = ['error', 'warn', 'info', 'debug'] as const

export type Level = (typeof LEVELS)[number]

export interface LogLine {
  readonly time: string
  readonly level: Level
  readonly message: string
  readonly [member: string]: unknown
}

/** The line of a request; what is not known is `undefined`. */
export interface RequestLine extends LogLine {
  readonly requestId: string
  /** The trace that the caller is in, as the header `traceparent` has it. */
  readonly traceParent: string | undefined
  /** As sent, so any text. */
  readonly method: string
  /** As the table has it. */
  readonly route: string | undefined
  readonly status: number
  readonly code: ErrorCode | undefined
  /** One that is configured. */
  readonly provider: string | undefined
  readonly outcome: string | undefined
  readonly durationMs: number
}
