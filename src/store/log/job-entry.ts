/**
 * What the log of a job is made of. Every entry says how far the job has come with it, so that the first
 * and the newest entry are all that has to be read to report on a job; `service/jobs/progress.ts` says how
 * one follows from the other.
 */

import type { FieldName } from '../../core/client.ts'
import type { Warning } from '../../core/mapping/row.ts'
import type { OwnPermission } from '../../core/rights/permissions.ts'
import type { ClientName } from '../resource.ts'
import type { Actor, ApprovalMark, TokenRights } from './actor.ts'
import type { EntryBase, KeptChange } from './entry-base.ts'

/**
 * Submitted: not all of its clients are in the log yet. Stopped: by failures, or because the process died twice
 * while it worked on it; it can be resumed.
 */
export const JOB_STATES = [
  'submitted',
  'planning',
  'planned',
  'running',
  'paused',
  'stopped',
  'done',
  'cancelled',
] as const
export type JobState = (typeof JOB_STATES)[number]

/** What has become of a client so far. */
export const JOB_OUTCOMES = ['planned', 'applied', 'unchanged', 'failed'] as const
export type JobOutcome = (typeof JOB_OUTCOMES)[number]

/** What its caller chose for a job. */
export interface JobOptions {
  /** Runs at once, without a dry run before. */
  readonly autoStart: boolean
  /** A part that is done before the rest. */
  readonly canary?: {
    /** Above 0, up to 1. */
    readonly share: number
    /** Waits for `resume` after it, although nothing failed. */
    readonly thenPause: boolean
  }
  /** Stops at one failure more than this; `null`: never. */
  readonly maxFailures: number | null
  /** The part of a provider's rate that it leaves to others, 0 to 0.95; absent, or less than that of the provider: the provider's. */
  readonly reserve?: number
  /** With `autoStart`: it is planned first all the same, and asks for its start where that takes an approval. */
  readonly asks?: true
}

/** Whether a job makes its changes without a dry run before. */
export const runsAtOnce = ({ autoStart, asks }: JobOptions): boolean => autoStart && asks !== true

/** How far a job has come. */
export interface JobProgress {
  readonly state: JobState
  /** What it does, or would go on with: the dry run, or the changes. */
  readonly phase: 'plan' | 'run'
  /** Every client counts once; `left`: nothing is known of it yet. */
  readonly counts: Readonly<Record<JobOutcome | 'left', number>>
  /** Clients that the changes are about, and those of them that have a result. */
  readonly run: { readonly total: number; readonly done: number }
  /** Failures since the changes began or were last resumed. */
  readonly failures: number
  /** The canary part has been done. */
  readonly canaryDone: boolean
  /** Set its changes going last, by `start` or `resume`; absent: only the caller who submitted it. */
  readonly startedBy?: Actor
  /** Approved its start once its dry run was there. */
  readonly approvedBy?: Actor
  /** Some of its planned changes take the approval of someone else than who submitted it. */
  readonly held?: true
  /** Id of the request for approval that was made last of what is left of it. */
  readonly request?: string
  /** Who works on it, and until when no one else does (epoch milliseconds). */
  readonly claim?: { readonly runner: string; readonly until: number }
  /** Times that a runner died and left it, since it was last resumed; absent: never. */
  readonly abandoned?: number
  /** When the present stretch of work began, and results that there were then. */
  readonly since?: { readonly at: number; readonly done: number }
}

/** What a job that reaps goes by; the rights are those of who submitted it. */
export interface JobReap extends TokenRights {
  /** Only clients of which nothing is known to have happened for so long (milliseconds). */
  readonly olderThanMs: number
  /** From the suspension to the removal (milliseconds). */
  readonly graceMs: number
  /** Also clients whose last use no one can see. */
  readonly unknownUse: boolean
  /** What the clients were selected by, which must still hold. */
  readonly text?: string
  readonly terms: readonly string[]
}

/** Why a client is reaped or not. */
export const REAP_VERDICTS = [
  'reap',
  'protected',
  'leased',
  'moving',
  'own_client',
  'coming_removal',
  'no_match',
  'age_unknown',
  'too_young',
  'use_unknown',
  'cannot_suspend',
  'cannot_remove',
] as const
export type ReapVerdict = (typeof REAP_VERDICTS)[number]

