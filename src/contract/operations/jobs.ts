/** Operations on jobs. */

import { BODY_ERRORS, LIST_ERRORS, type Operation, PAGE, READ_ERRORS, WRITE_ERRORS } from './row.ts'

const READ = {
  method: 'GET',
  page: 'jobs.md',
  permission: 'jobs:read',
  query: [],
  headers: [],
  answerHeaders: [],
  errors: READ_ERRORS,
} as const

/** A job can be controlled as often as one likes: nothing happens twice. What sets it to work takes the right to do that work. */
const CONTROL = {
  method: 'POST',
  page: 'jobs.md',
  permission: 'jobs:write',
  query: [],
  headers: [],
  answers: { 200: 'Job' },
  answerHeaders: [],
  errors: WRITE_ERRORS,
} as const

const SUBMIT = {
  method: 'POST',
  page: 'jobs.md',
  permission: 'jobs:write',
  also: ['clients:write'],
  headers: ['Idempotency-Key'],
  answers: { 202: 'Job' },
  answerHeaders: ['Location', 'Idempotent-Replayed'],
  errors: BODY_ERRORS,
} as const

export const JOB_OPERATIONS = {
  /** Answers at once; `getJob` shows what becomes of it, or `job`, step by step. */
  createJob: {
    ...SUBMIT,
    path: '/jobs',
    summary: 'Changes many clients: a dry run first, then at the pace of their providers.',
    query: ['dryRun'],
    body: 'JobRequest',
    plan: 'JobPlan',
  },
  /** Nothing is touched before `startJob`: the job looks at its clients first. */
  reapClients: {
    ...SUBMIT,
    path: '/jobs/reap',
    summary:
      'Looks for clients that no one needs any more; started, it suspends them and removes them later.',
    page: 'reap.md',
    also: ['clients:read', 'clients:suspend', 'clients:delete'],
    query: [],
    body: 'ReapRequest',
  },
  listJobs: {
    ...READ,
    path: '/jobs',
    summary: 'Lists jobs, newest first.',
    query: ['actor', 'actorIssuer', ...PAGE],
    answers: { 200: 'JobPage' },
    errors: LIST_ERRORS,
  },
  getJob: {
    ...READ,
    path: '/jobs/{jobId}',
    summary: 'Shows the progress of a job.',
    answers: { 200: 'Job' },
  },
  getJobResults: {
    ...READ,
    path: '/jobs/{jobId}/results',
    summary: 'Lists the outcome of each client of a job.',
    query: PAGE,
    answers: { 200: 'JobResultPage' },
  },
  /** Server-sent events as text, once they have ended: `job` gives the steps as they come. */
  getJobEvents: {
    ...READ,
    path: '/jobs/{jobId}/events',
    summary: 'Streams the progress of a job as server-sent events.',
    page: 'jobs.md#progress',
    headers: ['Last-Event-ID'],
    answers: { 200: 'Events', 204: 'nothing' },
    mediaType: 'text/event-stream',
    errors: [...READ_ERRORS, 429],
  },
  startJob: {
    ...CONTROL,
    path: '/jobs/{jobId}/start',
    also: ['clients:write'],
    summary: 'Starts the changes that the dry run of a job has planned.',
  },
  pauseJob: {
    ...CONTROL,
    path: '/jobs/{jobId}/pause',
    summary: 'Pauses a job: no more clients are started for now.',
  },
  resumeJob: {
    ...CONTROL,
    path: '/jobs/{jobId}/resume',
    also: ['clients:write'],
    summary: 'Resumes a job that is paused or was stopped by failures.',
  },
  cancelJob: {
    ...CONTROL,
    path: '/jobs/{jobId}/cancel',
    summary: 'Cancels a job: no more clients are started.',
  },
  undoJob: {
    ...SUBMIT,
    path: '/jobs/{jobId}/undo',
    summary: 'Submits a job that undoes another job.',
    query: [],
    body: 'UndoRequest',
  },
} as const satisfies Readonly<Record<string, Operation>>
