/** Jobs: many clients changed at once. */

import type { ErrorCode } from '../core/errors.ts'
import type { ClientPatch, JsonPatchOperation } from './clients.ts'
import type { Actor, ClientName, FieldChange, Page, Warning } from './common.ts'

export type JobState =
  | 'submitted'
  | 'planning'
  | 'planned'
  | 'running'
  | 'paused'
  | 'stopped'
  | 'done'
  | 'cancelled'

export type JobPhase = 'plan' | 'run'

export type JobOutcome = 'planned' | 'applied' | 'unchanged' | 'failed'

/** The share of the clients that goes first. */
export interface Canary {
  readonly share: number
  readonly thenPause: boolean
}

export interface CanaryRequest {
  readonly share: number
  /** Absent: it does not pause. */
  readonly thenPause?: boolean
}

export interface JobOptions {
  readonly autoStart: boolean
  readonly canary?: Canary
  readonly maxFailures: number | null
  readonly reserve?: number
}

type PatchOrOperations = ClientPatch | readonly JsonPatchOperation[]

/** One client of a job; what it lacks is that of the job or of the server. */
export interface JobClient {
  readonly id: string
  readonly provider?: string | undefined
  readonly userPoolId?: string | undefined
  /** `etag` of the state that the patch is meant for. */
  readonly ifMatch?: string
  readonly patch?: PatchOrOperations
}

/** Clients that are looked for; without `q` and `filter` all of the place. */
export interface JobSelection {
  readonly provider?: string | undefined
  /** Absent: all user pools of the provider. */
  readonly userPoolId?: string | undefined
  readonly q?: string
  readonly filter?: string
}

/** `clients` or `select`, and not both. */
export interface JobRequest {
  readonly clients?: readonly JobClient[]
  readonly select?: JobSelection
  /** For all clients that have none of their own. */
  readonly patch?: PatchOrOperations
  /** Runs at once, without a dry run; `false` when absent. */
  readonly autoStart?: boolean
  readonly canary?: CanaryRequest
  /** Stops at one failure more; `null`: never; 0 when absent. */
  readonly maxFailures?: number | null
  /** The part of a provider's rate that is left to others, 0 to 0.95; the provider's own where that is more. */
  readonly reserve?: number
}

/** Clients to be suspended, and removed after a time of grace. */
export interface ReapRequest {
  /** All that it finds are looked at, and none is touched before `start`. */
  readonly select: JobSelection
  /** Nothing is known to have happened to a client for so long, in seconds. */
  readonly olderThanSeconds: number
  /** From the suspension to the removal, in seconds; 30 days when absent. */
  readonly graceSeconds?: number
  /** Also clients whose last use no one can see; `false` when absent. */
  readonly unknownUse?: boolean
  readonly canary?: CanaryRequest
  readonly maxFailures?: number | null
  readonly reserve?: number
}

/** What a job that reaps goes by. */
export interface ReapOptions {
  readonly olderThanSeconds: number
  readonly graceSeconds: number
  readonly unknownUse: boolean
}

/** Why a client is reaped (`reap`) or spared. */
export type ReapVerdict =
  | 'reap'
  | 'protected'
  | 'leased'
  | 'moving'
  | 'own_client'
  | 'coming_removal'
  | 'no_match'
  | 'age_unknown'
  | 'too_young'
  | 'use_unknown'
  | 'cannot_suspend'
  | 'cannot_remove'

/** What is known of a client, and what becomes of it. */
export interface ReapFinding {
  readonly verdict: ReapVerdict
  /** Absent: no one can see it. */
  readonly createdAt?: string
  readonly changedAt?: string
  /** No provider shows when a client was last used. */
  readonly lastUse: 'unknown'
  /** Once it is suspended: when it is removed, unless something happens to it. */
  readonly removeAt?: string
}

export interface UndoRequest {
  readonly autoStart: boolean
  /** Takes back what can be taken back on a client where something cannot. */
  readonly allowPartial?: boolean
}

export interface Job {
  readonly id: string
  readonly submittedAt: string
  /** Who submitted it. */
  readonly actor: Actor
  /** Who set its changes going last: by submitting it with `autoStart`, by `start` or `resume`. */
  readonly startedBy?: Actor
  /** Who started it once its dry run was there. */
  readonly approvedBy?: Actor
  readonly providers: readonly string[]
  readonly options: JobOptions
  /** The job that it undoes. */
  readonly undoes?: string
  /** It suspends clients and has them removed later. */
  readonly reap?: ReapOptions
  readonly state: JobState
  /** Why it stopped by itself; only while it is stopped. */
  readonly reason?: string
  readonly phase: JobPhase
  /** When it last came on. */
  readonly at: string
  readonly total: number
  /** Each client counts once. */
  readonly counts: Readonly<Record<JobOutcome | 'left', number>>
  /** Someone else than its submitter has to approve its changes. */
  readonly approval?: 'required'
  /** Id of the request for approval that was made last of it. */
  readonly request?: string
  /** While it is at work and something is done. */
  readonly clientsPerSecond?: number
  readonly secondsLeft?: number
}

export interface JobResult {
  /** Its place among the clients of the job, from 0. */
  readonly item: number
  readonly client: ClientName
  readonly phase: JobPhase
  readonly at: string
  readonly outcome: JobOutcome
  readonly changes?: readonly FieldChange[]
  /** The caller may change the client, and not read it: changes, warnings and tag are not shown. */
  readonly withheld?: true
  readonly warnings?: readonly Warning[]
  /** Of the state that was planned from, with its double quotes. */
  readonly etag?: string
  readonly operationId?: string
  /** In jobs that reap. */
  readonly reap?: ReapFinding
  readonly code?: ErrorCode
  readonly error?: string
  readonly field?: string
  /** What the provider said when it refused, in its own words. */
  readonly providerMessage?: string
}

export interface JobPlan {
  readonly dryRun: true
  readonly results: readonly JobResult[]
}

/** Named bodies of this file. */
export interface JobBodies {
  readonly JobRequest: JobRequest
  readonly UndoRequest: UndoRequest
  readonly ReapRequest: ReapRequest
  readonly Job: Job
  readonly JobPlan: JobPlan
  readonly JobPage: Page<Job>
  readonly JobResult: JobResult
  readonly JobResultPage: Page<JobResult>
  /** Server-sent events. */
  readonly Events: string
}
