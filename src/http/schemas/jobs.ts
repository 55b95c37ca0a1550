/** Schemas of jobs. */

import * as z from 'zod/mini'
import type { Page } from '../../contract/common.ts'
import type {
  Canary,
  CanaryRequest,
  Job,
  JobBodies,
  JobClient,
  JobOptions,
  JobPlan,
  JobRequest,
  JobResult,
  JobSelection,
  ReapFinding,
  ReapOptions,
  ReapRequest,
  UndoRequest,
} from '../../contract/jobs.ts'
import { JOB_OUTCOMES, JOB_STATES, REAP_VERDICTS } from '../../service/jobs/log.ts'
import { clientPatch } from './client.ts'
import { jsonPatch } from './clients.ts'
import { actor, clientName, errorCode, fieldChange, place, warning } from './common.ts'
import {
  count,
  described,
  flag,
  optional,
  type Schemas,
  type Shape,
  text,
  time,
  yes,
} from './parts.ts'

const SHARE = { error: 'must be a number above 0 and up to 1' }
const share = z.number(SHARE).check(z.gt(0, SHARE), z.lte(1, SHARE))
const phase = z.enum(['plan', 'run'])
const outcome = z.enum(JOB_OUTCOMES)
const patch = z.union([clientPatch, jsonPatch])

const FAILURES = { error: 'must be a whole number from 0, or null for any number' }
const maxFailures = described(
  z.nullable(z.int(FAILURES).check(z.gte(0, FAILURES))),
  'The job stops after more failures than this; null: never. Default: 0.',
)

const RESERVE = { error: 'must be a number from 0 to 0.95 with at most two decimals' }
const reserve = described(
  z.number(RESERVE).check(z.gte(0, RESERVE), z.lte(0.95, RESERVE), z.multipleOf(0.01, RESERVE)),
  "The part of a provider's rate that is left to others. It has an effect where it is more than the provider's own reserve.",
)

export const jobClient = z.strictObject({
  ...place,
  id: text,
  ifMatch: optional(text),
  patch: optional(patch),
} satisfies Shape<JobClient>)

export const jobSelection = z.strictObject({
  ...place,
  q: optional(text),
  filter: optional(text),
} satisfies Shape<JobSelection>)

export const canaryRequest = z.strictObject({
  share,
  thenPause: optional(flag),
} satisfies Shape<CanaryRequest>)

export const jobRequest = z.strictObject({
  clients: optional(z.array(jobClient)),
  select: optional(jobSelection),
  patch: optional(patch),
  autoStart: optional(described(flag, 'Runs at once, without a dry run.')),
  canary: optional(canaryRequest),
  maxFailures: optional(maxFailures),
  reserve: optional(reserve),
} satisfies Shape<JobRequest>)

export const undoRequest = z.strictObject({
  autoStart: flag,
  allowPartial: optional(flag),
} satisfies Shape<UndoRequest>)

/** A day, and two years: what is younger is in use, whatever its dates say. */
const AGE = { error: 'must be a whole number from 86400 (a day) to 63072000 (two years)' }
/** An hour, so that a mistake can be taken back, and a year. */
const GRACE = { error: 'must be a whole number from 3600 (an hour) to 31536000 (a year)' }

export const reapRequest = z.strictObject({
  select: jobSelection,
  olderThanSeconds: z.int(AGE).check(z.gte(86_400, AGE), z.lte(63_072_000, AGE)),
  graceSeconds: optional(z.int(GRACE).check(z.gte(3_600, GRACE), z.lte(31_536_000, GRACE))),
  unknownUse: optional(flag),
  canary: optional(canaryRequest),
  maxFailures: optional(maxFailures),
  reserve: optional(reserve),
} satisfies Shape<ReapRequest>)

const reapOptions = z.object({
  olderThanSeconds: count,
  graceSeconds: count,
  unknownUse: z.boolean(),
} satisfies Shape<ReapOptions>)

const reapFinding = z.object({
  verdict: z.enum(REAP_VERDICTS),
  createdAt: optional(time),
  changedAt: optional(time),
  lastUse: z.literal('unknown'),
  removeAt: optional(time),
} satisfies Shape<ReapFinding>)

const options = z.object({
  autoStart: z.boolean(),
  canary: optional(z.object({ share, thenPause: z.boolean() } satisfies Shape<Canary>)),
  maxFailures,
  reserve: optional(reserve),
} satisfies Shape<JobOptions>)

const counts = z.object({
  planned: count,
  applied: count,
  unchanged: count,
  failed: count,
  left: count,
} satisfies Shape<Job['counts']>)

const job = z.object({
  id: text,
  submittedAt: time,
  actor,
  startedBy: optional(actor),
  approvedBy: optional(actor),
  providers: z.array(text),
  options,
  undoes: optional(text),
  reap: optional(reapOptions),
  state: z.enum(JOB_STATES),
  reason: optional(described(text, 'Why the job stopped by itself; only while it is stopped.')),
  phase,
  at: time,
  total: count,
  counts,
  approval: optional(z.literal('required')),
  request: optional(text),
  clientsPerSecond: optional(z.number()),
  secondsLeft: optional(count),
} satisfies Shape<Job>)

const jobResult = z.object({
  item: count,
  client: clientName,
  phase,
  at: time,
  outcome,
  changes: optional(z.array(fieldChange)),
  withheld: optional(yes),
  warnings: optional(z.array(warning)),
  etag: optional(text),
  operationId: optional(text),
  reap: optional(reapFinding),
  code: optional(errorCode),
  error: optional(text),
  field: optional(text),
  providerMessage: optional(text),
} satisfies Shape<JobResult>)

export const JOB_SCHEMAS = {
  JobRequest: jobRequest,
  UndoRequest: undoRequest,
  ReapRequest: reapRequest,
  Job: job,
  JobPlan: z.object({ dryRun: yes, results: z.array(jobResult) } satisfies Shape<JobPlan>),
  JobPage: z.object({ items: z.array(job), next: optional(text) } satisfies Shape<Page<Job>>),
  JobResult: jobResult,
  JobResultPage: z.object({
    items: z.array(jobResult),
    next: optional(text),
  } satisfies Shape<Page<JobResult>>),
  Events: described(z.string(), 'Server-sent events.'),
} satisfies Schemas<JobBodies>
