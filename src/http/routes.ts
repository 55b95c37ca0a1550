/**
 * The route table: one row a route. Routing, permissions, OpenAPI and the tests that walk all routes
 * follow it; a route that is not here does not exist.
 */

import type { Permission } from '../core/rights/permissions.ts'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { telling } from './jobs/control.ts'
import { getJobEvents } from './jobs/events.ts'
import { getJob, getJobResults, getJobs } from './jobs/read.ts'
import { postJob, undoJob } from './jobs/submit.ts'
import { getOpenapi } from './openapi/openapi.ts'
import { getClient, patchClient } from './routes/clients.ts'
import { postCopy } from './routes/copy.ts'
import { getHealth, getReadiness } from './routes/health.ts'
import { getClientHistory, getOperation, searchAllHistory } from './routes/history.ts'
import { deleteLeases, getLeases, putLease } from './routes/leases.ts'
import { deleteClient, postClient } from './routes/life.ts'
import { lintAllClients, lintOneClient } from './routes/lint.ts'
import { listAllClients } from './routes/list.ts'
import { getMetrics } from './routes/metrics.ts'
import { putProtection } from './routes/protection.ts'
import { getProvider, listProviders } from './routes/providers.ts'
import { putRegistration } from './routes/registration.ts'
import { rollbackClient } from './routes/rollback.ts'
import { deleteSecret, getSecrets, postRotation } from './routes/secrets.ts'
import { resumeClient, suspendClient } from './routes/suspension.ts'
import type { QueryName } from './wire/query.ts'

export interface Route {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE'
  /** With `{parameters}`, as OpenAPI writes it. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  /** `public`: no token is asked for. */
  readonly permission: Permission | 'public'
  /** A further permission, at the place of the client that is copied. */
  readonly atSource?: Permission
  /** Query parameters that it takes; any other is refused. */
  readonly query: readonly QueryName[]
  /** What the body is, where there is one. */
  readonly body?:
    | 'ClientPatch'
    | 'CreationRequest'
    | 'CopyRequest'
    | 'RollbackRequest'
    | 'ProtectionRequest'
    | 'AdoptionRequest'
    | 'RotationRequest'
    | 'SuspensionRequest'
    | 'ResumptionRequest'
    | 'LeaseRequest'
    | 'JobRequest'
    | 'UndoRequest'
  /** What a success answers. */
  readonly answers:
    | 'Client'
    | 'Copy'
    | 'ClientPage'
    | 'Removal'
    | 'Rotation'
    | 'Retirement'
    | 'SecretList'
    | 'Findings'
    | 'Leases'
    | 'LintPage'
    | 'HistoryPage'
    | 'HistoryItem'
    | 'Provider'
    | 'ProviderList'
    | 'Job'
    | 'JobPage'
    | 'JobResultPage'
    | 'Events'
    | 'Status'
    | 'Document'
    | 'Text'
  handle(exchange: Exchange): Answer | Promise<Answer>
}