/** What a job that reaps has found out about a client; times in epoch milliseconds, absent where unknown. */
export interface ReapFinding {
  readonly verdict: ReapVerdict
  readonly createdAt?: number
  readonly changedAt?: number
  /** When it is to be removed; once it is suspended. */
  readonly removeAt?: number
}

interface JobEntryBase extends EntryBase {
  readonly progress: JobProgress
}

/** The first entry: what is to be done, and on whose behalf. */
export interface Job extends JobEntryBase {
  readonly kind: 'job'
  readonly actor: Actor
  /** Names of the providers that it touches. */
  readonly providers: readonly string[]
  readonly options: JobOptions
  /** What of the submitter's token its rights follow from; absent in jobs of earlier versions. */
  readonly token?: TokenRights
  /** What it may do beside changing clients. */
  readonly rights?: readonly OwnPermission[]
  /** The same in jobs of earlier versions: fields that it may not change. */
  readonly withheld?: readonly FieldName[]
  /** The job that it undoes. */
  readonly undoes?: string
  /** It suspends clients and removes them later. */
  readonly reap?: JobReap
  /** Keyed fingerprint of the request, where that came with an idempotency key. */
  readonly fingerprint?: string
  /** Sealed `{ patch }` for the clients that have none of their own. */
  readonly sealed: string
}

/** Some of the clients; in several entries, since an entry has a largest size. */
export interface JobItems extends JobEntryBase {
  readonly kind: 'job_items'
  readonly count: number
  readonly last: boolean
  /** Sealed `{ items }`. */
  readonly sealed: string
}

/** A runner takes the job, keeps it, or gives it up (`until` 0). */
export interface JobClaim extends JobEntryBase {
  readonly kind: 'job_claim'
  readonly runner: string
  readonly until: number
}

/** What became of one client, in the dry run or in earnest. */
export interface JobResult {
  /** Its place among the clients of the job, from 0. */
  readonly item: number
  readonly client: ClientName
  readonly outcome: JobOutcome
  /** The submitter may neither read the client nor its jobs there: what the client is like is for others. */
  readonly unseen?: true
  /** Secrets are fingerprints; absent: none. */
  readonly changes?: readonly KeptChange[]
  readonly warnings?: readonly Warning[]
  /** Of the state that was planned from. */
  readonly tag?: string
  /** Keyed fingerprint of a planned change that takes an approval, to which that is bound; absent: it takes none. */
  readonly print?: string
  readonly operationId?: string
  readonly reap?: ReapFinding
  /** Why it failed: a code, a sentence and the path of a member. */
  readonly code?: string
  readonly error?: string
  readonly field?: string
  /** What the provider said, without the secrets of call and client. */
  readonly providerMessage?: string
}

export interface JobResults extends JobEntryBase {
  readonly kind: 'job_results'
  readonly phase: JobProgress['phase']
  readonly runner: string
  /** The claim goes on until then. */
  readonly until: number
  readonly results: readonly JobResult[]
}

export const JOB_CONTROLS = ['start', 'pause', 'resume', 'cancel'] as const
export type JobControlName = (typeof JOB_CONTROLS)[number]

/** By whose approval a job is set to work. */
export interface JobApproval extends ApprovalMark {
  /** What of the token of who approved it their rights follow from. */
  readonly token: TokenRights
}

/** Someone controls the job, or asks for the approval of a control. */
export interface JobControl extends JobEntryBase {
  readonly kind: 'job_control'
  readonly control: JobControlName | 'ask'
  readonly actor: Actor
  /** Of a start or a resumption that took one. */
  readonly approval?: JobApproval
  /** Of `ask`: the id of the request. */
  readonly request?: string
}

export type JobEntry = Job | JobItems | JobClaim | JobResults | JobControl

/** Whether someone has to work on it. */
export const isAtWork = ({ state }: Pick<JobProgress, 'state'>) =>
  state === 'planning' || state === 'running'