export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/clients',
    operationId: 'listClients',
    summary: 'Finds client applications.',
    permission: 'clients:read',
    query: ['provider', 'userPoolId', 'q', 'filter', 'fresh', 'limit', 'cursor'],
    answers: 'ClientPage',
    handle: listAllClients,
  },
  {
    method: 'POST',
    path: '/clients',
    operationId: 'createClient',
    summary: 'Makes a client application.',
    permission: 'clients:write',
    query: ['provider', 'userPoolId', 'dryRun'],
    body: 'CreationRequest',
    answers: 'Client',
    handle: postClient,
  },
  {
    method: 'DELETE',
    path: '/clients/{clientId}',
    operationId: 'deleteClient',
    summary: 'Removes a client application for good.',
    permission: 'clients:delete',
    query: ['provider', 'userPoolId', 'dryRun', 'ownClient'],
    answers: 'Removal',
    handle: deleteClient,
  },
  {
    method: 'GET',
    path: '/clients/{clientId}',
    operationId: 'getClient',
    summary: 'Reads a client application.',
    permission: 'clients:read',
    query: ['provider', 'userPoolId'],
    answers: 'Client',
    handle: getClient,
  },
  {
    method: 'PATCH',
    path: '/clients/{clientId}',
    operationId: 'updateClient',
    summary: 'Updates specific attributes of a client application.',
    permission: 'clients:write',
    query: ['provider', 'userPoolId', 'dryRun', 'ownClient'],
    body: 'ClientPatch',
    answers: 'Client',
    handle: patchClient,
  },
  {
    method: 'POST',
    path: '/clients/{clientId}/copy',
    operationId: 'copyClient',
    summary: 'Makes the same client elsewhere, or one anew that was removed.',
    permission: 'clients:write',
    atSource: 'clients:read',
    query: ['provider', 'userPoolId', 'dryRun'],
    body: 'CopyRequest',
    answers: 'Copy',
    handle: postCopy,
  },
  {
    method: 'GET',
    path: '/clients/{clientId}/lint',
    operationId: 'lintClient',
    summary: 'What deserves a second look on a client, with the change that mends it.',
    permission: 'clients:read',
    query: ['provider', 'userPoolId'],
    answers: 'Findings',
    handle: lintOneClient,
  },
  {
    method: 'GET',
    path: '/lint',
    operationId: 'lintClients',
    summary: 'What deserves a second look on any client, and callbacks that many share.',
    permission: 'clients:read',
    query: ['provider', 'userPoolId', 'severity', 'limit', 'cursor'],
    answers: 'LintPage',
    handle: lintAllClients,
  },
  {
    method: 'GET',
    path: '/clients/{clientId}/history',
    operationId: 'getClientHistory',
    summary: 'What was done to a client, newest first.',
    permission: 'history:read',
    query: ['provider', 'userPoolId', 'limit', 'cursor'],
    answers: 'HistoryPage',
    handle: getClientHistory,
  },
  {
    method: 'POST',
    path: '/clients/{clientId}/rollback',
    operationId: 'rollbackClient',
    summary: 'Undoes the changes that were made through this API since a revision.',
    permission: 'clients:write',
    query: ['provider', 'userPoolId', 'dryRun', 'ownClient'],
    body: 'RollbackRequest',
    answers: 'Client',
    handle: rollbackClient,
  },
  {
    method: 'POST',
    path: '/clients/{clientId}/rotate-secret',
    operationId: 'rotateSecret',
    summary: 'Gives a client a new secret and shows it, this once.',
    permission: 'secrets:rotate',
    query: ['provider', 'userPoolId', 'dryRun', 'ownClient'],
    body: 'RotationRequest',
    answers: 'Rotation',
    handle: postRotation,
  },
  {
    method: 'GET',
    path: '/clients/{clientId}/secrets',
    operationId: 'listSecrets',
    summary: 'Lists the live secrets of a client with their ages, never their values.',
    permission: 'clients:read',
    query: ['provider', 'userPoolId'],
    answers: 'SecretList',
    handle: getSecrets,
  },
  {
    method: 'DELETE',
    path: '/clients/{clientId}/secrets/{secretId}',
    operationId: 'retireSecret',
    summary: 'Retires one of several live secrets of a client, now or after a time.',
    permission: 'secrets:rotate',
    query: ['provider', 'userPoolId', 'afterSeconds', 'dryRun', 'ownClient'],
    answers: 'Retirement',
    handle: deleteSecret,
  },
  {
    method: 'PUT',
    path: '/clients/{clientId}/protection',
    operationId: 'protectClient',
    summary: 'Protects a client from being removed or suspended, or lifts that.',
    permission: 'clients:protect',
    query: ['provider', 'userPoolId', 'dryRun'],
    body: 'ProtectionRequest',
    answers: 'Client',
    handle: putProtection,
  },
  {
    method: 'POST',
    path: '/clients/{clientId}/suspend',
    operationId: 'suspendClient',
    summary: 'Switches a client off until it is resumed.',
    permission: 'clients:suspend',
    query: ['provider', 'userPoolId', 'dryRun', 'ownClient'],
    body: 'SuspensionRequest',
    answers: 'Client',
    handle: suspendClient,
  },
  {
    method: 'POST',
    path: '/clients/{clientId}/resume',
    operationId: 'resumeClient',
    summary: 'Gives back what suspending a client took away.',
    permission: 'clients:suspend',
    query: ['provider', 'userPoolId', 'dryRun', 'ownClient'],
    body: 'ResumptionRequest',
    answers: 'Client',
    handle: resumeClient,
  },
  {
    method: 'GET',
    path: '/clients/{clientId}/leases',
    operationId: 'listLeases',
    summary: 'The leases on values of a client, whoever holds them.',
    permission: 'clients:read',
    query: ['provider', 'userPoolId'],
    answers: 'Leases',
    handle: getLeases,
  },
  {
    method: 'PUT',
    path: '/clients/{clientId}/leases',
    operationId: 'putLease',
    summary: 'Adds a value to a list for a time, or renews that.',
    permission: 'leases:write',
    query: ['provider', 'userPoolId', 'dryRun'],
    body: 'LeaseRequest',
    answers: 'Leases',
    handle: putLease,
  },
  {
    method: 'DELETE',
    path: '/clients/{clientId}/leases',
    operationId: 'endLeases',
    summary: 'Ends leases of an owner, and takes away the values that nothing else holds.',
    permission: 'leases:write',
    query: ['provider', 'userPoolId', 'owner', 'field', 'value', 'dryRun'],
    answers: 'Leases',
    handle: deleteLeases,
  },
  {
    method: 'PUT',
    path: '/clients/{clientId}/registration',
    operationId: 'adoptClient',
    summary:
      'Adopts a client that was made elsewhere, by its registration access token where it has one.',
    permission: 'clients:write',
    query: ['provider', 'userPoolId', 'dryRun'],
    body: 'AdoptionRequest',
    answers: 'Client',
    handle: putRegistration,
  },
  {
    method: 'GET',
    path: '/history',
    operationId: 'searchHistory',
    summary: 'What was done to any client, newest first.',
    permission: 'history:read',
    query: ['provider', 'actor', 'actorIssuer', 'outcome', 'from', 'to', 'limit', 'cursor'],
    answers: 'HistoryPage',
    handle: searchAllHistory,
  },
  {
    method: 'GET',
    path: '/operations/{operationId}',
    operationId: 'getOperation',
    summary: 'What became of a change.',
    permission: 'clients:read',
    query: [],
    answers: 'HistoryItem',
    handle: getOperation,
  },
  {
    method: 'POST',
    path: '/jobs',
    operationId: 'createJob',
    summary: 'Changes many clients: a dry run first, then at the pace of their providers.',
    permission: 'jobs:write',
    query: ['dryRun'],
    body: 'JobRequest',
    answers: 'Job',
    handle: postJob,
  },
  {
    method: 'GET',
    path: '/jobs',
    operationId: 'listJobs',
    summary: 'Lists jobs, newest first.',
    permission: 'jobs:read',
    query: ['actor', 'actorIssuer', 'limit', 'cursor'],
    answers: 'JobPage',
    handle: getJobs,
  },
  {
    method: 'GET',
    path: '/jobs/{jobId}',
    operationId: 'getJob',
    summary: 'Tells how far a job has come.',
    permission: 'jobs:read',
    query: [],
    answers: 'Job',
    handle: getJob,
  },
  {
    method: 'GET',
    path: '/jobs/{jobId}/results',
    operationId: 'getJobResults',
    summary: 'What became of each client of a job.',
    permission: 'jobs:read',
    query: ['limit', 'cursor'],
    answers: 'JobResultPage',
    handle: getJobResults,
  },
  {
    method: 'GET',
    path: '/jobs/{jobId}/events',
    operationId: 'getJobEvents',
    summary: 'The progress of a job as server-sent events.',
    permission: 'jobs:read',
    query: [],
    answers: 'Events',
    handle: getJobEvents,
  },
  {
    method: 'POST',
    path: '/jobs/{jobId}/start',
    operationId: 'startJob',
    summary: 'Makes the changes that the dry run of a job has planned.',
    permission: 'jobs:write',
    query: [],
    answers: 'Job',
    handle: telling('start'),
  },
  {
    method: 'POST',
    path: '/jobs/{jobId}/pause',
    operationId: 'pauseJob',
    summary: 'Begins no more clients of a job for now.',
    permission: 'jobs:write',
    query: [],
    answers: 'Job',
    handle: telling('pause'),
  },
  {
    method: 'POST',
    path: '/jobs/{jobId}/resume',
    operationId: 'resumeJob',
    summary: 'Goes on with a job that is paused or was stopped by failures.',
    permission: 'jobs:write',
    query: [],
    answers: 'Job',
    handle: telling('resume'),
  },
  {
    method: 'POST',
    path: '/jobs/{jobId}/cancel',
    operationId: 'cancelJob',
    summary: 'Begins no more clients of a job, for good.',
    permission: 'jobs:write',
    query: [],
    answers: 'Job',
    handle: telling('cancel'),
  },
  {
    method: 'POST',
    path: '/jobs/{jobId}/undo',
    operationId: 'undoJob',
    summary: 'Submits the job that takes back what a job has done.',
    permission: 'jobs:write',
    query: [],
    body: 'UndoRequest',
    answers: 'Job',
    handle: undoJob,
  },
  {
    method: 'GET',
    path: '/providers',
    operationId: 'listProviders',
    summary: 'Lists the providers that the caller may use.',
    permission: 'clients:read',
    query: [],
    answers: 'ProviderList',
    handle: listProviders,
  },
  {
    method: 'GET',
    path: '/providers/{providerId}',
    operationId: 'getProvider',
    summary: 'Tells what a provider can hold: each attribute with its support, reason and limits.',
    permission: 'clients:read',
    query: [],
    answers: 'Provider',
    handle: getProvider,
  },
  {
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getOpenapi',
    summary: 'This description of the API.',
    permission: 'public',
    query: [],
    answers: 'Document',
    handle: () => getOpenapi(ROUTES),
  },
  {
    method: 'GET',
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Tells that the process runs.',
    permission: 'public',
    query: [],
    answers: 'Status',
    handle: getHealth,
  },
  {
    method: 'GET',
    path: '/readyz',
    operationId: 'getReadiness',
    summary: 'Tells whether changes can be made: the history can be written.',
    permission: 'public',
    query: [],
    answers: 'Status',
    handle: getReadiness,
  },
  {
    method: 'GET',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Counts of this process, in the text format of Prometheus.',
    permission: 'metrics:read',
    query: [],
    answers: 'Text',
    handle: getMetrics,
  },
]
